// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "qt/run/contextpost.h"

#include "core/base/thisprocess.h"

#include <memory>
#include <utility>

namespace ForkFd::Internal {

/// The connection to the context owns one. Qt destroys it with the connection.
class ContextPost::End : OfOneProcess
{
public:
    explicit End(std::function<void()> onEnd)
        : m_onEnd(std::move(onEnd))
    {
    }
    ~End() { call(); }
    void call() const
    {
        if (belongsToThisProcess()) // In a forked copy a mutex may be locked for ever.
            m_onEnd();
    }
    End(const End &) = delete;
    End &operator=(const End &) = delete;

private:
    const std::function<void()> m_onEnd;
};

// While a call is delivered, its event keeps the first connection's slot. The second connection tells of
// the end at once, unless the user's disconnect() has removed it. The threads that post use m_poster, so
// it belongs to no thread.
ContextPost::ContextPost(QObject *context, std::function<void()> onEnd)
    : m_context(context)
{
    const auto end = std::make_shared<End>(std::move(onEnd));
    QObject::connect(
        &m_poster, &Poster::posted, context, [end](const std::function<void()> &call) { call(); },
        Qt::QueuedConnection);
    m_toEnd = QObject::connect(context, &QObject::destroyed, [weakEnd = std::weak_ptr(end)] {
        if (const auto living = weakEnd.lock())
            living->call();
    });
    m_poster.moveToThread(nullptr);
}

// The context's thread removes the connection: in another thread the slot might just be about to run.
ContextPost::~ContextPost()
{
    post([connection = m_toEnd] { QObject::disconnect(connection); });
}

bool ContextPost::isThere() const
{
    return !m_context.isNull();
}

void ContextPost::post(const std::function<void()> &call)
{
    Q_EMIT m_poster.posted(call);
}

} // namespace ForkFd::Internal
