// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_RUN_H
#define FORKFD_RUN_H

#include <ForkFd/childprocess.h>

#include <QtCore/QByteArray>
#include <QtCore/QFuture>
#include <QtCore/QProcessEnvironment>
#include <QtCore/QString>
#include <QtCore/QStringList>

#include <chrono>

namespace ForkFd {

/// What has become of a program that run() was to run.
struct RunResult
{
    StartError startError; ///< Why there was no child; without a step when there was one.
    ExitInfo exitInfo; ///< How it ended, and what it used; Unknown when there was none.
    bool timeLimitExceeded =
        false; ///< It was stopped because it ran for longer than RunOptions::timeLimit.
    QByteArray standardOutput; ///< With RunOptions::mergedChannels both outputs.
    QByteArray standardError; ///< Empty with RunOptions::mergedChannels.
    std::chrono::nanoseconds elapsedTime{0}; ///< From its start to its end.
};

/// How run() is to run a program. Every member's default changes nothing.
struct RunOptions
{
    /// What the child reads on its standard input, before the end of file.
    QByteArray input = {};
    /// The directory that the child starts in; empty: the parent's.
    QString workingDirectory = {};
    /// The child's whole environment, unless it inherits from the parent.
    QProcessEnvironment environment{QProcessEnvironment::InheritFromParent};
    /// How long the child may take, from the call of run(), before it is stopped; 0, or negative: for
    /// ever.
    std::chrono::milliseconds timeLimit{0};
    /// How long it may take to end once it was asked to, by the time limit or because the future was
    /// canceled, before it is killed.
    std::chrono::milliseconds stopGrace{5000};
    /// Whom stopping it reaches.
    ChildProcess::SignalScope signalScope = ChildProcess::SignalScope::Process;
    /// Whether standard error goes where standard output goes.
    bool mergedChannels = false;
    /// How many bytes of each output are kept; 0, or negative: all. What comes after those is read and
    /// thrown away, so that the child goes on.
    qint64 maxOutput = 0;
    /// What else is to be different in the child. Without a signalMask it gets that of the caller of
    /// run().
    LaunchOptions launchOptions = {};
};

/// Runs a program to its end, served by a thread of the library's own. One slow start holds up no other.
/// The future can be waited for anywhere.
/// Cancelling it stops the program as ChildProcess::stop() does; dropping it does not.
[[nodiscard]] FORKFD_EXPORT QFuture<RunResult>
run(const QString &program, const QStringList &arguments = {}, const RunOptions &options = {});

} // namespace ForkFd

#endif
