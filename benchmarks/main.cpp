// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// forkfd-benchmarks --contestants=NAME,… [--check | --full] [GOOGLE-BENCHMARK-OPTION…]
// forkfd-benchmarks --contestants=NAME --children=N [--pipes]
//
// The second form only starts N children, one after another, so that report/count.py can count what they
// cost.
//
// Runs all scenarios with these contestants. Each benchmark is one scenario with one contestant, and is
// named SCENARIO/CONTESTANT. With Google Benchmark's random interleaving the contestants take their
// turns in random order.

#include "contestants/table.h"
#include "scenario.h"
#include "stage.h"

#include <QtCore/QAbstractEventDispatcher>
#include <QtCore/QCoreApplication>

#include <algorithm>
#include <cstdio>
#include <optional>
#include <sstream>
#include <string_view>

#include <sys/resource.h>

namespace {

using namespace Benchmarks;

/// Removes options from the arguments, so that Google Benchmark does not see them.
class Arguments
{
public:
    Arguments(int &argc, char **argv)
        : m_argc(argc)
        , m_argv(argv)
    {
    }

    /// Returns what follows the prefix, if there is such an argument.
    std::optional<std::string> take(std::string_view prefix)
    {
        const auto hasPrefix = [prefix](const char *argument) {
            return std::string_view(argument).substr(0, prefix.size()) == prefix;
        };
        char **const end = m_argv + m_argc;
        char **const found = std::find_if(m_argv + 1, end, hasPrefix);
        if (found == end)
            return {};
        std::string value = *found + prefix.size();
        std::copy(found + 1, end, found);
        m_argv[--m_argc] = nullptr;
        return value;
    }

private:
    int &m_argc;
    char **m_argv;
};

Form takeForm(Arguments &arguments)
{
    const bool isCheck = arguments.take("--check").has_value();
    const bool isFull = arguments.take("--full").has_value();
    return isCheck ? Form::Check : isFull ? Form::Full : Form::Short;
}

using Contestants = std::vector<std::pair<std::string, std::unique_ptr<Contestant>>>;

Contestants takeContestants(Arguments &arguments)
{
    Contestants contestants;
    std::istringstream names(arguments.take("--contestants=").value_or(""));
    for (std::string name; std::getline(names, name, ',');)
        contestants.emplace_back(name, makeContestant(name));
    if (contestants.empty())
        throw Failure("name the contestants with --contestants=NAME,…");
    return contestants;
}

// Raises the soft limit to the hard limit, but at most to the 20,000 descriptors that the goals assume.
void limitDescriptors()
{
    constexpr rlim_t wanted = 20000;
    rlimit limit = {};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = std::min(wanted, limit.rlim_max);
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

Scenarios allScenarios(Form form)
{
    Scenarios scenarios;
    for (const auto add :
         {addStartAndFinish, addHolding, addThroughput, addResident, addOneEnding, addOutput, addLines,
          addWrites, addChatty, addRoundTrips, addMoving, addIdle, addFootprint})
        add(scenarios, form);
    return scenarios;
}

void registerBenchmark(Stage &stage, Scenario &scenario, const std::string &name, Contestant &contestant)
{
    const auto run = [&](benchmark::State &state) { stage.run(state, scenario, contestant); };
    benchmark::RegisterBenchmark((scenario.name() + '/' + name).c_str(), run)
        ->Iterations(1)
        ->Repetitions(scenario.repetitions())
        ->UseManualTime()
        ->Unit(benchmark::kMicrosecond);
}

// Starts children without Google Benchmark around them, for tools that count what a child costs.
int runChildren(const Contestants &contestants, int count, Channels channels)
{
    const Task task = Task::exiting(channels);
    for (const auto &[name, contestant] : contestants) {
        for (int i = 0; i < count; ++i)
            runToEnd(*contestant, task);
    }
    return 0;
}

int runBenchmarks(int argc, char *argv[])
{
    Arguments arguments(argc, argv);
    const Form form = takeForm(arguments);
    const Contestants contestants = takeContestants(arguments);
    const Channels channels = arguments.take("--pipes") ? Channels::Pipes : Channels::None;
    if (const auto count = arguments.take("--children="))
        return runChildren(contestants, std::stoi(*count), channels);
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv))
        return 2;
    limitDescriptors();
    const Scenarios scenarios = allScenarios(form);
    Stage stage;
    for (const auto &scenario : scenarios) {
        for (const auto &[name, contestant] : contestants) {
            if (contestant->skills().contain(scenario->needed()))
                registerBenchmark(stage, *scenario, name, *contestant);
        }
    }
    for (const auto &[name, contestant] : contestants)
        benchmark::AddCustomContext("version of " + name, contestant->version());
    benchmark::AddCustomContext("dispatcher",
                                QAbstractEventDispatcher::instance()->metaObject()->className());
    benchmark::RunSpecifiedBenchmarks();
    return stage.hasFailed() ? 1 : 0;
}

} // namespace

int main(int argc, char *argv[])
{
    const QCoreApplication app(argc, argv);
    try {
        return runBenchmarks(argc, argv);
    } catch (const std::exception &failure) {
        std::fprintf(stderr, "%s\n", failure.what());
        return 2;
    }
}
