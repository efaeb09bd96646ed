// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_TESTTERMINAL_H
#define FORKFD_TESTTERMINAL_H

#include <cstdlib>

#include <fcntl.h>
#include <unistd.h>

/// A terminal that is not the controlling terminal of any process. Both ends are close-on-exec.
class TestTerminal
{
public:
    TestTerminal()
        : m_master(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC))
    {
        char name[64];
        if (grantpt(m_master) != 0 || unlockpt(m_master) != 0
            || ptsname_r(m_master, name, sizeof name) != 0)
            std::abort();
        m_terminal = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    }
    ~TestTerminal()
    {
        close(m_terminal);
        close(m_master);
    }
    TestTerminal(const TestTerminal &) = delete;
    TestTerminal &operator=(const TestTerminal &) = delete;

    int master() const { return m_master; }
    int descriptor() const { return m_terminal; }

private:
    int m_master;
    int m_terminal;
};

#endif
