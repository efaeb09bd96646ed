// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_QT_RUN_POSTDETECTOR_H
#define FORKFD_QT_RUN_POSTDETECTOR_H

#include <QtCore/QAbstractEventDispatcher>

#include <atomic>
#include <functional>

namespace ForkFd::Internal {

/// Tells when another thread posts an event to an object of this thread, which has no event loop.
///
/// Nobody serves the event: Qt delivers none without an application object, and with one that is about
/// to be destroyed only at a risk. That there is one is all that has to be known, of a QFutureWatcher's.
class PostDetector final : public QAbstractEventDispatcher
{
    Q_OBJECT

public:
    /// `onPost` is called in the other thread, and must not block.
    explicit PostDetector(std::function<void()> onPost);

    void wakeUp() override;

    // There is nothing to dispatch.
    bool processEvents(QEventLoop::ProcessEventsFlags flags) override;
    void registerSocketNotifier(QSocketNotifier *notifier) override;
    void unregisterSocketNotifier(QSocketNotifier *notifier) override;
    void registerTimer(int timerId, qint64 interval, Qt::TimerType timerType, QObject *object) override;
    bool unregisterTimer(int timerId) override;
    bool unregisterTimers(QObject *object) override;
    QList<TimerInfo> registeredTimers(QObject *object) const override;
    int remainingTime(int timerId) override;
    void interrupt() override;

private:
    const std::function<void()> m_onPost;
    std::atomic<bool> m_isReady = false; ///< Publishes the above; Qt hands this object to other threads.
};

} // namespace ForkFd::Internal

#endif
