// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_BENCHMARKS_STAGE_H
#define FORKFD_BENCHMARKS_STAGE_H

#include "processors.h"
#include "scenario.h"

#include <benchmark/benchmark.h>

#include <optional>
#include <set>

namespace Benchmarks {

/// Gives the contestants their turns. Releases what a scenario keeps before the next scenario begins.
class Stage
{
public:
    Stage() = default;
    ~Stage() { enter(nullptr); }
    Stage(const Stage &) = delete;
    Stage &operator=(const Stage &) = delete;

    void run(benchmark::State &state, Scenario &scenario, Contestant &contestant);
    bool hasFailed() const { return m_hasFailed; }

private:
    void enter(Scenario *scenario);
    static void measure(benchmark::State &state, Scenario &scenario, Contestant &contestant);

    Scenario *m_scenario = nullptr;
    std::optional<OnOneProcessor> m_processor;
    std::set<const Contestant *> m_prepared; ///< Those that were prepared for m_scenario.
    bool m_hasFailed = false;
};

} // namespace Benchmarks

#endif
