// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_DETOUR_H
#define FORKFD_DETOUR_H

#include <QtCore/QTemporaryFile>

#include <cstdlib>

#include <fcntl.h>
#include <unistd.h>

/// Redirects a standard descriptor to a temporary file until the end of the scope.
class Detour
{
public:
    explicit Detour(int fd)
        : m_fd(fd)
        , m_saved(fcntl(fd, F_DUPFD_CLOEXEC, 3))
    {
        if (!m_file.open() || dup2(m_file.handle(), fd) < 0)
            std::abort();
    }
    ~Detour() { dup2(m_saved, m_fd), ::close(m_saved); }
    Detour(const Detour &) = delete;
    Detour &operator=(const Detour &) = delete;

    QFile &file() { return m_file; }

private:
    int m_fd;
    int m_saved;
    QTemporaryFile m_file;
};

#endif
