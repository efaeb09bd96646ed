// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "interruption.h"

#include "harnesserror.h"

#include <cerrno>
#include <csignal>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace {

int signalPipe[2] = {-1, -1};

// Runs in a signal handler: async-signal-safe calls only.
void noteSignal(int number)
{
    const int savedErrno = errno;
    const auto byte = static_cast<char>(number);
    [[maybe_unused]] const ssize_t written = ::write(signalPipe[1], &byte, 1);
    errno = savedErrno;
}

void setHandlers(void (*handler)(int))
{
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
        struct sigaction action = {};
        ::sigaction(number, nullptr, &action);
        if (action.sa_handler == SIG_IGN) // For example under nohup(1).
            continue;
        action = {};
        action.sa_handler = handler;
        action.sa_flags = SA_RESTART;
        ::sigaction(number, &action, nullptr);
    }
}

} // namespace

Interruption::Interruption(std::function<void()> onSignal)
    : m_onSignal(std::move(onSignal))
{
    if (::pipe(signalPipe) != 0)
        throw HarnessError(QStringLiteral("pipe: ") + qt_error_string(errno));
    for (const int descriptor : signalPipe) {
        ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
        ::fcntl(descriptor, F_SETFL, O_NONBLOCK);
    }
    m_notifier = std::make_unique<QSocketNotifier>(signalPipe[0], QSocketNotifier::Read);
    QObject::connect(m_notifier.get(), &QSocketNotifier::activated, m_notifier.get(),
                     [this] { readSignals(); });
    setHandlers(noteSignal);
}

Interruption::~Interruption()
{
    setHandlers(SIG_DFL);
    m_notifier.reset();
    ::close(signalPipe[0]);
    ::close(signalPipe[1]);
}

void Interruption::readSignals()
{
    for (char number = 0; ::read(signalPipe[0], &number, 1) == 1;) {
        if (m_signal == 0)
            m_signal = static_cast<unsigned char>(number);
        m_onSignal();
    }
}
