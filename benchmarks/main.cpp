// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// The main program of every contestant. It accepts --check or --full, and Google Benchmark's options.

#include "scenario.h"

#include <QtCore/QAbstractEventDispatcher>
#include <QtCore/QCoreApplication>

#include <algorithm>
#include <cstdio>
#include <string_view>

#include <sys/resource.h>

namespace {

using namespace Benchmarks;

/// Runs scenarios. Releases what a scenario keeps between its runs before the next scenario begins.
class Stage
{
public:
    explicit Stage(Contestant &contestant)
        : m_contestant(contestant)
    {
    }
    ~Stage() { enter(nullptr); }
    Stage(const Stage &) = delete;
    Stage &operator=(const Stage &) = delete;

    void run(benchmark::State &state, Scenario &scenario)
    {
        enter(&scenario);
        try {
            scenario.run(state, m_contestant);
        } catch (const Impossible &reason) {
            state.SkipWithError(reason.what());
        } catch (const std::exception &failure) {
            m_hasFailed = true;
            state.SkipWithError(failure.what());
        }
    }

    bool hasFailed() const { return m_hasFailed; }

private:
    void enter(Scenario *scenario)
    {
        if (m_scenario && m_scenario != scenario)
            m_scenario->leave();
        m_scenario = scenario;
    }

    Contestant &m_contestant;
    Scenario *m_scenario = nullptr;
    bool m_hasFailed = false;
};

// Removes the option from the arguments, and returns whether it was there.
bool takeOption(int &argc, char **argv, std::string_view option)
{
    char **const end = std::remove(argv, argv + argc, option);
    const bool wasThere = end != argv + argc;
    argc = static_cast<int>(end - argv);
    argv[argc] = nullptr;
    return wasThere;
}

Form takeForm(int &argc, char **argv)
{
    const bool isCheck = takeOption(argc, argv, "--check");
    const bool isFull = takeOption(argc, argv, "--full");
    return isCheck ? Form::Check : isFull ? Form::Full : Form::Short;
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

Scenarios scenariosFor(const Contestant &contestant, Form form)
{
    Scenarios scenarios;
    for (const auto add : {addStartAndFinish, addBackground, addThroughput, addResident, addOneEnding,
                           addOutput, addWrites, addChatty, addRoundTrips, addFootprint})
        add(scenarios, contestant, form);
    return scenarios;
}

} // namespace

int main(int argc, char *argv[])
{
    const QCoreApplication app(argc, argv);
    const Form form = takeForm(argc, argv);
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv))
        return 2;
    limitDescriptors();
    const std::unique_ptr<Contestant> contestant = makeContestant();
    const Scenarios scenarios = scenariosFor(*contestant, form);
    Stage stage(*contestant);
    for (const std::unique_ptr<Scenario> &scenario : scenarios) {
        const auto run = [&stage, scenario = scenario.get()](benchmark::State &state) {
            stage.run(state, *scenario);
        };
        benchmark::RegisterBenchmark(scenario->name().c_str(), run)
            ->Iterations(scenario->iterations())
            ->UseManualTime()
            ->Unit(benchmark::kMicrosecond);
    }
    benchmark::AddCustomContext("contestant", contestant->version());
    benchmark::AddCustomContext("dispatcher",
                                QAbstractEventDispatcher::instance()->metaObject()->className());
    benchmark::RunSpecifiedBenchmarks();
    return stage.hasFailed() ? 1 : 0;
}
