// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "objects.h"
#include "scenario.h"

#include <memory>

namespace Faults {

using ForkFd::ChildProcess;
using namespace std::chrono_literals;

namespace {

using Scope = ChildProcess::SignalScope;

constexpr auto grace = 20ms;

/// Starts a child that has to be stopped.
void startSleeper(ChildProcess &process, Scope scope, bool isDeaf)
{
    process.setSignalScope(scope);
    process.setStopGrace(grace);
    process.setProcessChannelMode(ChildProcess::ForwardedChannels);
    process.setInputChannelMode(ChildProcess::ForwardedInputChannel);
    if (isDeaf)
        start(process, {"deaf", "heir", "sleep"});
    else if (scope == Scope::Process)
        start(process, {"sleep"});
    else
        start(process, {"heir", "sleep"});
}

// With Group and Tree a grandchild has to end, too. The walker checks that.
std::string stopped(Scope scope, bool isDeaf = false)
{
    ChildProcess process;
    startSleeper(process, scope, isDeaf);
    if (process.waitForStarted())
        process.stop();
    return outcomeOf(process);
}

std::string stopProcess()
{
    return stopped(Scope::Process);
}

std::string stopGroup()
{
    return stopped(Scope::Group);
}

std::string stopTree()
{
    return stopped(Scope::Tree);
}

// The wait for the tree ends with its last process.
std::string treeEnded()
{
    ChildProcess process;
    startSleeper(process, Scope::Tree, false);
    if (process.waitForStarted())
        process.stop();
    const std::string result = outcomeOf(process);
    return result.starts_with("start:") || process.waitForTreeEnded(10s) ? result
                                                                         : result + ", not its tree";
}

// Killed at the end of the grace, before or after the child has begun to ignore SIGTERM.
std::string escalated()
{
    ChildProcess process;
    process.setStopGrace(grace);
    start(process, {"deaf", "write", "1", "1", "sleep"});
    constexpr int patience = 1000;
    process.waitForReadyRead(patience);
    process.stop();
    return outcomeOf(process);
}

std::string killed()
{
    ChildProcess process;
    startSleeper(process, Scope::Process, false);
    process.kill();
    return outcomeOf(process);
}

std::string limited()
{
    ChildProcess process;
    process.setTimeLimit(10ms);
    startSleeper(process, Scope::Process, false);
    const std::string result = outcomeOf(process);
    return result.starts_with("start:") || process.timeLimitExceeded() ? result : result + ", no limit";
}

std::string destroyed(ChildProcess::DestructionPolicy policy)
{
    auto process = std::make_unique<ChildProcess>();
    process->setDestructionPolicy(policy);
    startSleeper(*process, Scope::Process, false);
    if (process->error() == ChildProcess::FailedToStart)
        return failure(process->startError());
    process.reset();
    return allChildrenGo() ? "collected" : "left";
}

std::string destroyedWithKill()
{
    return destroyed(ChildProcess::DestructionPolicy::Kill);
}

std::string destroyedWithStop()
{
    return destroyed(ChildProcess::DestructionPolicy::Stop);
}

} // namespace

std::vector<Scenario> stopScenarios()
{
    return {{"stopProcess", stopProcess},
            {"stopGroup", stopGroup},
            {"stopTree", stopTree},
            {"treeEnded", treeEnded},
            {"escalated", escalated},
            {"killed", killed},
            {"limited", limited},
            {"destroyedWithKill", destroyedWithKill},
            {"destroyedWithStop", destroyedWithStop}};
}

} // namespace Faults
