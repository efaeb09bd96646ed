// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_BENCHMARKS_POPULATION_H
#define FORKFD_BENCHMARKS_POPULATION_H

#include "../scenario.h"

#include <memory>
#include <vector>

namespace Benchmarks {

/// Children that sleep until they are killed.
class Population
{
public:
    Population(Contestant &contestant, Channels channels);

    /// Starts `count` more children. Throws Impossible when the contestant cannot start that many.
    void grow(int count);
    int size() const { return static_cast<int>(m_children.size()); }

    /// The child that is killed next.
    Child &next() { return *m_children[m_next]; }
    /// Replaces next(), which must have ended, by a new child, and advances next().
    void replace();
    /// Kills next() and replaces it.
    void replaceNext();

private:
    std::unique_ptr<Child> startOne();

    Contestant &m_contestant;
    Task m_task;
    std::vector<std::unique_ptr<Child>> m_children;
    std::size_t m_next = 0;
};

} // namespace Benchmarks

#endif
