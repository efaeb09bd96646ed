// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "interruption.h"

#include <csignal>
#include <utility>

Interruption::Interruption(std::function<void()> onSignal)
    : m_onSignal(std::move(onSignal))
    , m_pipe({SIGINT, SIGTERM, SIGHUP})
{
    if (m_pipe.descriptor() < 0)
        return;
    m_notifier = std::make_unique<QSocketNotifier>(m_pipe.descriptor(), QSocketNotifier::Read);
    QObject::connect(m_notifier.get(), &QSocketNotifier::activated, m_notifier.get(),
                     [this] { readSignals(); });
}

void Interruption::readSignals()
{
    while (const std::optional<SignalPipe::Signal> signal = m_pipe.next()) {
        if (m_first && signal->repeats(*m_first))
            continue;
        m_first = m_first.value_or(*signal);
        m_onSignal();
    }
}
