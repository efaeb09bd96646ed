// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef LAUNCHPAD_HELPER_H
#define LAUNCHPAD_HELPER_H

#include <QtCore/QJsonObject>
#include <QtCore/QList>
#include <QtCore/QString>
#include <QtCore/QStringList>
#include <QtCore/QVariantMap>

#include <array>
#include <chrono>
#include <csignal>

/// When a helper that has ended by itself is started again.
enum class RestartPolicy {
    Never,
    OnFailure, ///< After a crash, an exit code other than 0, and a failed start.
    Always
};

/// A program that the launchpad runs, as its user has described it.
struct Helper
{
    QString name; ///< Empty: the name of the program.
    QString program;
    QStringList arguments;
    QString directory; ///< Empty: the launchpad's.
    QVariantMap environmentChanges; ///< As for ChildProcess::setEnvironmentChanges().
    RestartPolicy restartPolicy = RestartPolicy::OnFailure;
    std::chrono::milliseconds restartDelay = std::chrono::seconds(1); ///< Before the first restart.
    int stopSignal = SIGTERM;
    std::chrono::milliseconds stopGrace = std::chrono::seconds(5);
    bool startsWithLaunchpad = false;
    bool hasTerminal = false; ///< Whether it gets a pseudo-terminal instead of a pipe.
    QJsonObject others; ///< Members of the file that this version does not know.

    QString displayName() const;
    bool operator==(const Helper &) const = default;
};

/// The signals that the launchpad offers to stop a helper with; the default comes first.
inline constexpr std::array stopSignals = {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGKILL};
/// Such as "SIGTERM".
QString signalName(int number);

#endif
