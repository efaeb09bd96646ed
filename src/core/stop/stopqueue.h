// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_STOP_STOPQUEUE_H
#define FORKFD_CORE_STOP_STOPQUEUE_H

namespace ForkFd::Internal {

struct StopTask;

/// Stop tasks in the order of dueTime(). A task is out of the queue while its times change.
///
/// A pairing heap: the links are in the tasks, so that no function allocates memory. The cost of
/// remove() grows with the logarithm of the number of tasks, averaged over many calls.
class StopQueue
{
public:
    /// The task that is due first. Null if there is none.
    StopTask *first() const noexcept { return m_first; }
    void insert(StopTask &task) noexcept;
    /// Does nothing if the task is not in the queue.
    void remove(StopTask &task) noexcept;

private:
    static StopTask *meld(StopTask *one, StopTask *other) noexcept;
    static StopTask *meldSiblings(StopTask *first) noexcept;

    StopTask *m_first = nullptr;
};

} // namespace ForkFd::Internal

#endif
