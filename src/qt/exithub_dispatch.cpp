// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// What a wake-up of a hub serves, in which order, and how much of it.

#include "qt/exithub.h"

#include "core/base/pipecapacity.h"

#include <QtCore/QScopedValueRollback>

#include <algorithm>
#include <array>
#include <utility>

namespace ForkFd::Internal {

namespace {

// Between children, ends precede channels. A write to a child that has ended would only fail.
constexpr HubClient::Role dispatchOrder[] = {
    HubClient::Start,         HubClient::Exit,          HubClient::Wake, HubClient::StandardOutput,
    HubClient::StandardError, HubClient::StandardInput, HubClient::Tree};

// The budget of a wake-up. After that, timers, other events and other ends have their turn.
constexpr int bulkEvents = 8;
constexpr qint64 bytesPerWakeUp = 1024 * 1024;
constexpr qint64 shortestShare = 4096; // A shorter read costs about the same.

// With a few children that write much, long reads are worth their memory. With many, or while children
// start and end, they would delay the other children.
qint64 bytesPerEventOf(std::ptrdiff_t events, bool isBusy)
{
    constexpr std::ptrdiff_t few = 3;
    return isBusy || events > few ? PipeEnlargement::usual
                                  : bytesPerWakeUp / std::max<std::ptrdiff_t>(events, 1);
}

} // namespace

void ExitHub::serve(int timeout)
{
    const auto keepAlive = shared_from_this();
    const int next = m_calls.empty() ? -1 : m_calls.begin()->first.pollTimeout();
    if (timeout < 0 || (next >= 0 && next < timeout))
        timeout = next;
    const bool isUntold = !m_isWakeSet && !m_dueClients.empty(); // A write(2) was refused.
    dispatch(isUntold ? 0 : timeout);
    if (isUntold)
        callDueClients();
    callAllDue();
}

void ExitHub::dispatch(int timeout)
{
    if (!belongsToThisProcess()) {
        m_notifier->setEnabled(false); // In a forked copy, the parent's children would wake this up.
        return;
    }
    // A slot may destroy the last object that holds this hub. The hub is not always held by the thread:
    // an object that outlives its thread keeps it.
    const auto keepAlive = shared_from_this();
    // Asks only once: if a slot tells the event loop to exit, later events wait for the next wake-up.
    std::array<Id, PollSet::maxEvents + bulkEvents> ids;
    Id *end = ids.data() + m_set.wait(ids.data(), timeout);
    if (Id *const bulk = std::find(ids.data(), end, bulkId); bulk != end) {
        *bulk = *--end;
        end += m_bulkSet.wait(end, 0, bulkEvents);
    }
    const bool isBusy = m_busyWakeUps > 0;
    m_busyWakeUps -= isBusy ? 1 : 0;
    const QScopedValueRollback share(m_bytesPerEvent, bytesPerEventOf(end - ids.data(), isBusy));
    if (end - ids.data() == 1)
        serveEvent(ids.front());
    else
        serveInOrder(ids.data(), end);
}

void ExitHub::serveEvent(Id id)
{
    if (const Registration *ready = find(id))
        tell(*ready);
}

void ExitHub::tell(const Registration &ready)
{
    if (ready.role == HubClient::StandardOutput || ready.role == HubClient::StandardError)
        m_lastReader = ready.client;
    else
        noteStartOrEnd(ready.client, ready.role);
    ready.client->descriptorReady(ready.role);
}

// Reads stay short for some wake-ups after another child has started or ended: with short reads these
// take about 5 ms, and the next start or end often comes within that time.
void ExitHub::noteStartOrEnd(const HubClient *client, HubClient::Role role) noexcept
{
    constexpr int wakeUps = 256;
    const bool isOfChild = role == HubClient::Start || role == HubClient::Exit;
    if (isOfChild && m_lastReader && m_lastReader != client)
        m_busyWakeUps = wakeUps;
}

void ExitHub::serveInOrder(const Id *begin, const Id *end)
{
    for (const HubClient::Role role : dispatchOrder) {
        for (const Id *id = begin; id != end; ++id) {
            const Registration *ready = find(*id);
            if (ready && ready->role == role)
                tell(*ready);
        }
    }
}

void ExitHub::followTurns()
{
    QObject::disconnect(m_turns);
    const auto beginTurn = [this] {
        m_bytesOfTurn = bytesPerWakeUp;
        m_eventsOfLastTurn = std::exchange(m_eventsOfTurn, 0);
    };
    beginTurn();
    m_turns = QObject::connect(m_dispatcher, &QAbstractEventDispatcher::awake, m_dispatcher, beginTurn);
}

// In one turn Qt serves every notifier whose descriptor is ready, and does not say how many there are.
// So the share depends on the number of events of the last turn. If many descriptors become ready at
// once, the shares become smaller. A share is never 0, because Qt would emit the event again.
qint64 ExitHub::nextShare() noexcept
{
    if (!m_turns)
        return unlimited;
    ++m_eventsOfTurn;
    const qint64 equal = bytesPerWakeUp / std::max(m_eventsOfLastTurn, 1);
    const qint64 share = std::clamp<qint64>(std::min(equal, m_bytesOfTurn / bulkEvents), shortestShare,
                                            PipeEnlargement::usual);
    m_bytesOfTurn -= std::min(share, m_bytesOfTurn);
    return share;
}

// The event of a notifier that watches a single descriptor.
void ExitHub::serveAlone(Id id)
{
    const Registration *ready = find(id);
    if (!ready)
        return;
    if (!belongsToThisProcess()) {
        ready->ownNotifier->setEnabled(false); // A forked copy must not read the parent's pipes.
        return;
    }
    const auto keepAlive = shared_from_this();
    const QScopedValueRollback share(m_bytesPerEvent, nextShare());
    ready->client->descriptorReady(ready->role);
}

} // namespace ForkFd::Internal
