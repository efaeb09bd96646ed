// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_STOP_STARTCONTROL_H
#define FORKFD_CORE_STOP_STARTCONTROL_H

#include <ForkFd/export.h>

#include <atomic>
#include <mutex>

namespace ForkFd::Internal {

/// Connects the thread that starts a child with the start's owner, which may give up the start at any
/// time.
///
/// States: Preparing → Creating → Told, or Preparing → Canceled. docs/design/start-pending.md explains
/// the memory orders. Not for forked copies, where a thread that does not exist may hold the mutex.
class FORKFD_EXPORT StartControl
{
public:
    StartControl() noexcept = default;
    StartControl(const StartControl &) = delete;
    StartControl &operator=(const StartControl &) = delete;

    // For the starting thread.

    /// Call it before creating a child. False: the start was canceled, and no child may be created.
    bool claim() noexcept;
    /// From now on end() signals the child by `send(token, signal)`, which returns 0 or an errno.
    void showChild(int (*send)(void *, int), void *token) noexcept;
    /// Call it before closing the child's pidfd or reaping the child.
    void hideChild() noexcept;
    /// Publishes the stored outcome. False: the start was canceled, and its owner ignores the outcome.
    bool tell() noexcept;

    /// The signal of an end() that has not reached the child; 0: none.
    int undelivered() noexcept;

    // For the child, and for any thread.

    /// The signal with which the owner gave up the start; 0: it did not. Async-signal-safe.
    int wish() const noexcept { return m_wish.load(); }

    // For the owner.

    /// Cancels the start, unless a child may already exist. True: there is no child, and there will be
    /// none.
    bool cancel() noexcept;
    /// Sends this signal to the child of a start that cannot be canceled any more. 0: the signal was
    /// sent. EAGAIN: the child or the starting thread will see the wish.
    int end(int signal) noexcept;
    /// Continues the child if a signal has stopped it. This is not a wish.
    void continueChild() noexcept;
    bool isCanceled() const noexcept { return m_state.load(std::memory_order_acquire) == Canceled; }
    /// Whether tell() was called. Then the starting thread's writes are visible.
    bool isTold() const noexcept { return m_state.load(std::memory_order_acquire) == Told; }

private:
    enum State { Preparing, Creating, Told, Canceled };

    std::atomic<State> m_state = Preparing;
    std::atomic<int> m_wish = 0;
    std::mutex m_mutex; ///< Guards the following; held for an assignment or to send a signal.
    int (*m_send)(void *, int) = nullptr;
    void *m_token = nullptr;
    int m_delivered = 0; ///< The last signal that has reached the child.
};

} // namespace ForkFd::Internal

#endif
