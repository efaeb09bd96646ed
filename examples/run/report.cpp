// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "report.h"

#include "options.h"

#include <ForkFd/forkfd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace {

QString secondsText(std::chrono::nanoseconds time)
{
    return QString::number(std::chrono::duration<double>(time).count(), 'f', 3) + QStringLiteral(" s");
}

QString mebibytes(std::int64_t bytes)
{
    return QString::number(static_cast<double>(bytes) / (1024 * 1024), 'f', 1) + QStringLiteral(" MiB");
}

// The name of a program may have any character.
QString oneLine(const QString &text)
{
    QString line;
    for (const QChar character : text) {
        if (character.category() == QChar::Other_Control)
            line += QStringLiteral("\\x%1").arg(uint(character.unicode()), 2, 16, QLatin1Char('0'));
        else
            line += character;
    }
    return line;
}

// Returns false with errno.
bool writeAll(int fd, const QByteArray &text)
{
    qsizetype done = 0;
    while (done < text.size()) {
        const ssize_t count =
            ::write(fd, text.constData() + done, static_cast<std::size_t>(text.size() - done));
        if (count < 0 && errno == EAGAIN) { // The command, or our parent, has made it non-blocking.
            pollfd room = {fd, POLLOUT, 0};
            ::poll(&room, 1, -1);
        } else if (count < 0 && errno != EINTR) {
            return false;
        }
        done += std::max<ssize_t>(count, 0);
    }
    return true;
}

} // namespace

Report::~Report()
{
    if (m_fd >= 0)
        ::close(m_fd);
}

bool Report::open(const Options &options)
{
    m_options = &options;
    if (!options.outputFile)
        return true;
    const int mode = options.appends ? O_APPEND : O_TRUNC;
    m_fd = ::open(options.outputFile, O_WRONLY | O_CREAT | O_CLOEXEC | mode, 0666);
    return m_fd >= 0;
}

void Report::write(const ForkFd::ChildProcess &process, const Start &start)
{
    if (m_options->isQuiet)
        return;
    const QByteArray line = m_options->writesJson
        ? jsonOf(process, start)
        : "forkfd-run: " + oneLine(summaryOf(process)).toLocal8Bit() + '\n';
    std::signal(SIGPIPE, SIG_IGN); // The command has ended, and the exit code counts more.
    if (!writeAll(m_fd >= 0 ? m_fd : STDERR_FILENO, line) && m_fd >= 0)
        std::fprintf(stderr, "forkfd-run: %s: %s\n", m_options->outputFile,
                     qPrintable(qt_error_string(errno)));
}

QString summaryOf(const ForkFd::ChildProcess &process)
{
    if (process.error() == ForkFd::ChildProcess::FailedToStart)
        return QStringLiteral("did not start: ")
            + QString::fromStdString(process.startError().toString());

    const ForkFd::ExitInfo info = process.exitInfo();
    QString text = QString::fromStdString(info.toString());
    if (process.timeLimitExceeded())
        text += QStringLiteral(", time limit exceeded");
    if (process.signalScope() == ForkFd::ChildProcess::SignalScope::Tree) {
        if (const qsizetype count = process.remainingProcessIds().size(); count > 0)
            text += QStringLiteral(", processes left behind: %1").arg(count);
    }
    text += QStringLiteral("; wall ") + secondsText(process.elapsedTime());
    if (const auto usage = process.resourceUsage()) {
        text += QStringLiteral(", user %1, system %2; peak memory %3")
                    .arg(secondsText(usage->userTime), secondsText(usage->systemTime),
                         mebibytes(usage->maxResidentBytes));
    }
    const bool usesPidFd = ForkFd::backend() == ForkFd::Backend::PidFd;
    return text + (usesPidFd ? QStringLiteral("; pidfd") : QStringLiteral("; sigchld"));
}
