// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_LIFELINE_H
#define FORKFD_LIFELINE_H

#include "testpipe.h"

#include <ForkFd/spawn.h>

#include <QtCore/QDir>

#include <cerrno>
#include <csignal>
#include <vector>

#include <poll.h>
#include <sys/stat.h>

/// A descriptor that a child and its descendants inherit. It is open as long as one of them lives.
class Lifeline
{
public:
    /// Closes the test's copy. Call it when the child has its own.
    void letGo() { m_pipe.closeWriteEnd(); }
    /// For LaunchOptions::fileDescriptors.
    ForkFd::FileDescriptor asDescriptor(int childFd = 9) const { return {childFd, m_pipe.writeEnd()}; }

    /// The same with a second descriptor, for isAnsweredBy().
    std::vector<ForkFd::FileDescriptor> descriptors() const
    {
        return {asDescriptor(), {8, m_gate.readEnd()}};
    }
    /// Whether so many processes go on, which were told "eof 8 write 1 9": each has to write a byte now.
    /// A process that was sent SIGKILL writes nothing, but may still hold the descriptor. Call letGo()
    /// before.
    bool isAnsweredBy(qsizetype count)
    {
        m_gate.closeWriteEnd();
        qsizetype answers = 0;
        for (qsizetype more = 1; answers < count && more > 0; answers += more)
            more = m_pipe.read().size();
        return answers == count;
    }
    /// Whether no process holds the descriptor now.
    bool isCut() const { return isCutWithin(0); }
    /// Whether all processes close the descriptor within a minute.
    bool comesToBeCut() const { return isCutWithin(60000); }

    /// Kills the processes that hold the descriptor, so that they do not disturb other tests.
    void cut() const
    {
        struct stat ours = {};
        fstat(m_pipe.readEnd(), &ours);
        const QDir processes(QStringLiteral("/proc"));
        for (const QString &entry : processes.entryList(QDir::Dirs)) {
            const int pid = entry.toInt();
            const QDir files(processes.filePath(entry + QStringLiteral("/fd")));
            for (const QString &file : pid > 0 && pid != getpid() ? files.entryList() : QStringList()) {
                struct stat theirs = {};
                if (stat(qPrintable(files.filePath(file)), &theirs) == 0 && theirs.st_ino == ours.st_ino
                    && theirs.st_dev == ours.st_dev)
                    kill(pid, SIGKILL);
            }
        }
        comesToBeCut();
    }

private:
    bool isCutWithin(int milliseconds) const
    {
        pollfd entry = {m_pipe.readEnd(), POLLIN, 0};
        int count;
        while ((count = poll(&entry, 1, milliseconds)) < 0 && errno == EINTR) { } // SIGCHLD interrupts.
        return count == 1;
    }

    TestPipe m_pipe;
    TestPipe m_gate;
};

#endif
