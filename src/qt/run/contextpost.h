// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_QT_RUN_CONTEXTPOST_H
#define FORKFD_QT_RUN_CONTEXTPOST_H

#include <QtCore/QMetaObject>
#include <QtCore/QObject>
#include <QtCore/QPointer>

#include <functional>

namespace ForkFd::Internal {

/// The sender of ContextPost.
class Poster final : public QObject
{
    Q_OBJECT

Q_SIGNALS:
    void posted(const std::function<void()> &);
};

/// Posts calls from any thread to the thread of an object, in order. The calls are dropped when the
/// object is destroyed, which may happen at any time.
///
/// A queued connection to the object posts them: Qt holds a lock from its check of the receiver to the
/// post, and removes the connection under this lock when the receiver is destroyed. With a QPointer, or
/// with a slot of destroyed(), which the user's disconnect() may remove, the object could be gone at the
/// post.
class ContextPost
{
public:
    /// The object must not be destroyed before this returns. Its destructor calls `onEnd`, when
    /// isThere() is false. `onEnd` may be called again, and by the destructor of this.
    ContextPost(QObject *context, std::function<void()> onEnd);
    ~ContextPost();
    ContextPost(const ContextPost &) = delete;
    ContextPost &operator=(const ContextPost &) = delete;

    /// Whether the object still exists. Outside its own thread it may be destroyed in the next moment.
    bool isThere() const;
    void post(const std::function<void()> &call);

private:
    class End;

    const QPointer<QObject> m_context;
    Poster m_poster;
    QMetaObject::Connection m_toEnd;
};

} // namespace ForkFd::Internal

#endif
