// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_QT_RUN_POSTDETECTOR_H
#define FORKFD_QT_RUN_POSTDETECTOR_H

#include <QtCore/QAbstractEventDispatcher>

#include <atomic>
#include <functional>

namespace ForkFd::Internal {

/// Reports that an event was posted to an object of this thread, which has no event loop.
///
/// The events are never delivered. Qt delivers none without an application object, and delivery is risky
/// while an application object is being destroyed. RunThread only needs to know of them.
class PostDetector final : public QAbstractEventDispatcher
{
    Q_OBJECT

public:
    /// Events that the calling thread posts in the meantime are not reported.
    class Pause
    {
    public:
        Pause();
        ~Pause();
        Pause(const Pause &) = delete;
        Pause &operator=(const Pause &) = delete;
    };

    /// `onPost` is called in the thread that posts, which may be this one, and must not block.
    explicit PostDetector(std::function<void()> onPost);

    void wakeUp() override;

    // Nothing is dispatched.
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
    std::atomic<bool> m_isReady = false; ///< Publishes m_onPost: Qt gives this object to other threads.
};

} // namespace ForkFd::Internal

#endif
