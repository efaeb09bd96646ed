// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// The hub of each thread, and its connection to the event loop of the thread.

#include "qt/exithub.h"

#include "core/base/thisprocess.h"

#include <QtCore/QCoreApplication>

#include <atomic>
#include <utility>

namespace ForkFd::Internal {

namespace {

// Without a destructor, so that it is valid until the thread has ended.
thread_local bool isThreadSlotGone = false;

} // namespace

// The hub of a thread. Objects may keep the hub longer, until the next run of the same QThread, which
// may already have begun when this slot is destroyed.
struct ExitHub::ThreadSlot
{
    ThreadSlot() = default;
    Q_DISABLE_COPY(ThreadSlot)
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

// A child of the event dispatcher, which is destroyed with it. The user's disconnect() would remove a
// connection to QThread::finished() or to the dispatcher.
class ExitHub::DispatcherEnd final : public QObject // clazy:exclude=missing-qobject-macro
{
public:
    DispatcherEnd(QAbstractEventDispatcher *dispatcher, std::weak_ptr<ExitHub> hub)
        : QObject(dispatcher)
        , m_hub(std::move(hub))
        , m_isOfApplication(dispatcher->parent() != nullptr) // That of a thread has no parent.
    {
    }
    ~DispatcherEnd() override
    {
        const std::shared_ptr<ExitHub> living = m_hub.lock();
        if (!living || !living->belongsToThisProcess())
            return;
        living->detach();
        if (!m_isOfApplication)
            living->leaveThread();
    }

private:
    const std::weak_ptr<ExitHub> m_hub;
    const bool m_isOfApplication;
};

// The notifiers do not outlive the event dispatcher. An object keeps its hub from one run of the thread,
// or from one application object, to the next.
void ExitHub::detachWithDispatcher()
{
    if (!m_dispatcherEnd)
        m_dispatcherEnd = new DispatcherEnd(m_dispatcher, weak_from_this());
}

// The main thread's dispatcher is destroyed with the application object. The next dispatcher must learn
// of the descriptors.
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

void ExitHub::attachToEventLoop()
{
    QAbstractEventDispatcher *dispatcher = QAbstractEventDispatcher::instance();
    if (!dispatcher || m_isServed || !belongsToThisProcess())
        return;
    const bool isNew = std::exchange(m_dispatcher, dispatcher) != dispatcher;
    try {
        attach(isNew);
    } catch (...) { // For lack of memory: the next call does all of it again.
        m_dispatcher = nullptr;
        throw;
    }
}

void ExitHub::attach(bool isNew)
{
    detachWithDispatcher();
    if (!m_notifier && m_set.descriptor() >= 0) {
        auto notifier = std::make_unique<QSocketNotifier>(m_set.descriptor(), QSocketNotifier::Read);
        QObject::connect(notifier.get(), &QSocketNotifier::activated, notifier.get(),
                         [this] { dispatch(0); });
        m_notifier = std::move(notifier); // Last: connect() may throw.
    }
    if (isNew && m_set.descriptor() < 0)
        followTurns();
    for (Registration &registration : m_registrations) {
        if (registration.fd >= 0 && !registration.set)
            watchAlone(registration);
    }
    setTimer();
}

void ExitHub::detach()
{
    m_dispatcherEnd = nullptr;
    m_dispatcher = nullptr;
    m_notifier.reset();
    delete m_timer;
    m_timerEnd = Deadline::forever();
    for (Registration &registration : m_registrations)
        registration.ownNotifier.reset();
}

// The requests wait for the thread's next run. Not for the next application object: Qt discards posted
// events together with the application object, and followApplications() attaches the hub again.
void ExitHub::leaveThread()
{
    // Another thread may run this QThread again before this one destroys its slot.
    if (ThreadSlot *const slot = slotOfCurrentThread(); slot && slot->hub.get() == this)
        slot->hub.reset();
    for (HubClient *client : std::exchange(m_dueClients, {})) {
        client->m_isCallDue = false;
        client->eventLoopEnded();
    }
    for (const auto &[when, client] : std::exchange(m_calls, {})) {
        client->m_callTime = Deadline::forever();
        client->eventLoopEnded();
    }
    for (const Registration &registration : m_registrations) {
        if (registration.client)
            registration.client->eventLoopEnded();
    }
}

} // namespace ForkFd::Internal
