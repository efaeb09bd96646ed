// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_QT_EXITHUB_H
#define FORKFD_QT_EXITHUB_H

#include "core/base/deadline.h"
#include "core/base/event.h"
#include "core/base/pollset.h"

#include <QtCore/QAbstractEventDispatcher>
#include <QtCore/QMetaObject>
#include <QtCore/QPointer>
#include <QtCore/QSocketNotifier>
#include <QtCore/QTimer>

#include <cstdint>
#include <deque>
#include <limits>
#include <memory>
#include <set>
#include <utility>
#include <vector>

namespace ForkFd::Internal {

class ExitHub;

/// Receives the events of its descriptors, and the calls that it has requested.
class HubClient
{
public:
    /// The purpose of a descriptor. Wake: another thread has work for the client.
    enum Role { StandardInput, StandardOutput, StandardError, Exit, Start, Tree, Wake };

    /// May do anything, such as delete the client or run an event loop. The descriptor may not be ready
    /// any more, because an earlier slot has waited for it.
    virtual void descriptorReady(Role role) = 0;
    /// The call that ExitHub::callSoon() or callAt() has requested. May do anything.
    virtual void called() { }
    /// The event loop of the thread has ended: no events or calls follow. Called at least once for each
    /// client that is registered or has requested a call.
    virtual void eventLoopEnded() { }

protected:
    virtual ~HubClient() = default;
    /// Whether callSoon() has requested a call that has not come yet.
    bool isCallDue() const noexcept { return m_isCallDue; }

private:
    friend ExitHub;
    bool m_isCallDue = false;
    Deadline m_callTime = Deadline::forever(); ///< For callAt().
};

/// Watches all descriptors of a thread's children behind one QSocketNotifier, so that the cost of an
/// event does not depend on the number of children.
///
/// Events are level-triggered: a dropped event comes again. An event carries the number and the
/// generation of a registration and not a pointer, so that a stale event finds nothing. A hub belongs to
/// its thread and its process; in a forked copy it does nothing.
class ExitHub : public std::enable_shared_from_this<ExitHub>
{
public:
    /// Identifies a registration; 0 means none.
    using Id = std::uint64_t;

    /// Returns the hub of the calling thread, which is created if necessary.
    static std::shared_ptr<ExitHub> forCurrentThread();
    /// Creates a hub for a library thread, which has no event loop and calls serve(). It needs no
    /// application object. Returns null with errno if there is no descriptor.
    static std::shared_ptr<ExitHub> forThreadWithoutEventLoop();
    /// Makes such a hub, whose thread has ended, the hub of the calling thread.
    static void continueInThisThread(const std::shared_ptr<ExitHub> &hub);
    /// Whether the calling thread has such a hub.
    static bool isServedWithoutEventLoop();
    ~ExitHub();
    ExitHub(const ExitHub &) = delete;
    ExitHub &operator=(const ExitHub &) = delete;

    /// Watches `fd` until remove(). Events come when the thread has an event dispatcher. Returns 0 in a
    /// forked copy.
    Id add(int fd, PollSet::Interest interest, HubClient *client, HubClient::Role role);
    /// Changes the interest; `id` may change.
    void setInterest(Id &id, PollSet::Interest interest);
    /// Stops watching; must be called before the descriptor is closed. Sets `id` to 0; 0 is allowed.
    void remove(Id &id) noexcept;
    /// Connects the hub with the event dispatcher of the thread, if it has one. In the main thread the
    /// hub repeats this for each new application object.
    void attachToEventLoop();
    /// Calls client->called() once at `when`, from the event loop of the thread or from serve().
    /// Replaces the client's earlier request; Deadline::forever() cancels it.
    void callAt(HubClient *client, Deadline when);
    /// Calls client->called() once, from the event loop of the thread or from serve(). Further requests
    /// before that call change nothing. The call comes from a notifier (docs/design/qt.md says why).
    /// Returns false if the thread has no event dispatcher yet, there is no descriptor, or the event
    /// cannot be set.
    bool callSoon(HubClient *client);
    /// Cancels both requests; must be called before the client is destroyed.
    void cancelCall(HubClient *client) noexcept;
    /// Returns false in a forked copy.
    bool belongsToThisProcess() const noexcept;
    /// How many bytes a client may read for an event, so that a wake-up of the event loop stays short.
    qint64 bytesPerEvent() const noexcept { return m_bytesPerEvent; }
    /// Waits for events, at most `timeout` ms (negative: no limit), and serves them.
    void serve(int timeout);

private:
    struct Registration
    {
        std::uint32_t generation = 0;
        int fd = -1; ///< -1: unused.
        PollSet::Interest interest = PollSet::Readable;
        HubClient::Role role = HubClient::Exit;
        HubClient *client = nullptr;
        PollSet *set = nullptr; ///< The set that watches it, or null.
        std::unique_ptr<QSocketNotifier> ownNotifier; ///< If no set watches it.
    };
    struct ThreadSlot;
    class DispatcherEnd;
    /// Receives the events of m_wake, and looks at the descriptors that need it from time to time.
    struct Waker final : HubClient
    {
        explicit Waker(ExitHub *itsHub) noexcept
            : hub(itsHub)
        {
        }
        void descriptorReady(Role) override { hub->callDueClients(); }
        void called() override { hub->lookAtOutsiders(); }
        ExitHub *const hub;
    };

    static constexpr Id bulkId = 0;
    /// Up to this many channels share a set with the ends.
    static constexpr int fewChannels = 8;
    static constexpr qint64 unlimited = std::numeric_limits<qint64>::max();

    static ThreadSlot *slotOfCurrentThread();
    static bool isChannel(HubClient::Role role) noexcept
    {
        return role == HubClient::StandardInput || role == HubClient::StandardOutput
            || role == HubClient::StandardError;
    }
    static void followApplications();
    ExitHub();
    void closeDescriptors() noexcept;
    void detachWithDispatcher();
    void detach();
    void leaveThread();
    bool openWake();
    void callDueClients();
    Id idOf(const Registration &registration) const noexcept;
    Registration *find(Id id) noexcept;
    void watchAlone(Registration &registration);
    void makeOwnNotifier(Registration &registration);
    void serveAlone(Id id);
    void attach(bool isNew);
    void followTurns();
    qint64 nextShare() noexcept;
    void lookLater();
    void lookAtOutsiders();
    void addUnused();
    void watch(Registration &registration);
    void enterSet(Registration &registration);
    void separateChannels();
    bool openBulkSet();
    void closeBulkSet() noexcept;
    void dispatch(int timeout);
    void serveEvent(Id id);
    void serveInOrder(const Id *begin, const Id *end);
    void tell(const Registration &ready);
    void noteStartOrEnd(const HubClient *client, HubClient::Role role) noexcept;
    void setTimer();
    void callAllDue();

    const std::uint32_t m_owner; ///< The stamp of the process that created the hub.
    PollSet m_set;
    bool m_hasSet = false;
    /// The channels, if there are many, so that ends are found without visiting channels. A member of
    /// m_set.
    PollSet m_bulkSet;
    int m_channelCount = 0;
    bool m_areChannelsSeparate = false;
    qint64 m_bytesPerEvent = unlimited;
    /// For so many wake-ups, starts and ends of others are expected, so that reads are short.
    int m_busyWakeUps = 0;
    const HubClient *m_lastReader = nullptr; ///< Whose output was read last; only compared.
    QMetaObject::Connection m_turns; ///< To awake() of the dispatcher; only without a poll set.
    qint64 m_bytesOfTurn = 0; ///< How many bytes are left for this turn.
    int m_eventsOfTurn = 0;
    int m_eventsOfLastTurn = 0;
    QPointer<QAbstractEventDispatcher> m_dispatcher; ///< The dispatcher that knows the notifiers.
    QPointer<QObject> m_dispatcherEnd; ///< A DispatcherEnd, owned by the dispatcher.
    std::unique_ptr<QSocketNotifier> m_notifier;
    std::vector<Registration> m_registrations;
    std::vector<std::uint32_t> m_unused;
    bool m_isServed = false; ///< The thread calls serve(), and has no event loop.
    std::deque<HubClient *> m_dueClients; ///< The clients that requested a call.
    ExitEvent m_wake; ///< Readable while a call is due; opened for the first call.
    bool m_isWakeSet = false;
    Waker m_waker{this};
    Id m_wakeRegistration = 0;
    std::set<std::pair<Deadline, HubClient *>> m_calls; ///< The requests of callAt().
    QPointer<QTimer> m_timer; ///< For the first of m_calls; owned by the dispatcher.
    Deadline m_timerEnd = Deadline::forever();
};

} // namespace ForkFd::Internal

#endif
