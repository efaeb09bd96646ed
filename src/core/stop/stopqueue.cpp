// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/stop/stopqueue.h"

#include "core/stop/stoptasks.h"

#include <utility>

namespace ForkFd::Internal {

// Makes the task that is due later the first child of the other. Leaves `back` of the result alone.
StopTask *StopQueue::meld(StopTask *one, StopTask *other) noexcept
{
    if (!one || !other)
        return one ? one : other;
    if (other->dueTime() < one->dueTime())
        std::swap(one, other);
    other->sibling = one->firstBelow;
    if (other->sibling)
        other->sibling->back = other;
    other->back = one;
    one->firstBelow = other;
    return one;
}

// Melds the siblings in pairs, and then all pairs from the last to the first.
StopTask *StopQueue::meldSiblings(StopTask *first) noexcept
{
    StopTask *pairs = nullptr;
    while (first) {
        StopTask *const one = first;
        StopTask *const other = std::exchange(one->sibling, nullptr);
        first = other ? std::exchange(other->sibling, nullptr) : nullptr;
        StopTask *const pair = meld(one, other);
        pair->sibling = std::exchange(pairs, pair);
    }
    StopTask *result = nullptr;
    while (pairs) {
        StopTask *const pair = pairs;
        pairs = std::exchange(pair->sibling, nullptr);
        result = meld(result, pair);
    }
    if (result)
        result->back = nullptr;
    return result;
}

void StopQueue::insert(StopTask &task) noexcept
{
    task.isQueued = true;
    m_first = meld(m_first, &task);
}

void StopQueue::remove(StopTask &task) noexcept
{
    if (!std::exchange(task.isQueued, false))
        return;
    StopTask *const below = meldSiblings(std::exchange(task.firstBelow, nullptr));
    StopTask *const sibling = std::exchange(task.sibling, nullptr);
    StopTask *const back = std::exchange(task.back, nullptr);
    if (!back) {
        m_first = below;
        return;
    }
    (back->firstBelow == &task ? back->firstBelow : back->sibling) = sibling;
    if (sibling)
        sibling->back = back;
    m_first = meld(m_first, below);
}

} // namespace ForkFd::Internal
