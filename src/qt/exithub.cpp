// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "qt/exithub.h"

#include "core/base/thisprocess.h"

#include <algorithm>
#include <utility>

namespace ForkFd::Internal {

namespace {

constexpr std::chrono::milliseconds hangUpInterval(100); // For a hang-up.
constexpr std::chrono::milliseconds retryInterval(50); // If the set has no memory for a descriptor.

QSocketNotifier::Type typeOf(PollSet::Interest interest)
{
    if (interest == PollSet::Priority)
        return QSocketNotifier::Exception;
    return interest == PollSet::Readable ? QSocketNotifier::Read : QSocketNotifier::Write;
}

} // namespace

ExitHub::ExitHub()
    : m_owner(processStamp())
{
    // Without a poll set each descriptor gets its own notifier.
    m_hasSet = m_set.open();
}

ExitHub::~ExitHub()
{
    QObject::disconnect(m_turns);
    delete m_dispatcherEnd;
    remove(m_wakeRegistration);
    closeDescriptors();
    if (m_timer) {
        m_timer->disconnect();
        m_timer->deleteLater(); // It may be emitting.
    }
    if (!m_notifier)
        return;
    m_notifier->setEnabled(false); // Its descriptor is closed next.
    m_notifier.release()->deleteLater(); // It may be emitting.
}

// A forked copy may have closed all descriptors, as daemons do, and opened files of its own.
void ExitHub::closeDescriptors() noexcept
{
    if (belongsToThisProcess()) {
        m_wake.close();
    } else {
        m_set.abandon();
        m_bulkSet.abandon();
    }
}

bool ExitHub::belongsToThisProcess() const noexcept
{
    return m_owner == processStamp();
}

// Keeps a notifier that is not needed now: only the event loop can delete it, and in a thread that waits
// for its children without an event loop, notifiers would pile up.
void ExitHub::watchAlone(Registration &registration)
{
    const PollSet::Interest interest = registration.interest;
    if (interest == PollSet::HungUp)
        lookLater();
    const bool isNotified = interest != PollSet::HungUp && interest != PollSet::Nothing;
    if (isNotified && !registration.ownNotifier)
        makeOwnNotifier(registration);
    else if (registration.ownNotifier)
        registration.ownNotifier->setEnabled(isNotified);
}

void ExitHub::makeOwnNotifier(Registration &registration)
{
    auto notifier = std::make_unique<QSocketNotifier>(registration.fd, typeOf(registration.interest));
    QObject::connect(notifier.get(), &QSocketNotifier::activated, notifier.get(),
                     [this, id = idOf(registration)] { serveAlone(id); });
    registration.ownNotifier = std::move(notifier); // Last: connect() may throw.
}

void ExitHub::lookLater()
{
    if (m_waker.m_callTime.isForever())
        callAt(&m_waker, Deadline(m_isServed ? retryInterval : hangUpInterval));
}

// Outsiders are the descriptors that no set watches. With serve() they wait for memory. In an event loop
// each has a notifier, which cannot wait for a hang-up only.
void ExitHub::lookAtOutsiders()
{
    std::vector<Id> outsiders;
    for (Registration &registration : m_registrations) {
        if (m_isServed && registration.fd >= 0 && !registration.set)
            enterSet(registration);
        if (registration.fd >= 0 && !registration.set
            && (m_isServed || registration.interest == PollSet::HungUp))
            outsiders.push_back(idOf(registration));
    }
    if (!outsiders.empty())
        lookLater(); // First: a slot may throw.
    for (const Id id : outsiders) {
        if (const Registration *looked = find(id); looked && looked->interest == PollSet::HungUp)
            looked->client->descriptorReady(looked->role);
    }
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

void ExitHub::closeBulkSet() noexcept
{
    if (std::exchange(m_areChannelsSeparate, false) && belongsToThisProcess()) {
        m_set.remove(m_bulkSet.descriptor());
        m_bulkSet.close();
    }
}

ExitHub::Id ExitHub::add(int fd, PollSet::Interest interest, HubClient *client, HubClient::Role role)
{
    if (!belongsToThisProcess()) // The set is the parent's.
        return 0;
    if (m_unused.empty())
        addUnused();
    Registration &registration = m_registrations[m_unused.back()];
    m_unused.pop_back();
    // Never 0, so that no id is 0.
    registration.generation = std::max(registration.generation + 1, 1U);
    registration.fd = fd;
    registration.interest = interest;
    registration.role = role;
    registration.client = client;
    m_channelCount += isChannel(role) ? 1 : 0;
    noteStartOrEnd(client, role);
    Id id = idOf(registration);
    try {
        watch(registration);
    } catch (...) { // For lack of memory; the client does not get its id.
        remove(id);
        throw;
    }
    return id;
}

// Allocates first: a registration that was added and is not in m_unused would be lost.
void ExitHub::addUnused()
{
    if (m_registrations.size() == m_registrations.capacity())
        m_registrations.reserve(m_registrations.size() * 2 + 1);
    m_unused.reserve(m_registrations.capacity()); // So that remove() never allocates.
    m_registrations.emplace_back();
    m_unused.push_back(static_cast<std::uint32_t>(m_registrations.size() - 1));
}

void ExitHub::watch(Registration &registration)
{
    const bool isSetWatched = m_isServed || m_set.descriptor() >= 0;
    if (isSetWatched)
        enterSet(registration);
    if (m_isServed && !registration.set)
        lookLater();
    if (!m_notifier || !registration.set)
        attachToEventLoop();
}

// Starts and ends are never behind output.
void ExitHub::enterSet(Registration &registration)
{
    const bool isBulk = isChannel(registration.role);
    if (isBulk && m_channelCount > fewChannels && !m_areChannelsSeparate)
        separateChannels();
    PollSet &set = isBulk && m_areChannelsSeparate ? m_bulkSet : m_set;
    registration.set =
        set.add(registration.fd, registration.interest, idOf(registration)) ? &set : nullptr;
}

// An event in the second set costs two calls of epoll_wait(2). With a few channels this would be most of
// the cost of the hub; in a single set one call finds all events.
void ExitHub::separateChannels()
{
    m_areChannelsSeparate = openBulkSet();
    if (!m_areChannelsSeparate)
        return;
    for (Registration &registration : m_registrations) {
        if (registration.set == &m_set && registration.fd >= 0 && isChannel(registration.role)
            && m_bulkSet.add(registration.fd, registration.interest, idOf(registration))) {
            m_set.remove(registration.fd);
            registration.set = &m_bulkSet;
        }
    }
}

// If this fails, channels are in the same set as ends.
bool ExitHub::openBulkSet()
{
    if (m_bulkSet.descriptor() >= 0)
        return true;
    if (m_set.descriptor() < 0 || !m_bulkSet.open())
        return false;
    if (m_bulkSet.descriptor() >= 0 && m_set.add(m_bulkSet.descriptor(), PollSet::Readable, bulkId))
        return true;
    m_bulkSet.close(); // It is not a member of m_set, so its events would be lost.
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
    registration->set = nullptr;
    // A notifier that is emitting must not be deleted: the client may be handling its event.
    if (registration->ownNotifier) {
        registration->ownNotifier->setEnabled(false);
        registration->ownNotifier.release()->deleteLater();
    }
    registration->fd = -1;
    if (registration->client == m_lastReader)
        m_lastReader = nullptr;
    registration->client = nullptr;
    m_channelCount -= isChannel(registration->role) ? 1 : 0;
    if (m_channelCount == 0)
        closeBulkSet();
    m_unused.push_back(static_cast<std::uint32_t>(registration - m_registrations.data()));
}

} // namespace ForkFd::Internal
