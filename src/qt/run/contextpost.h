// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_QT_RUN_CONTEXTPOST_H
#define FORKFD_QT_RUN_CONTEXTPOST_H

#include <QtCore/QMetaObject>
#include <QtCore/QObject>

#include <functional>
#include <memory>

namespace ForkFd::Internal {

/// Posts calls from any thread to the thread of an object, in order. The calls are dropped when the
/// object is destroyed, which may happen at any time.
///
/// QPointer is not enough: the object could be destroyed between the check and the post.
class ContextPost
{
public:
    /// The object must not be destroyed before this returns. Its destructor calls `onEnd`, when
    /// isThere() is false.
    ContextPost(QObject *context, const std::function<void()> &onEnd);
    ~ContextPost();
    ContextPost(const ContextPost &) = delete;
    ContextPost &operator=(const ContextPost &) = delete;

    /// Whether the object still exists. Outside its own thread it may be destroyed in the next moment.
    bool isThere() const;
    void post(const std::function<void()> &call);

private:
    struct Target;

    const std::shared_ptr<Target> m_target;
    QMetaObject::Connection m_connection; ///< To the end of the object.
};

} // namespace ForkFd::Internal

#endif
