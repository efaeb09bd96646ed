// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_TESTPIPE_H
#define FORKFD_TESTPIPE_H

#include <QtCore/QByteArray>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

/// A pipe between a test and a child. Both ends are close-on-exec.
class TestPipe
{
public:
    TestPipe()
    {
        if (pipe2(m_ends, O_CLOEXEC) != 0)
            std::abort();
    }
    ~TestPipe()
    {
        closeReadEnd();
        closeWriteEnd();
    }
    TestPipe(const TestPipe &) = delete;
    TestPipe &operator=(const TestPipe &) = delete;

    int readEnd() const { return m_ends[0]; }
    int writeEnd() const { return m_ends[1]; }
    void closeReadEnd() { closeEnd(0); }
    void closeWriteEnd() { closeEnd(1); }

    void write(const QByteArray &data) const
    {
        if (::write(m_ends[1], data.constData(), static_cast<size_t>(data.size())) != data.size())
            std::abort();
    }

    /// Returns the next bytes, and blocks until there are any. Empty at end of file.
    QByteArray read() const
    {
        char buffer[65536];
        ssize_t count;
        do {
            count = ::read(m_ends[0], buffer, sizeof buffer);
        } while (count < 0 && errno == EINTR);
        return QByteArray(buffer, std::max<ssize_t>(count, 0));
    }

    /// Everything up to end of file.
    QByteArray readAll() const
    {
        QByteArray all;
        for (QByteArray part = read(); !part.isEmpty(); part = read())
            all += part;
        return all;
    }

private:
    void closeEnd(int index)
    {
        if (const int fd = std::exchange(m_ends[index], -1); fd >= 0)
            close(fd);
    }

    int m_ends[2];
};

#endif
