// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "qt/run/postdetector.h"

#include <utility>

namespace ForkFd::Internal {

namespace {

constinit thread_local bool isPaused = false;

} // namespace

PostDetector::Pause::Pause()
{
    isPaused = true;
}

PostDetector::Pause::~Pause()
{
    isPaused = false;
}

PostDetector::PostDetector(std::function<void()> onPost)
    : m_onPost(std::move(onPost))
{
    m_isReady = true;
}

void PostDetector::wakeUp()
{
    if (m_isReady && !isPaused)
        m_onPost();
}

bool PostDetector::processEvents(QEventLoop::ProcessEventsFlags)
{
    return false;
}

void PostDetector::registerSocketNotifier(QSocketNotifier *)
{
}

void PostDetector::unregisterSocketNotifier(QSocketNotifier *)
{
}

void PostDetector::registerTimer(int, qint64, Qt::TimerType, QObject *)
{
}

bool PostDetector::unregisterTimer(int)
{
    return false;
}

bool PostDetector::unregisterTimers(QObject *)
{
    return false;
}

QList<QAbstractEventDispatcher::TimerInfo> PostDetector::registeredTimers(QObject *) const
{
    return {};
}

int PostDetector::remainingTime(int)
{
    return -1;
}

void PostDetector::interrupt()
{
}

} // namespace ForkFd::Internal
