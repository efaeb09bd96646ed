// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_QT_CHILDSETTINGS_H
#define FORKFD_QT_CHILDSETTINGS_H

#include "qt/seldomset.h"

#include "core/start/plan.h"

#include <ForkFd/childprocess.h>

#include <QtCore/QProcessEnvironment>
#include <QtCore/QString>
#include <QtCore/QStringList>

#include <chrono>
#include <csignal>
#include <functional>
#include <optional>

namespace ForkFd::Internal {

/// A user's function that runs in the child.
struct ModifierCall
{
    std::function<void()> function;
    ModifierExit *exit = nullptr; ///< Set in the child; the parent resets it after the start.
};

/// The settings of the next child, except its standard streams.
struct ChildSettings
{
    QString program;
    QStringList arguments;
    QString workingDirectory;
    QProcessEnvironment environment{QProcessEnvironment::InheritFromParent};
    SeldomSet<LaunchOptions> launchOptions;
    ModifierCall modifier;
    ChildProcess::UnixProcessParameters parameters = {};
    ChildProcess::StartMode startMode = ChildProcess::StartMode::Direct;

    /// Not with a modifier, which needs this thread: it may wait for the caller of start().
    bool startsInBackground() const noexcept
    {
        return startMode == ChildProcess::StartMode::Background && !modifier.function;
    }
};

/// How to stop a child.
struct StopSettings
{
    ChildProcess::SignalScope scope = ChildProcess::SignalScope::Process; ///< Of the next child.
    std::chrono::milliseconds grace = std::chrono::seconds(5);
    std::chrono::milliseconds timeLimit = {}; ///< 0: no limit.
    int signal = 0; ///< 0: see firstSignal().
    /// Without a value: Kill with a warning.
    std::optional<ChildProcess::DestructionPolicy> atDestruction;

    /// The signal that a stop sends first. A shell on a terminal ignores SIGTERM.
    int firstSignal(bool hasTerminal) const noexcept
    {
        const int usual = hasTerminal ? SIGHUP : SIGTERM;
        return signal != 0 ? signal : usual;
    }
};

} // namespace ForkFd::Internal

#endif
