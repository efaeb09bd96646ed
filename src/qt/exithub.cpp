// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "qt/exithub.h"

#include "core/base/thisprocess.h"

#include <QtCore/QCoreApplication>
#include <QtCore/QThread>

#include <algorithm>
#include <atomic>
#include <utility>

namespace ForkFd::Internal {

namespace {

constexpr std::chrono::milliseconds lookInterval(100);

void registerAnew(QSocketNotifier &notifier)
{
    if (!notifier.isEnabled())
        return;
    notifier.setEnabled(false);
    notifier.setEnabled(true);
}

// Without a destructor, so that it is valid until the thread has ended.
thread_local bool isThreadSlotGone = false;

} // namespace

// The hub of a thread. Objects may keep the hub longer, until the next run of the same QThread, which
// may already have begun when this slot is destroyed.
struct ExitHub::ThreadSlot
{
    ~ThreadSlot() { isThreadSlotGone = true; }

    std::shared_ptr<ExitHub> hub;
};

// Returns null after the slot was destroyed, for destructors of static and thread_local objects.
ExitHub::ThreadSlot *ExitHub::slotOfCurrentThread()
{
    if (isThreadSlotGone)
        return nullptr;
    thread_local ThreadSlot slot;
    return &slot;
}

std::shared_ptr<ExitHub> ExitHub::forCurrentThread()
{
    ThreadSlot *const slot = slotOfCurrentThread();
    if (!slot) // This hub belongs to one object.
        return std::shared_ptr<ExitHub>(new ExitHub);
    if (!slot->hub || !slot->hub->belongsToThisProcess())
        slot->hub = std::shared_ptr<ExitHub>(new ExitHub);
    followApplications();
    return slot->hub;
}

std::shared_ptr<ExitHub> ExitHub::forThreadWithoutEventLoop()
{
    auto hub = std::shared_ptr<ExitHub>(new ExitHub);
    hub->m_isServed = true;
    if (!hub->m_hasSet || !hub->openWake())
        return nullptr;
    slotOfCurrentThread()->hub = hub;
    return hub;
}

void ExitHub::continueInThisThread(const std::shared_ptr<ExitHub> &hub)
{
    slotOfCurrentThread()->hub = hub;
}

bool ExitHub::isServedWithoutEventLoop()
{
    const ThreadSlot *slot = slotOfCurrentThread();
    return slot && slot->hub && slot->hub->m_isServed;
}

// The notifiers are destroyed with the event dispatcher of the thread. After finished() another thread
// may start this one again. An object keeps its hub from one run of the thread to the next.
void ExitHub::detachAtThreadEnds()
{
    if (m_threadEnds)
        return;
    const auto detach = [hub = weak_from_this()] {
        if (const std::shared_ptr<ExitHub> living = hub.lock())
            living->detachFromThread();
    };
    QThread *thread = QThread::currentThread();
    m_threadEnds = QObject::connect(thread, &QThread::finished, thread, detach, Qt::DirectConnection);
}

// The main thread's dispatcher is destroyed with the application object. The next dispatcher must learn
// of the notifiers.
void ExitHub::followApplications()
{
    // Not a static with an initializer: a forked copy could find its lock locked for ever. Two threads
    // may register the routine twice; attaching twice changes nothing.
    static std::atomic<bool> isFollowing = false;
    if (isFollowing.load(std::memory_order_acquire))
        return;
    qAddPreRoutine([] {
        if (const ThreadSlot *slot = slotOfCurrentThread(); slot && slot->hub)
            slot->hub->attachToEventLoop();
    });
    isFollowing.store(true, std::memory_order_release);
}

ExitHub::ExitHub()
    : m_owner(processStamp())
{
    // Without a poll set each descriptor gets its own notifier.
    m_hasSet = m_set.open();
}

ExitHub::~ExitHub()
{
    QObject::disconnect(m_turns);
    QObject::disconnect(m_threadEnds);
    remove(m_wakeRegistration);
    m_wake.close();
    if (!m_notifier)
        return;
    m_notifier->setEnabled(false); // Its descriptor is closed next.
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
    detachAtThreadEnds();
    if (m_notifier && isNew)
        registerAnew(*m_notifier);
    if (!m_notifier && m_set.descriptor() >= 0) {
        m_notifier = std::make_unique<QSocketNotifier>(m_set.descriptor(), QSocketNotifier::Read);
        QObject::connect(m_notifier.get(), &QSocketNotifier::activated, m_notifier.get(),
                         [this] { dispatch(0); });
    }
    if (isNew && m_set.descriptor() < 0)
        followTurns();
    for (Registration &registration : m_registrations) {
        if (isNew) // callLater() used the old dispatcher.
            registration.isLookedAt = false;
        if (isNew && registration.ownNotifier)
            registerAnew(*registration.ownNotifier);
        if (registration.fd >= 0 && !registration.set)
            watchAlone(registration);
    }
}

// Keeps a notifier that is not needed now: only the event loop can delete it, and without an event loop
// a thread that waits for its children would pile up notifiers.
void ExitHub::watchAlone(Registration &registration)
{
    const PollSet::Interest interest = registration.interest;
    if (interest == PollSet::HungUp)
        lookLater(registration);
    const bool isNotified = interest == PollSet::Readable || interest == PollSet::Writable;
    if (isNotified && !registration.ownNotifier)
        makeOwnNotifier(registration);
    else if (registration.ownNotifier)
        registration.ownNotifier->setEnabled(isNotified);
}

void ExitHub::makeOwnNotifier(Registration &registration)
{
    const auto type =
        registration.interest == PollSet::Readable ? QSocketNotifier::Read : QSocketNotifier::Write;
    registration.ownNotifier = std::make_unique<QSocketNotifier>(registration.fd, type);
    QSocketNotifier *notifier = registration.ownNotifier.get();
    QObject::connect(notifier, &QSocketNotifier::activated, notifier,
                     [this, id = idOf(registration)] { serveAlone(id); });
}

// No notifier waits for a hang-up only.
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
        if (looked->interest != PollSet::HungUp)
            return;
        hub->lookLater(*looked); // First: a slot may throw, and a served descriptor gets another id.
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
    for (const Registration &registration : m_registrations) {
        if (registration.client)
            registration.client->eventLoopEnded();
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
    m_isWakeSet = m_isWakeSet || m_wake.set();
    if (m_isWakeSet || m_isServed)
        return true;
    cancelCall(client); // A filter that was installed later refuses write(2).
    return false;
}

// Does not clear the event: usually another client follows.
void ExitHub::cancelCall(HubClient *client) noexcept
{
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
    if (!belongsToThisProcess()) // The set is the parent's.
        return 0;
    if (m_unused.empty()) {
        m_registrations.emplace_back();
        m_unused.reserve(m_registrations.capacity()); // So that remove() never allocates.
        m_unused.push_back(static_cast<std::uint32_t>(m_registrations.size() - 1));
    }
    Registration &registration = m_registrations[m_unused.back()];
    m_unused.pop_back();
    // Never 0, so that no id is 0.
    registration.generation = std::max(registration.generation + 1, 1U);
    registration.fd = fd;
    registration.interest = interest;
    registration.role = role;
    registration.client = client;
    registration.isLookedAt = false;
    const bool isSetWatched = m_isServed || m_set.descriptor() >= 0;
    if (isSetWatched)
        enterSet(registration);
    if (m_isServed && !registration.set)
        m_outsiders.push_back(idOf(registration));
    if (!m_notifier || !registration.set)
        attachToEventLoop();
    return idOf(registration);
}

// Starts and ends are never behind output.
void ExitHub::enterSet(Registration &registration)
{
    const bool isBulk = registration.role != HubClient::Exit && registration.role != HubClient::Start;
    PollSet &set = isBulk && openBulkSet() ? m_bulkSet : m_set;
    registration.set =
        set.add(registration.fd, registration.interest, idOf(registration)) ? &set : nullptr;
}

// Opened for the first channel. If this fails, channels are in the same set as ends.
bool ExitHub::openBulkSet()
{
    if (m_bulkSet.descriptor() >= 0)
        return true;
    if (m_set.descriptor() < 0 || !m_bulkSet.open())
        return false;
    if (m_bulkSet.descriptor() >= 0 && m_set.add(m_bulkSet.descriptor(), PollSet::Readable, bulkId))
        return true;
    m_bulkSet.close(); // It is not a member of m_set: its events would be lost.
    return false;
}

void ExitHub::setInterest(Id &id, PollSet::Interest interest)
{
    Registration *registration = find(id);
    if (!registration || !belongsToThisProcess())
        return;
    if (registration->set) {
        if (registration->interest != interest)
            registration->set->change(registration->fd, interest, id);
        registration->interest = interest;
        return;
    }
    // A descriptor is either read or written, so the type of the notifier is right.
    if (registration->ownNotifier) {
        registration->interest = interest;
        watchAlone(*registration);
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
    // In a forked copy the set is the parent's.
    if (registration->set && belongsToThisProcess())
        registration->set->remove(registration->fd);
    // A notifier that is emitting must not be deleted: the client may be handling its event.
    if (registration->ownNotifier) {
        registration->ownNotifier->setEnabled(false);
        registration->ownNotifier.release()->deleteLater();
    }
    registration->fd = -1;
    registration->client = nullptr;
    m_unused.push_back(static_cast<std::uint32_t>(registration - m_registrations.data()));
}

} // namespace ForkFd::Internal
