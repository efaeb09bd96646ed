// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "scenario.h"

#include "calls.h"
#include "marker.h"

#include <cerrno>
#include <csignal>
#include <ctime>

#include <sys/wait.h>
#include <unistd.h>

namespace Faults {

namespace {

template<typename Condition>
bool comesTrue(Condition condition)
{
    constexpr int attempts = 1500;
    for (int i = 0; i < attempts; ++i) {
        if (condition())
            return true;
        const timespec millisecond = {0, 1'000'000};
        nanosleep(&millisecond, nullptr);
    }
    return false;
}

} // namespace

const std::vector<Scenario> &allScenarios()
{
    static const std::vector<Scenario> all = [] {
        std::vector<Scenario> scenarios;
        const auto add = [&scenarios](const std::vector<Scenario> &part, bool isOfCore) {
            for (Scenario scenario : part) {
                scenario.isOfCore = isOfCore;
                if (!scenario.isPossible || scenario.isPossible())
                    scenarios.push_back(scenario);
            }
        };
        for (const auto &part : {coreScenarios(), familyScenarios(), guardianScenarios()})
            add(part, true);
        for (const auto &part : {objectScenarios(), stopScenarios(), runScenarios()})
            add(part, false);
        return scenarios;
    }();
    return all;
}

Quiet::Quiet() noexcept
{
    mark(Marker::Pause);
}

Quiet::~Quiet()
{
    mark(Marker::Resume);
}

ForkFd::Command child(std::initializer_list<std::string> words)
{
    ForkFd::Command command;
    command.argv.emplace_back(FORKFD_FAULTS_CHILD);
    command.argv.insert(command.argv.end(), words);
    return command;
}

std::string failure(const ForkFd::StartError &error)
{
    return std::string("start: ") + (error.step ? error.step : "(none)") + ' '
        + errorName(error.errorCode);
}

std::string failure(int errorCode)
{
    return "start: - " + errorName(errorCode);
}

std::string text(const ForkFd::ExitInfo &info)
{
    return info.toString();
}

bool allChildrenGo()
{
    const Quiet quiet;
    return comesTrue([] {
        siginfo_t info;
        return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT | __WALL) != 0 && errno == ECHILD;
    });
}

bool goes(pid_t pid)
{
    const Quiet quiet;
    return comesTrue([pid] { return kill(pid, 0) != 0 && errno == ESRCH; });
}

} // namespace Faults
