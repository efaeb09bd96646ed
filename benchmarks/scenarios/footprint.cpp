// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// The memory and descriptors that an idle child costs its parent.

#include "population.h"

#include "../scenario.h"

#include <cmath>
#include <filesystem>
#include <iterator>
#include <memory>

#include <malloc.h>

namespace Benchmarks {

namespace {

double heapBytes()
{
    const struct mallinfo2 info = ::mallinfo2();
    return static_cast<double>(info.uordblks + info.hblkhd);
}

double descriptorCount()
{
    return static_cast<double>(std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {}));
}

class Footprint : public Scenario
{
public:
    Footprint(Channels channels, int count)
        : Scenario(std::string("footprint/") + nameOf(channels), 1)
        , m_channels(channels)
        , m_count(count)
    {
    }

    void run(benchmark::State &state, Contestant &contestant) override
    {
        if (!m_population)
            m_population = std::make_unique<Population>(contestant, m_channels);
        m_population->grow(1);
        m_population->replaceNext(); // The library has made its one-time allocations now.
        const double heap = heapBytes();
        const double descriptors = descriptorCount();
        for ([[maybe_unused]] auto _ : state) {
            const Stopwatch watch;
            m_population->grow(m_count);
            m_population->replaceNext(); // Also delivers pending notifications of the starts.
            watch.stop(state);
        }
        state.counters["heap"] = std::round((heapBytes() - heap) / m_count);
        state.counters["descriptors"] = (descriptorCount() - descriptors) / m_count;
    }

    void leave() override { m_population.reset(); }

private:
    const Channels m_channels;
    const int m_count;
    // Keeps its children from one run to the next: a contestant may close the descriptors of a destroyed
    // child later, and that would disturb the next count.
    std::unique_ptr<Population> m_population;
};

} // namespace

void addFootprint(Scenarios &scenarios, const Contestant &contestant, Form form)
{
    if (!contestant.isComplete())
        return;
    const int count = form == Form::Check ? 10 : 100;
    scenarios.push_back(std::make_unique<Footprint>(Channels::None, count));
    scenarios.push_back(std::make_unique<Footprint>(Channels::Pipes, count));
}

} // namespace Benchmarks
