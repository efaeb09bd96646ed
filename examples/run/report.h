// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_EXAMPLES_RUN_REPORT_H
#define FORKFD_EXAMPLES_RUN_REPORT_H

#include <ForkFd/ChildProcess>

#include <QtCore/QDateTime>

struct Options;

/// What is known of a command once it has started.
struct Start
{
    QDateTime time = QDateTime::currentDateTimeUtc();
    qint64 pid = 0; ///< 0: it has not started.
};

/// Tells how a command ended: in one line, on standard error or in a file.
class Report
{
public:
    Report() = default;
    ~Report();
    Report(const Report &) = delete;
    Report &operator=(const Report &) = delete;

    /// Opens the file. Returns false with errno.
    bool open(const Options &options);
    /// Says on standard error why, if the file cannot be written.
    void write(const ForkFd::ChildProcess &process, const Start &start);

private:
    const Options *m_options = nullptr;
    int m_fd = -1;
};

/// One line for people: how the process ended, its run time and its memory.
QString summaryOf(const ForkFd::ChildProcess &process);

/// One object with the fields that forkfd-run(1) lists.
QByteArray jsonOf(const ForkFd::ChildProcess &process, const Start &start);

#endif
