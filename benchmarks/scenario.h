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

/// How long it may take.
enum class Form {
    Check, ///< Everything once and small, to see that it works.
    Short, ///< What a person waits for.
    Full
};

/// Something that this machine or this user cannot do. What it says goes into the report.
class Impossible : public std::runtime_error
{
    using std::runtime_error::runtime_error;
};

/// Something that all contestants do and that takes time, or memory.
class Scenario
{
public:
    /// The name is made of words between slashes; report/titles.py knows what they mean.
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

    /// Does it as often as the state says, and tells it the time of each. Throws Failure, Impossible.
    virtual void run(benchmark::State &state, Contestant &contestant) = 0;
    /// Gives back what was kept from one run to the next.
    virtual void leave() { }

private:
    const std::string m_name;
    const int m_iterations;
};

using Scenarios = std::vector<std::unique_ptr<Scenario>>;

// Each adds what the contestant can do.
void addStartAndFinish(Scenarios &scenarios, const Contestant &contestant, Form form);
void addResident(Scenarios &scenarios, const Contestant &contestant, Form form);
void addOneEnding(Scenarios &scenarios, const Contestant &contestant, Form form);
void addOutput(Scenarios &scenarios, const Contestant &contestant, Form form);
void addWrites(Scenarios &scenarios, const Contestant &contestant, Form form);
void addChatty(Scenarios &scenarios, const Contestant &contestant, Form form);
void addRoundTrips(Scenarios &scenarios, const Contestant &contestant, Form form);
void addFootprint(Scenarios &scenarios, const Contestant &contestant, Form form);

/// Starts the child and awaits its end. Fails unless that is the one given.
void runToEnd(Contestant &contestant, const Task &task, int expectedEnd = exitCodeOfExiting);
/// Fails unless the child's streams lead where the task says.
void proveChannels(Contestant &contestant, Channels channels);
/// The last word of a scenario's name.
const char *nameOf(Channels channels);

/// Measures what happens between two points.
class Stopwatch
{
public:
    /// Hands the time since its construction to the state.
    void stop(benchmark::State &state) const;

private:
    const std::chrono::steady_clock::time_point m_begin = std::chrono::steady_clock::now();
};

} // namespace Benchmarks

#endif
