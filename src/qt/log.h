// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_QT_LOG_H
#define FORKFD_QT_LOG_H

#include "qt/messages.h"

#include "core/stop/stoppablechild.h"

#include <ForkFd/childprocess.h>

#include <chrono>

/// The debug messages of the category forkfd.childprocess. docs/logging.md lists them. No message has an
/// argument or a variable of a child.
///
/// Callers ask isOn() first. A message handler is the user's code: no message is written while a mutex
/// of the library is locked.
namespace ForkFd::Internal::Log {

/// Costs two loads.
inline bool isOn()
{
    return Q_UNLIKELY(childProcessLog().isDebugEnabled());
}

using Duration = std::chrono::nanoseconds;

/// The data of the message about a started child.
struct Start
{
    const QString &program;
    qsizetype argumentCount;
    const LaunchOptions &options;
    Duration time;
    bool hasHeld; ///< The caller of start() had to wait meanwhile.
};

void started(const Start &start, const StoppableChild &child);
void startedDetached(const Start &start, qint64 pid);
void failed(const QString &program, const StartError &error);
/// `name` is the result of nameOf().
void signaled(const QString &name, int signal, int errorCode);
void stopped(const QString &name, int signal, std::chrono::milliseconds grace);
void timeLimitExceeded(const QString &name, std::chrono::milliseconds limit);
void killed(const QString &name);
/// `wasRecovered` is ExitWatch::wasRecovered().
void ended(const QString &name, const ExitInfo &info, bool wasRecovered, Duration time);
void treeEnded(const QString &name);
void destroyed(const QString &name, ChildProcess::DestructionPolicy policy);
void queued(const QString &program);

/// "pid 123", or the program if there is no child yet.
QString nameOf(const StoppableChild *child, const QString &program);

} // namespace ForkFd::Internal::Log

#endif
