// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// The hub of each thread, and its connection to the event loop of the thread.

#include "qt/exithub.h"

#include "core/base/thisprocess.h"

#include <QtCore/QCoreApplication>
#include <QtCore/QThread>

#include <atomic>
#include <utility>

namespace ForkFd::Internal {

namespace {

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

// A thread that is ending still has its dispatcher in slots of QThread::finished().
bool ExitHub::isThreadEnding()
{
    return QThread::currentThread()->isFinished();
}

void ExitHub::attachToEventLoop()
{
    QAbstractEventDispatcher *dispatcher = QAbstractEventDispatcher::instance();
    if (!dispatcher || m_isServed || !belongsToThisProcess())
        return;
    const bool isNew = m_dispatcher != dispatcher;
    if (isNew && isThreadEnding())
        return;
    m_dispatcher = dispatcher;
    try {
        attach(isNew);
    } catch (...) { // For lack of memory: the next call does all of it again.
        m_dispatcher = nullptr;
        throw;
    }
}

void ExitHub::attach(bool isNew)
{
    detachAtThreadEnds();
    if (m_notifier && isNew)
        registerAnew(*m_notifier);
    if (!m_notifier && m_set.descriptor() >= 0) {
        auto notifier = std::make_unique<QSocketNotifier>(m_set.descriptor(), QSocketNotifier::Read);
        QObject::connect(notifier.get(), &QSocketNotifier::activated, notifier.get(),
                         [this] { dispatch(0); });
        m_notifier = std::move(notifier); // Last: connect() may throw.
    }
    if (isNew && m_set.descriptor() < 0)
        followTurns();
    for (Registration &registration : m_registrations) {
        if (isNew && registration.ownNotifier)
            registerAnew(*registration.ownNotifier);
        if (registration.fd >= 0 && !registration.set)
            watchAlone(registration);
    }
    if (isNew) {
        m_timerEnd = Deadline::forever(); // The timer was destroyed with the old dispatcher.
        setTimer();
    }
}

void ExitHub::detachFromThread()
{
    m_dispatcher = nullptr;
    m_notifier.reset();
    delete m_timer;
    m_timerEnd = Deadline::forever();
    for (Registration &registration : m_registrations)
        registration.ownNotifier.reset();
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
