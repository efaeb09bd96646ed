// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_STOP_STARTCONTROL_H
#define FORKFD_CORE_STOP_STARTCONTROL_H

#include <ForkFd/export.h>

#include <atomic>
#include <mutex>

namespace ForkFd::Internal {

/// Between a thread that starts a child and the owner of that start, who may give it up at any moment.
///
/// States: Preparing → Creating → Told, or Preparing → Canceled. docs/design/start-pending.md has
/// the orders. Not for forked copies: the mutex may have been held by a thread that is not there.
class FORKFD_EXPORT StartControl
{
public:
    StartControl() noexcept = default;
    StartControl(const StartControl &) = delete;
    StartControl &operator=(const StartControl &) = delete;

    // The starting thread.

    /// Before a child is made. False: it must not be, the start was canceled.
    bool claim() noexcept;
    /// From now on `send(token, signal)` sends a signal to the child, if it exists; 0 or an errno.
    void showChild(int (*send)(void *, int), void *token) noexcept;
    /// Before the child's descriptor is closed or the child is collected.
    void hideChild() noexcept;
    /// The outcome is stored; the owner may take it. False: the start was canceled, and nobody takes it.
    bool tell() noexcept;

    /// A signal of end() that has not reached the child; 0: none.
    int undelivered() noexcept;

    // The child, and anybody.

    /// The signal by which the start was given up; 0: it was not. Async-signal-safe.
    int wish() const noexcept { return m_wish.load(); }

    // The owner.

    /// True: no child has been made, and none will be.
    bool cancel() noexcept;
    /// For a start that cannot be canceled any more: has the child end by this signal. 0: it was sent.
    /// EAGAIN: the child or the starting thread will come to know of it.
    int end(int signal) noexcept;
    bool isCanceled() const noexcept { return m_state.load(std::memory_order_acquire) == Canceled; }
    /// Whether tell() was called: what the starting thread has written is visible then.
    bool isTold() const noexcept { return m_state.load(std::memory_order_acquire) == Told; }

private:
    enum State { Preparing, Creating, Told, Canceled };

    std::atomic<State> m_state = Preparing;
    std::atomic<int> m_wish = 0;
    std::mutex m_mutex; ///< For the following; held for an assignment or the sending of a signal.
    int (*m_send)(void *, int) = nullptr;
    void *m_token = nullptr;
    int m_delivered = 0; ///< The last signal that has reached the child.
};

} // namespace ForkFd::Internal

#endif
