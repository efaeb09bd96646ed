// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_QT_EXITHUB_H
#define FORKFD_QT_EXITHUB_H

#include "core/base/event.h"
#include "core/base/pollset.h"

#include <QtCore/QAbstractEventDispatcher>
#include <QtCore/QMetaObject>
#include <QtCore/QPointer>
#include <QtCore/QSocketNotifier>

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <vector>

namespace ForkFd::Internal {

class ExitHub;

/// Told by the hub that one of its descriptors is ready, or that a call it has asked for is due.
class HubClient
{
public:
    /// What a descriptor is to its client.
    enum Role { StandardInput, StandardOutput, StandardError, Exit, Start };

    /// May do anything, even delete the client or run an event loop. The descriptor need not be ready
    /// any more: a slot before this one may have waited for it.
    virtual void descriptorReady(Role role) = 0;
    /// The call that ExitHub::callSoon() was asked for. May do anything, too.
    virtual void calledSoon() { }
    /// Neither calls nor events will come: the thread's event loop has ended. Comes once at least for a
    /// client that has asked for a call or is registered.
    virtual void eventLoopEnded() { }

protected:
    virtual ~HubClient() = default;

private:
    friend ExitHub;
    bool m_isCallDue = false;
};

/// All descriptors of one thread's children behind one QSocketNotifier, so that the cost of an
/// event does not grow with the number of children.
///
/// Events are level-triggered: one that is dropped comes again. An event carries the number and the
/// generation of a registration and never a pointer, so that one that has become stale finds
/// nothing. A hub belongs to its thread and its process; in a forked copy it does nothing.
class ExitHub : public std::enable_shared_from_this<ExitHub>
{
public:
    /// A registration; 0 is none.
    using Id = std::uint64_t;

    /// The hub of the calling thread, made when there is none.
    static std::shared_ptr<ExitHub> forCurrentThread();
    /// The same in a thread of the library's own that has no event loop: it calls serve() instead, and
    /// an application object need not be there. Null with errno when there is no descriptor to be had.
    static std::shared_ptr<ExitHub> forThreadWithoutEventLoop();
    /// Makes such a hub, whose thread serves it no longer, that of the calling thread.
    static void continueInThisThread(const std::shared_ptr<ExitHub> &hub);
    /// Whether the calling thread has such a one.
    static bool isServedWithoutEventLoop();
    ~ExitHub();
    ExitHub(const ExitHub &) = delete;
    ExitHub &operator=(const ExitHub &) = delete;

    /// Watches `fd` until remove(). Events come once the thread has an event dispatcher. 0 in a forked
    /// copy.
    Id add(int fd, PollSet::Interest interest, HubClient *client, HubClient::Role role);
    /// Watches for something else from now on. `id` may become another one.
    void setInterest(Id &id, PollSet::Interest interest);
    /// Must come before the descriptor is closed. Sets `id` to 0; 0 is allowed.
    void remove(Id &id) noexcept;
    /// Connects the hub with the thread's event dispatcher, if it has one by now. The hub itself
    /// follows the main thread's from one application object to the next.
    void attachToEventLoop();
    /// Whether events and calls can come: the thread has an event dispatcher by now, or serve().
    bool isAttachable() const noexcept;
    /// Calls `function` in this thread after `delay`, unless `context` has gone by then. Does nothing
    /// where there is neither an event loop yet nor serve().
    void callLater(std::chrono::milliseconds delay, QObject *context, std::function<void()> function);
    /// Calls client->calledSoon() once from the thread's event loop, or from serve(). The call comes
    /// from a notifier and not from a posted event: after posted events Qt's dispatcher for Unix goes to
    /// sleep without looking whether its loop was told to exit, and
    /// QCoreApplication::removePostedEvents() throws them away. Until then further requests change
    /// nothing. False when the thread has no event dispatcher yet, there is no descriptor to be had, or
    /// the event could not be set.
    bool callSoon(HubClient *client);
    /// Takes the request back. Must come before the client is destroyed.
    void cancelCall(HubClient *client) noexcept;
    /// False in a copy that fork() has made.
    bool belongsToThisProcess() const noexcept;
    /// How much a client may read at an event, so that one wake-up of the event loop stays short.
    qint64 bytesPerEvent() const noexcept { return m_bytesPerEvent; }
    /// Waits for events, at most `timeout` ms (negative: for ever), and serves them.
    void serve(int timeout);

private:
    struct Registration
    {
        std::uint32_t generation = 0;
        int fd = -1; ///< -1: unused.
        PollSet::Interest interest = PollSet::Readable;
        HubClient::Role role = HubClient::Exit;
        HubClient *client = nullptr;
        PollSet *set = nullptr; ///< That watches it; null: none.
        bool isLookedAt = false; ///< Now and then, for want of a notifier for a hang-up.
        std::unique_ptr<QSocketNotifier> ownNotifier; ///< Where the set could not take it.
    };
    struct ThreadSlot;
    /// Told that m_wake was set.
    struct Waker final : HubClient
    {
        explicit Waker(ExitHub *itsHub) noexcept
            : hub(itsHub)
        {
        }
        void descriptorReady(Role) override { hub->callDueClients(); }
        ExitHub *const hub;
    };
    using Clock = std::chrono::steady_clock;
    struct Call
    {
        QPointer<QObject> context;
        std::function<void()> function;
    };

    static constexpr Id bulkId = 0;
    static constexpr qint64 unlimited = std::numeric_limits<qint64>::max();

    static ThreadSlot *slotOfCurrentThread();
    static void followApplications();
    ExitHub();
    void detachAtThreadEnds();
    void detachFromThread();
    bool openWake();
    void callDueClients();
    Id idOf(const Registration &registration) const noexcept;
    Registration *find(Id id) noexcept;
    void watchAlone(Registration &registration);
    void makeOwnNotifier(Registration &registration);
    void serveAlone(Id id);
    void followTurns();
    qint64 nextShare() noexcept;
    void lookLater(Registration &registration);
    void enterSet(Registration &registration);
    bool openBulkSet();
    void dispatch(int timeout);
    void addOutsiders();
    int timeToNextCall(int timeout) const noexcept;
    void callDue();

    const std::uint32_t m_owner; ///< The stamp of the process that has made it.
    PollSet m_set;
    bool m_hasSet = false;
    /// The channels, so that ends are found without passing by them; itself a member of m_set.
    PollSet m_bulkSet;
    qint64 m_bytesPerEvent = unlimited;
    QMetaObject::Connection m_turns; ///< Tells of each turn of the event loop; only without a poll set.
    qint64 m_bytesOfTurn = 0; ///< That this turn may still read.
    int m_eventsOfTurn = 0;
    int m_eventsOfLastTurn = 0;
    QPointer<QAbstractEventDispatcher> m_dispatcher; ///< That knows the notifiers.
    QMetaObject::Connection m_threadEnds; ///< Tells of each end of the thread.
    std::unique_ptr<QSocketNotifier> m_notifier;
    std::vector<Registration> m_registrations;
    std::vector<std::uint32_t> m_unused;
    bool m_isServed = false; ///< By serve(), not by an event loop.
    std::deque<HubClient *> m_dueClients; ///< Whose calledSoon() is due.
    ExitEvent m_wake; ///< Readable as long as one is due; opened for the first.
    bool m_isWakeSet = false;
    Waker m_waker{this};
    Id m_wakeRegistration = 0;
    std::vector<Id> m_outsiders; ///< Served by serve() as soon as the set takes them.
    std::multimap<Clock::time_point, Call> m_calls; ///< For serve().
};

} // namespace ForkFd::Internal

#endif
