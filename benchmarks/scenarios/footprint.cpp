// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// The memory and descriptors that children cost their parent: idle ones, ended ones and destroyed ones.
// Each contestant has its own process, because memory that another contestant has freed would be reused.

#include "population.h"

#include "../scenario.h"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>

#include <malloc.h>
#include <unistd.h>

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

/// What this process uses more since the construction of this object.
class Usage
{
public:
    /// Divided by the number of children.
    Sample perChild(double seconds, int count) const
    {
        return {seconds,
                {{"heap", std::round((heapBytes() - m_heap) / count)},
                 {"descriptors", (descriptorCount() - m_descriptors) / count}}};
    }

private:
    const double m_heap = heapBytes();
    const double m_descriptors = descriptorCount();
};

/// The resident memory of this process, heap or not.
double residentKibibytes()
{
    long pages = 0;
    std::ifstream("/proc/self/statm") >> pages >> pages;
    return static_cast<double>(pages * ::sysconf(_SC_PAGESIZE)) / 1024;
}

class Footprint : public Scenario
{
public:
    Footprint(Channels channels, int count)
        : Scenario(std::string("footprint/") + nameOf(channels), Skill::Crowd, 1)
        , m_channels(channels)
        , m_count(count)
    {
    }

    Sample measure(Contestant &contestant) override
    {
        Population population(contestant, m_channels);
        population.grow(1);
        population.replaceNext(); // The library has made its one-time allocations now.
        const Usage usage;
        const Stopwatch watch;
        population.grow(m_count);
        population.replaceNext(); // Also delivers pending notifications of the starts.
        return usage.perChild(watch.seconds(), m_count);
    }

private:
    const Channels m_channels;
    const int m_count;
};

/// What an object costs whose child has ended.
class Finished : public Scenario
{
public:
    Finished(Channels channels, int count)
        : Scenario(std::string("finished/") + nameOf(channels), Skill::Single, 1)
        , m_task(Task::exiting(channels))
        , m_count(count)
    {
    }

    Sample measure(Contestant &contestant) override
    {
        std::vector<std::unique_ptr<Child>> children;
        children.reserve(static_cast<std::size_t>(m_count));
        runToEnd(contestant, m_task);
        const Usage usage;
        const Stopwatch watch;
        for (int i = 0; i < m_count; ++i) {
            children.push_back(contestant.makeChild());
            children.back()->start(m_task);
            children.back()->awaitEnd();
        }
        return usage.perChild(watch.seconds(), m_count);
    }

private:
    const Task m_task;
    const int m_count;
};

/// How much memory the process uses more after many starts.
class Growth : public Scenario
{
public:
    explicit Growth(int count)
        : Scenario("growth/" + std::to_string(count), Skill::Single, 1)
        , m_task(Task::exiting(Channels::Pipes))
        , m_count(count)
    {
    }

    Sample measure(Contestant &contestant) override
    {
        for (int i = 0; i < m_count / 10; ++i)
            runToEnd(contestant, m_task); // The heap has its usual size now.
        const double before = residentKibibytes();
        const Stopwatch watch;
        for (int i = 0; i < m_count; ++i)
            runToEnd(contestant, m_task);
        return {watch.seconds(), {{"growth", residentKibibytes() - before}}};
    }

private:
    const Task m_task;
    const int m_count;
};

} // namespace

void addFootprint(Scenarios &scenarios, Form form)
{
    for (const Channels channels : {Channels::None, Channels::Pipes}) {
        scenarios.push_back(std::make_unique<Footprint>(channels, byForm(form, 10, 100, 100)));
        scenarios.push_back(std::make_unique<Finished>(channels, byForm(form, 10, 100, 100)));
    }
    scenarios.push_back(std::make_unique<Growth>(byForm(form, 10, 3000, 100'000)));
}

} // namespace Benchmarks
