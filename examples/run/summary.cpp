// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "run.h"

#include <ForkFd/forkfd.h>

namespace {

QString seconds(std::chrono::nanoseconds time)
{
    return QString::number(std::chrono::duration<double>(time).count(), 'f', 3) + QStringLiteral(" s");
}

QString mebibytes(std::int64_t bytes)
{
    return QString::number(static_cast<double>(bytes) / (1024 * 1024), 'f', 1) + QStringLiteral(" MiB");
}

QString backendName()
{
    return ForkFd::backend() == ForkFd::Backend::PidFd ? QStringLiteral("pidfd")
                                                       : QStringLiteral("sigchld");
}

} // namespace

QString summaryOf(const ForkFd::ChildProcess &process)
{
    if (process.error() == ForkFd::ChildProcess::FailedToStart)
        return QStringLiteral("did not start: ")
            + QString::fromStdString(process.startError().toString());

    const ForkFd::ExitInfo info = process.exitInfo();
    QString text = QString::fromStdString(info.toString());
    text += QStringLiteral("; wall ") + seconds(process.elapsedTime());
    if (info.hasUsage) {
        text += QStringLiteral(", user %1, system %2; peak memory %3")
                    .arg(seconds(info.userTime()), seconds(info.systemTime()),
                         mebibytes(info.maxResidentBytes()));
    }
    return text + QStringLiteral("; ") + backendName();
}
