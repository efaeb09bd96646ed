// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// The calls that clients of a hub have requested: soon, or at a time.

#include "qt/exithub.h"

#include <algorithm>
#include <utility>

namespace ForkFd::Internal {

bool ExitHub::openWake()
{
    if (m_wakeRegistration != 0)
        return true;
    if (m_wake.readable < 0
        && !m_wake.open(ExitEvent::Private)) // An earlier call may have found no memory.
        return false;
    m_wakeRegistration = add(m_wake.readable, PollSet::Readable, &m_waker, HubClient::Wake);
    return true;
}

bool ExitHub::callSoon(HubClient *client)
{
    if (!belongsToThisProcess() || !(m_isServed || QAbstractEventDispatcher::instance()) || !openWake())
        return false;
    if (m_dispatcher != QAbstractEventDispatcher::instance())
        attachToEventLoop();
    if (client->m_isCallDue)
        return true;
    m_dueClients.push_back(client);
    client->m_isCallDue = true;
    m_isWakeSet = m_isWakeSet || m_wake.set();
    if (m_isWakeSet || m_isServed)
        return true;
    // A filter that was installed later refuses write(2).
    client->m_isCallDue = false;
    m_dueClients.pop_back();
    return false;
}

// Does not clear the event of callSoon(): usually another client follows.
void ExitHub::cancelCall(HubClient *client) noexcept
{
    m_calls.erase({std::exchange(client->m_callTime, Deadline::forever()), client});
    if (std::exchange(client->m_isCallDue, false))
        m_dueClients.erase(std::find(m_dueClients.begin(), m_dueClients.end(), client));
}

// Calls only the clients that are due now, so that a slot that starts one child after another does not
// keep the loop busy. The event is cleared before the last call, so that an event loop inside the call
// is woken up only if other clients are due.
void ExitHub::callDueClients()
{
    const auto keepAlive = shared_from_this();
    std::size_t count = m_dueClients.size();
    do {
        HubClient *const client = m_dueClients.empty() ? nullptr : m_dueClients.front();
        if (client)
            m_dueClients.pop_front();
        if (m_dueClients.empty() && std::exchange(m_isWakeSet, false))
            m_wake.clear();
        if (!client)
            return;
        client->m_isCallDue = false;
        client->called();
    } while (--count > 0);
}

void ExitHub::callAt(HubClient *client, Deadline when)
{
    if (when == client->m_callTime)
        return;
    m_calls.erase({std::exchange(client->m_callTime, Deadline::forever()), client});
    if (when.isForever())
        return;
    m_calls.emplace(when, client);
    client->m_callTime = when;
    setTimer();
}

// One timer serves all requests. A cancelled request leaves it as it is: it is set again when it fires.
void ExitHub::setTimer()
{
    if (!m_dispatcher || m_calls.empty() || m_calls.begin()->first >= m_timerEnd)
        return;
    if (!m_timer) {
        auto timer = std::make_unique<QTimer>();
        timer->setSingleShot(true);
        timer->setTimerType(Qt::PreciseTimer);
        QObject::connect(timer.get(), &QTimer::timeout, timer.get(), [this] { callAllDue(); });
        timer->setParent(m_dispatcher);
        m_timer = timer.release(); // Last: connect() may throw.
    }
    m_timerEnd = m_calls.begin()->first;
    m_timer->start(m_timerEnd.pollTimeout());
}

void ExitHub::callAllDue()
{
    m_timerEnd = Deadline::forever();
    if (!belongsToThisProcess())
        return;
    const auto keepAlive = shared_from_this();
    const Deadline now(Deadline::Clock::now());
    // The number is limited: a client may request the next call for a time that is over.
    for (std::size_t count = m_calls.size(); count > 0; --count) {
        if (m_calls.empty() || m_calls.begin()->first > now)
            break;
        HubClient *const client = m_calls.begin()->second;
        m_calls.erase(m_calls.begin());
        client->m_callTime = Deadline::forever();
        setTimer(); // First: the client may throw, or run an event loop.
        client->called();
    }
    setTimer();
}

} // namespace ForkFd::Internal
