// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "stage.h"

#include <cstdio>

namespace Benchmarks {

void Stage::run(benchmark::State &state, Scenario &scenario, Contestant &contestant)
{
    try {
        enter(&scenario);
        if (m_prepared.count(&contestant) == 0)
            scenario.prepare(contestant);
        m_prepared.insert(&contestant);
        measure(state, scenario, contestant);
    } catch (const Impossible &reason) {
        state.SkipWithError(reason.what());
    } catch (const std::exception &failure) {
        m_hasFailed = true;
        std::fprintf(stderr, "%s: %s\n", scenario.name().c_str(), failure.what());
        state.SkipWithError(failure.what());
    }
}

void Stage::measure(benchmark::State &state, Scenario &scenario, Contestant &contestant)
{
    for ([[maybe_unused]] auto _ : state) {
        const Sample sample = scenario.measure(contestant);
        state.SetIterationTime(sample.seconds);
        for (const auto &[name, value] : sample.counters)
            state.counters[name] = value;
    }
}

void Stage::enter(Scenario *scenario)
{
    if (m_scenario == scenario)
        return;
    if (m_scenario)
        m_scenario->leave();
    m_prepared.clear();
    m_processor.reset();
    m_scenario = nullptr; // enter() may throw; then the next contestant tries again.
    if (!scenario)
        return;
    if (scenario->processors() == Processors::One)
        m_processor.emplace();
    scenario->enter();
    m_scenario = scenario;
}

} // namespace Benchmarks
