// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// LaunchOptions::treeDiesWithParent. The walker also watches the guardian, until it has ended: it has to
// kill what a scenario leaves behind when the process ends, and to end then.

#include "scenario.h"

#include "../support/testcgroups.h"

namespace Faults {

namespace {

std::string outcomeOf(const ForkFd::Command &command, bool isOptional = false)
{
    ForkFd::StartError error;
    auto process = ForkFd::spawn(command,
                                 {.processGroup = 0,
                                  .treeDiesWithParent = !isOptional,
                                  .treeDiesWithParentIfPossible = isOptional},
                                 &error);
    if (!process)
        return failure(error);
    const auto end = process->wait();
    return end ? text(*end) : "no end";
}

// A process of the group outlives the child, in a cgroup where the library may make one.
std::string guarded()
{
    return outcomeOf(child({"check", "0,1,2", "heir", "exit", "3"}));
}

// The same without a cgroup: the guardian finds it by a walk.
std::string guardedByWalk()
{
    const TestCgroups::Refusal refusal(true);
    return guarded();
}

// Without a guardian it starts all the same. Nothing outlives it that a guardian would have to find.
std::string guardedIfPossible()
{
    return outcomeOf(child({"check", "0,1,2", "exit", "3"}), true);
}

} // namespace

std::vector<Scenario> guardianScenarios()
{
    constexpr bool hasIdleThreads = true;
    return {{"guarded", guarded, nullptr, hasIdleThreads},
            {"guardedByWalk", guardedByWalk, nullptr, hasIdleThreads},
            {"guardedIfPossible", guardedIfPossible, nullptr, hasIdleThreads}};
}

} // namespace Faults
