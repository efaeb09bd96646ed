// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "exithub.h"

#include "../core/thisprocess.h"

#include <QtCore/QCoreApplication>
#include <QtCore/QThread>
#include <QtCore/QTimer>

#include <algorithm>
#include <atomic>
#include <utility>

namespace ForkFd::Internal {

namespace {

// The output of a child before its end, and its end before a write that can only fail by then.
constexpr HubClient::Role dispatchOrder[] = {HubClient::Start, HubClient::StandardOutput,
                                             HubClient::StandardError, HubClient::Exit,
                                             HubClient::StandardInput};

constexpr std::chrono::milliseconds lookInterval(100);
constexpr int retryInterval = 50; // ms, for descriptors that the set had no memory for.
constexpr int longestWait = 24 * 60 * 60 * 1000; // ms

void registerAnew(QSocketNotifier &notifier)
{
    notifier.setEnabled(false);
    notifier.setEnabled(true);
}

} // namespace

// What one thread holds. The hub itself may live longer, with an object that does: in the next life of
// its QThread, which may have begun when this is destroyed.
struct ExitHub::ThreadSlot
{
    std::shared_ptr<ExitHub> hub;
};

ExitHub::ThreadSlot &ExitHub::slotOfCurrentThread()
{
    thread_local ThreadSlot slot;
    return slot;
}

std::shared_ptr<ExitHub> ExitHub::forCurrentThread()
{
    ThreadSlot &slot = slotOfCurrentThread();
    if (!slot.hub || !slot.hub->belongsToThisProcess()) {
        slot.hub = std::shared_ptr<ExitHub>(new ExitHub);
        detachWhenFinished(slot.hub);
    }
    followApplications();
    return slot.hub;
}

std::shared_ptr<ExitHub> ExitHub::forThreadWithoutEventLoop()
{
    auto hub = std::shared_ptr<ExitHub>(new ExitHub);
    hub->m_isServed = true;
    if (!hub->m_hasSet)
        return nullptr;
    slotOfCurrentThread().hub = hub;
    return hub;
}

bool ExitHub::isServedWithoutEventLoop()
{
    const std::shared_ptr<ExitHub> &hub = slotOfCurrentThread().hub;
    return hub && hub->m_isServed;
}

// The thread's notifiers go with its event dispatcher. This is the last moment before others may take it
// for ended, and start it again.
void ExitHub::detachWhenFinished(const std::weak_ptr<ExitHub> &hub)
{
    const auto detach = [hub] {
        if (const std::shared_ptr<ExitHub> living = hub.lock())
            living->detachFromThread();
    };
    QThread *thread = QThread::currentThread();
    QObject::connect(thread, &QThread::finished, thread, detach,
                     static_cast<Qt::ConnectionType>(Qt::DirectConnection | Qt::SingleShotConnection));
}

// An application object takes the main thread's dispatcher along when it goes. The next one's has to
// be told of the notifiers.
void ExitHub::followApplications()
{
    // Two threads that come at once register it twice, and attaching twice changes nothing. A forked
    // copy could find the lock of an initialization locked for ever.
    static std::atomic<bool> isFollowing = false;
    if (isFollowing.load(std::memory_order_acquire))
        return;
    qAddPreRoutine([] {
        if (const std::shared_ptr<ExitHub> &hub = slotOfCurrentThread().hub)
            hub->attachToEventLoop();
    });
    isFollowing.store(true, std::memory_order_release);
}

ExitHub::ExitHub()
    : m_owner(processStamp())
{
    // Without a poll set each descriptor gets a notifier of its own.
    m_hasSet = m_set.open();
}

ExitHub::~ExitHub()
{
    remove(m_wakeRegistration);
    m_wake.close();
    if (!m_notifier)
        return;
    m_notifier->setEnabled(false); // Its descriptor is about to be closed.
    m_notifier.release()->deleteLater(); // It may be emitting.
}

bool ExitHub::belongsToThisProcess() const noexcept
{
    return m_owner == processStamp();
}

void ExitHub::attachToEventLoop()
{
    QAbstractEventDispatcher *dispatcher = QAbstractEventDispatcher::instance();
    if (!dispatcher || m_isServed)
        return;
    const bool isNew = m_dispatcher != dispatcher;
    m_dispatcher = dispatcher;
    if (m_notifier && isNew)
        registerAnew(*m_notifier);
    if (!m_notifier && m_set.descriptor() >= 0) {
        m_notifier = std::make_unique<QSocketNotifier>(m_set.descriptor(), QSocketNotifier::Read);
        QObject::connect(m_notifier.get(), &QSocketNotifier::activated, m_notifier.get(),
                         [this] { dispatch(0); });
    }
    for (Registration &registration : m_registrations) {
        if (registration.ownNotifier && isNew)
            registerAnew(*registration.ownNotifier);
        if (registration.fd >= 0 && !registration.isInSet && !registration.ownNotifier)
            makeOwnNotifier(registration);
    }
}

void ExitHub::makeOwnNotifier(Registration &registration)
{
    if (registration.interest == PollSet::Nothing)
        return;
    if (registration.interest == PollSet::HungUp) {
        lookLater(registration);
        return;
    }
    const auto type =
        registration.interest == PollSet::Readable ? QSocketNotifier::Read : QSocketNotifier::Write;
    registration.ownNotifier = std::make_unique<QSocketNotifier>(registration.fd, type);
    QSocketNotifier *notifier = registration.ownNotifier.get();
    QObject::connect(notifier, &QSocketNotifier::activated, notifier, [this, id = idOf(registration)] {
        if (const Registration *ready = find(id))
            ready->client->descriptorReady(ready->role);
    });
}

// There is no notifier for a hang-up alone.
void ExitHub::lookLater(Registration &registration)
{
    if (std::exchange(registration.isLookedAt, true))
        return;
    const auto look = [weak = weak_from_this(), id = idOf(registration)] {
        const auto hub = weak.lock();
        Registration *looked = hub ? hub->find(id) : nullptr;
        if (!looked)
            return;
        looked->isLookedAt = false;
        hub->lookLater(*looked); // Before a slot may throw. One that is served gets another id.
        looked->client->descriptorReady(looked->role);
    };
    callLater(lookInterval, m_dispatcher, look);
}

void ExitHub::detachFromThread()
{
    m_notifier.reset();
    for (Registration &registration : m_registrations)
        registration.ownNotifier.reset();
    for (HubClient *client : std::exchange(m_dueClients, {})) {
        client->m_isCallDue = false;
        client->eventLoopEnded();
    }
}

bool ExitHub::isAttachable() const noexcept
{
    return m_isServed || QAbstractEventDispatcher::instance();
}

bool ExitHub::openWake()
{
    if (m_wake.readable >= 0)
        return true;
    if (!m_wake.open(ExitEvent::Private))
        return false;
    m_wakeRegistration = add(m_wake.readable, PollSet::Readable, &m_waker, HubClient::Exit);
    return true;
}

bool ExitHub::callSoon(HubClient *client)
{
    if (!belongsToThisProcess() || !isAttachable() || !openWake())
        return false;
    if (!m_isServed && m_dispatcher != QAbstractEventDispatcher::instance())
        attachToEventLoop();
    if (std::exchange(client->m_isCallDue, true))
        return true;
    m_dueClients.push_back(client);
    if (!std::exchange(m_isWakeSet, true))
        m_wake.set();
    return true;
}

// The event stays set: most of those that are waited for are followed by others.
void ExitHub::cancelCall(HubClient *client) noexcept
{
    if (std::exchange(client->m_isCallDue, false))
        m_dueClients.erase(std::find(m_dueClients.begin(), m_dueClients.end(), client));
}

// As many as are due now: a slot that starts one child after the other must not keep the loop busy. The
// event is cleared with the last one and before its call, so that a loop inside the call is told of the
// others, and of none when there are none.
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
        client->calledSoon();
    } while (--count > 0);
}

ExitHub::Id ExitHub::idOf(const Registration &registration) const noexcept
{
    const auto index = static_cast<Id>(&registration - m_registrations.data());
    return Id{registration.generation} << 32 | index;
}

ExitHub::Registration *ExitHub::find(Id id) noexcept
{
    const auto index = static_cast<std::uint32_t>(id);
    if (index >= m_registrations.size())
        return nullptr;
    Registration &registration = m_registrations[index];
    return registration.fd >= 0 && registration.generation == id >> 32 ? &registration : nullptr;
}

ExitHub::Id ExitHub::add(int fd, PollSet::Interest interest, HubClient *client, HubClient::Role role)
{
    if (!belongsToThisProcess()) // It would get into the parent's set.
        return 0;
    if (m_unused.empty()) {
        m_registrations.emplace_back();
        m_unused.reserve(m_registrations.capacity()); // So that remove() never allocates.
        m_unused.push_back(static_cast<std::uint32_t>(m_registrations.size() - 1));
    }
    Registration &registration = m_registrations[m_unused.back()];
    m_unused.pop_back();
    // From 1, so that no id is 0.
    registration.generation = std::max(registration.generation + 1, 1U);
    registration.fd = fd;
    registration.interest = interest;
    registration.role = role;
    registration.client = client;
    registration.isLookedAt = false;
    const bool isSetWatched = m_isServed || m_set.descriptor() >= 0;
    registration.isInSet = isSetWatched && m_set.add(fd, interest, idOf(registration));
    if (m_isServed && !registration.isInSet)
        m_outsiders.push_back(idOf(registration));
    if (!m_notifier || !registration.isInSet)
        attachToEventLoop();
    return idOf(registration);
}

void ExitHub::setInterest(Id &id, PollSet::Interest interest)
{
    Registration *registration = find(id);
    if (!registration || !belongsToThisProcess())
        return;
    if (registration->isInSet) {
        if (registration->interest != interest)
            m_set.change(registration->fd, interest, id);
        registration->interest = interest;
        return;
    }
    const int fd = registration->fd;
    const HubClient::Role role = registration->role;
    HubClient *const client = registration->client;
    remove(id);
    id = add(fd, interest, client, role);
}

void ExitHub::remove(Id &id) noexcept
{
    Registration *registration = find(std::exchange(id, 0));
    if (!registration)
        return;
    // In a forked copy this would take it out of the parent's set.
    if (registration->isInSet && belongsToThisProcess())
        m_set.remove(registration->fd);
    // A notifier must not be deleted while it emits: the client may be acting on its event.
    if (registration->ownNotifier) {
        registration->ownNotifier->setEnabled(false);
        registration->ownNotifier.release()->deleteLater();
    }
    registration->fd = -1;
    registration->client = nullptr;
    m_unused.push_back(static_cast<std::uint32_t>(registration - m_registrations.data()));
}

void ExitHub::callLater(std::chrono::milliseconds delay, QObject *context,
                        std::function<void()> function)
{
    if (m_isServed)
        m_calls.emplace(Clock::now() + delay, Call{context, std::move(function)});
    else if (QAbstractEventDispatcher::instance())
        QTimer::singleShot(delay, Qt::PreciseTimer, context, std::move(function));
}

void ExitHub::serve(int timeout)
{
    const auto keepAlive = shared_from_this();
    addOutsiders();
    if (!m_outsiders.empty() && (timeout < 0 || timeout > retryInterval))
        timeout = retryInterval;
    dispatch(timeToNextCall(timeout));
    callDue();
}

void ExitHub::addOutsiders()
{
    const auto isSettled = [this](Id id) {
        Registration *registration = find(id);
        if (registration)
            registration->isInSet = m_set.add(registration->fd, registration->interest, id);
        return !registration || registration->isInSet;
    };
    m_outsiders.erase(std::remove_if(m_outsiders.begin(), m_outsiders.end(), isSettled),
                      m_outsiders.end());
}

int ExitHub::timeToNextCall(int timeout) const noexcept
{
    if (m_calls.empty())
        return timeout;
    const auto rest =
        std::chrono::ceil<std::chrono::milliseconds>(m_calls.begin()->first - Clock::now());
    const int next = static_cast<int>(std::clamp<std::int64_t>(rest.count(), 0, longestWait));
    return timeout < 0 ? next : std::min(timeout, next);
}

void ExitHub::callDue()
{
    while (!m_calls.empty() && m_calls.begin()->first <= Clock::now()) {
        const Call call = std::move(m_calls.extract(m_calls.begin()).mapped());
        if (call.context)
            call.function();
    }
}

void ExitHub::dispatch(int timeout)
{
    if (!belongsToThisProcess()) {
        m_notifier->setEnabled(false); // A forked copy would be woken by its parent's children.
        return;
    }
    // A slot may destroy the last object that holds it. It need not be the thread's own: an object
    // that outlives its thread keeps that one's hub.
    const auto keepAlive = shared_from_this();
    // What becomes ready from now on is not asked for: a slot may have told the event loop to end.
    std::uint64_t ids[PollSet::maxEvents];
    const int count = m_set.wait(ids, timeout);
    for (const HubClient::Role role : dispatchOrder) {
        for (int i = 0; i < count; ++i) {
            const Registration *ready = find(ids[i]);
            if (ready && ready->role == role)
                ready->client->descriptorReady(role);
        }
    }
}

} // namespace ForkFd::Internal
