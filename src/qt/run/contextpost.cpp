// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "qt/run/contextpost.h"

#include "core/base/thisprocess.h"

#include <mutex>

namespace ForkFd::Internal {

/// The destructor of the object waits for the mutex, so that the object exists while a thread holds it.
struct ContextPost::Target : OfOneProcess
{
    std::mutex mutex;
    QObject *object = nullptr; ///< Null when the object is being destroyed.
};

// In a forked copy no thread posts, and the mutex may be locked for ever.
ContextPost::ContextPost(QObject *context, const std::function<void()> &onEnd)
    : m_target(std::make_shared<Target>())
{
    m_target->object = context;
    m_connection = QObject::connect(context, &QObject::destroyed, [target = m_target, onEnd] {
        if (!target->belongsToThisProcess())
            return;
        {
            const std::lock_guard lock(target->mutex);
            target->object = nullptr;
        }
        onEnd();
    });
}

// The object's thread removes the connection: in another thread Qt could touch a destroyed object.
ContextPost::~ContextPost()
{
    post([connection = m_connection] { QObject::disconnect(connection); });
}

bool ContextPost::isThere() const
{
    const std::lock_guard lock(m_target->mutex);
    return m_target->object != nullptr;
}

void ContextPost::post(const std::function<void()> &call)
{
    const std::lock_guard lock(m_target->mutex);
    if (m_target->object)
        QMetaObject::invokeMethod(m_target->object, call, Qt::QueuedConnection);
}

} // namespace ForkFd::Internal
