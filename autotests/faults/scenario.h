// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_FAULTS_SCENARIO_H
#define FORKFD_FAULTS_SCENARIO_H

#include <ForkFd/spawn.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace Faults {

/// What the library is to do while its system calls fail.
///
/// A scenario is a function and a line that names it:
///
///     std::string plain()
///     {
///         return outcomeOf(spawn(child({"exit", "3"})));
///     }
///     const Scenario scenarios[] = {{"plain", plain}};
///
/// It says in its result how all went, the same each time, and leaves nothing. A start that failed is
/// told by failure(). It runs at least twice in a process: with a failure, and then without. Its own
/// system calls are not to be failed: it makes them while a Quiet lives.
struct Scenario
{
    const char *name;
    std::string (*run)();
    bool (*isPossible)() = nullptr; ///< Null: everywhere.
    bool hasIdleThreads =
        false; ///< Threads that are made at need and end by themselves are not counted.
};

const std::vector<Scenario> &allScenarios();
/// Each file of scenarios has one such function.
std::vector<Scenario> coreScenarios();
std::vector<Scenario> familyScenarios();
std::vector<Scenario> objectScenarios();
std::vector<Scenario> stopScenarios();
std::vector<Scenario> runScenarios();

/// Until the end of the scope the system calls of this thread are the scenario's own.
class Quiet
{
public:
    Quiet() noexcept;
    ~Quiet();
    Quiet(const Quiet &) = delete;
    Quiet &operator=(const Quiet &) = delete;
};

/// The program child with these words; see child.cpp.
ForkFd::Command child(std::initializer_list<std::string> words);

/// "start: pipe EMFILE": what a scenario returns when a start has failed. Without a step in the forkfd
/// family.
std::string failure(const ForkFd::StartError &error);
std::string failure(int errorCode);
/// How a child ended.
std::string text(const ForkFd::ExitInfo &info);

/// Whether this process has no child any more, within a few seconds. Never interrupted by a failure.
bool allChildrenGo();
/// Whether this process has gone, its zombie too, within a few seconds.
bool goes(pid_t pid);

} // namespace Faults

#endif
