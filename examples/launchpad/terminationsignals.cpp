// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "terminationsignals.h"

#include <QtCore/QSocketNotifier>

#include <array>
#include <cerrno>
#include <csignal>

#include <fcntl.h>
#include <unistd.h>

static int pipeEnds[2] = {-1, -1};
static constexpr std::array terminationNumbers = {SIGINT, SIGTERM, SIGHUP};
static std::array<struct sigaction, terminationNumbers.size()> previousActions = {};

// Runs in a signal handler: async-signal-safe calls only.
static void handle(int)
{
    const int savedErrno = errno;
    [[maybe_unused]] const ssize_t count =
        write(pipeEnds[1], "", 1); // If the pipe is full, one is enough.
    errno = savedErrno;
}

TerminationSignals::TerminationSignals(QObject *parent)
    : QObject(parent)
{
    if (pipe2(pipeEnds, O_CLOEXEC | O_NONBLOCK) != 0)
        return; // The signals then end the program, and the library kills the helpers.
    m_notifier = new QSocketNotifier(pipeEnds[0], QSocketNotifier::Read, this);
    connect(m_notifier, &QSocketNotifier::activated, this, [this] {
        char buffer[64];
        while (read(pipeEnds[0], buffer, sizeof buffer) > 0) { }
        Q_EMIT received();
    });
    for (std::size_t i = 0; i < terminationNumbers.size(); ++i) {
        sigaction(terminationNumbers[i], nullptr, &previousActions[i]);
        if (previousActions[i].sa_handler == SIG_IGN) // For example under nohup(1).
            continue;
        struct sigaction action = {};
        action.sa_handler = handle;
        action.sa_flags = SA_RESTART;
        sigaction(terminationNumbers[i], &action, nullptr);
    }
}

TerminationSignals::~TerminationSignals()
{
    if (!m_notifier)
        return;
    for (std::size_t i = 0; i < terminationNumbers.size(); ++i)
        sigaction(terminationNumbers[i], &previousActions[i], nullptr);
    delete m_notifier;
    for (const int end : pipeEnds)
        close(end);
}
