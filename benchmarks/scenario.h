// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_BENCHMARKS_SCENARIO_H
#define FORKFD_BENCHMARKS_SCENARIO_H

#include "contestant.h"
#include "task.h"

#include <chrono>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace Benchmarks {

/// How thorough a run is, and so how long it takes.
enum class Form {
    Check, ///< Each scenario once, at its smallest size, to test that it works.
    Short, ///< A few minutes for all contestants.
    Full ///< An hour: larger parents, more children, more repetitions.
};

/// This machine or this user cannot run the scenario. The report prints what().
class Impossible : public std::runtime_error
{
    using std::runtime_error::runtime_error;
};

/// What one repetition has measured.
struct Sample
{
    double seconds = 0;
    std::map<std::string, double> counters;
};

/// The median of the times; the counters "p99" and "worst" are in microseconds.
Sample sampleOf(std::vector<double> seconds);

/// Whether parent and child share one processor.
enum class Processors { All, One };

/// A workload for all contestants with the skills that it needs. One object serves all of them, in
/// turns.
class Scenario
{
public:
    /// The name consists of words separated by slashes; report/groups.py maps names to rows.
    /// `repetitions` is how often each contestant takes its turn in one process.
    Scenario(std::string name, Skills needed, int repetitions, Processors processors = Processors::All)
        : m_name(std::move(name))
        , m_needed(needed)
        , m_repetitions(repetitions)
        , m_processors(processors)
    {
    }
    virtual ~Scenario() = default;
    Scenario(const Scenario &) = delete;
    Scenario &operator=(const Scenario &) = delete;

    const std::string &name() const { return m_name; }
    Skills needed() const { return m_needed; }
    int repetitions() const { return m_repetitions; }
    Processors processors() const { return m_processors; }

    /// Creates what all contestants share, before the first of them has its turn.
    virtual void enter() { }
    /// Called once for each contestant, before its first turn. Does its one-time work.
    virtual void prepare(Contestant & /*contestant*/) { }
    /// One turn. Leaves nothing behind that could affect the next contestant. Throws Failure or
    /// Impossible.
    virtual Sample measure(Contestant &contestant) = 0;
    /// Releases what enter() has created.
    virtual void leave() { }

private:
    const std::string m_name;
    const Skills m_needed;
    const int m_repetitions;
    const Processors m_processors;
};

using Scenarios = std::vector<std::unique_ptr<Scenario>>;

/// Chooses the number for the form.
constexpr int byForm(Form form, int check, int brief, int full)
{
    return form == Form::Check ? check : form == Form::Short ? brief : full;
}

void addStartAndFinish(Scenarios &scenarios, Form form);
void addHolding(Scenarios &scenarios, Form form);
void addThroughput(Scenarios &scenarios, Form form);
void addResident(Scenarios &scenarios, Form form);
void addOneEnding(Scenarios &scenarios, Form form);
void addOutput(Scenarios &scenarios, Form form);
void addLines(Scenarios &scenarios, Form form);
void addWrites(Scenarios &scenarios, Form form);
void addChatty(Scenarios &scenarios, Form form);
void addRoundTrips(Scenarios &scenarios, Form form);
void addMoving(Scenarios &scenarios, Form form);
void addIdle(Scenarios &scenarios, Form form);
void addFootprint(Scenarios &scenarios, Form form);

/// Starts the child and waits for its end. Throws Failure unless it ends as expected.
void runToEnd(Contestant &contestant, const Task &task, int expectedEnd = exitCodeOfExiting);
/// Throws Failure unless the child's standard streams are what `channels` says.
void proveChannels(Contestant &contestant, Channels channels);
/// The word for `channels` in a scenario's name.
const char *nameOf(Channels channels);
/// The first word of a scenario's name: "-pinned" follows if it has one processor.
std::string family(const char *word, Processors processors);

/// Measures the time from its construction.
class Stopwatch
{
public:
    double seconds() const
    {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - m_begin).count();
    }

private:
    const std::chrono::steady_clock::time_point m_begin = std::chrono::steady_clock::now();
};

/// Measures the processor time of this process and of the children that it has reaped, from its
/// construction. With two processors, wall time also depends on how fast a processor wakes up.
class ProcessorWatch
{
public:
    double microseconds() const { return now() - m_begin; }

private:
    static double now();

    const double m_begin = now();
};

} // namespace Benchmarks

#endif
