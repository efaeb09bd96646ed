// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "population.h"

namespace Benchmarks {

Population::Population(Contestant &contestant, Channels channels)
    : m_contestant(contestant)
    , m_task(Task::busy({"sleep"}, channels))
{
    m_task.amongMany = true;
}

std::unique_ptr<Child> Population::startOne()
{
    std::unique_ptr<Child> child = m_contestant.makeChild();
    child->start(m_task);
    return child;
}

void Population::grow(int count)
{
    m_children.reserve(m_children.size() + static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) {
        try {
            m_children.push_back(startOne());
        } catch (const Failure &failure) {
            throw Impossible("only " + std::to_string(size()) + " children started: " + failure.what());
        }
    }
}

void Population::replace()
{
    m_children[m_next].reset();
    m_children[m_next] = startOne();
    // Not in order: a contestant with a linear search would find each child at the front of its list.
    m_next = (m_next + 7919) % m_children.size();
}

void Population::replaceNext()
{
    next().kill();
    next().awaitEnd();
    replace();
}

} // namespace Benchmarks
