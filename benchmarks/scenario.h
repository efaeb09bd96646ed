// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_BENCHMARKS_SCENARIO_H
#define FORKFD_BENCHMARKS_SCENARIO_H

#include "contestant.h"
#include "task.h"

#include <benchmark/benchmark.h>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace Benchmarks {

/// How thorough a run is, and so how long it takes.
enum class Form {
    Check, ///< Each scenario once, at its smallest size, to test that it works.
    Short, ///< A few minutes for all contestants.
    Full ///< Half an hour: larger parents and more children.
};

/// This machine or this user cannot run the scenario. The report prints what().
class Impossible : public std::runtime_error
{
    using std::runtime_error::runtime_error;
};

/// A workload that every contestant runs. It measures time or memory.
class Scenario
{
public:
    /// The name consists of words separated by slashes; report/titles.py maps names to headings.
    explicit Scenario(std::string name, int iterations)
        : m_name(std::move(name))
        , m_iterations(iterations)
    {
    }
    virtual ~Scenario() = default;
    Scenario(const Scenario &) = delete;
    Scenario &operator=(const Scenario &) = delete;

    const std::string &name() const { return m_name; }
    int iterations() const { return m_iterations; }

    /// Runs as many iterations as the state asks for, and sets the time of each. Throws Failure or
    /// Impossible.
    virtual void run(benchmark::State &state, Contestant &contestant) = 0;
    /// Releases what the scenario keeps from one run to the next.
    virtual void leave() { }

private:
    const std::string m_name;
    const int m_iterations;
};

using Scenarios = std::vector<std::unique_ptr<Scenario>>;

// Each function adds the scenarios that the contestant supports.
void addStartAndFinish(Scenarios &scenarios, const Contestant &contestant, Form form);
void addBackground(Scenarios &scenarios, const Contestant &contestant, Form form);
void addThroughput(Scenarios &scenarios, const Contestant &contestant, Form form);
void addResident(Scenarios &scenarios, const Contestant &contestant, Form form);
void addOneEnding(Scenarios &scenarios, const Contestant &contestant, Form form);
void addOutput(Scenarios &scenarios, const Contestant &contestant, Form form);
void addWrites(Scenarios &scenarios, const Contestant &contestant, Form form);
void addChatty(Scenarios &scenarios, const Contestant &contestant, Form form);
void addRoundTrips(Scenarios &scenarios, const Contestant &contestant, Form form);
void addFootprint(Scenarios &scenarios, const Contestant &contestant, Form form);

/// Starts the child and waits for its end. Throws Failure unless it ends as expected.
void runToEnd(Contestant &contestant, const Task &task, int expectedEnd = exitCodeOfExiting);
/// Throws Failure unless the child's standard streams are what `channels` says.
void proveChannels(Contestant &contestant, Channels channels);
/// The word for `channels` in a scenario's name.
const char *nameOf(Channels channels);

/// Measures the time from its construction to stop().
class Stopwatch
{
public:
    /// Sets the elapsed time as the iteration's time.
    void stop(benchmark::State &state) const;

private:
    const std::chrono::steady_clock::time_point m_begin = std::chrono::steady_clock::now();
};

} // namespace Benchmarks

#endif
