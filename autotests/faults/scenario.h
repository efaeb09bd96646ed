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

/// A use of the library that the walker plays while system calls fail.
///
/// A scenario is a function and a line that names it:
///
///     std::string plain()
///     {
///         return outcomeOf(spawn(child({"exit", "3"})));
///     }
///     const Scenario scenarios[] = {{"plain", plain}};
///
/// Its result says everything that happened, is the same each time, and names a failed start by
/// failure(). It leaves nothing behind. It runs at least twice in a process: with a failure, and then
/// without. Its own system calls must not fail: it makes them while a Quiet lives.
struct Scenario
{
    const char *name;
    std::string (*run)();
    bool (*isPossible)() = nullptr; ///< Null: everywhere.
    bool hasIdleThreads = false; ///< Threads that are made on demand and end by themselves do not count.
    bool isOfCore = false; ///< It uses only the core, which survives a lack of memory.
};

const std::vector<Scenario> &allScenarios();
/// Each file of scenarios has one such function.
std::vector<Scenario> coreScenarios();
std::vector<Scenario> familyScenarios();
std::vector<Scenario> guardianScenarios();
std::vector<Scenario> objectScenarios();
std::vector<Scenario> stopScenarios();
std::vector<Scenario> runScenarios();

/// Until the end of the scope the system calls of this thread count as the scenario's own.
class Quiet
{
public:
    Quiet() noexcept;
    ~Quiet();
    Quiet(const Quiet &) = delete;
    Quiet &operator=(const Quiet &) = delete;
};

/// The program child with these arguments; see child.cpp.
ForkFd::Command child(std::initializer_list<std::string> words);

/// The result of a scenario that has thrown std::bad_alloc.
inline constexpr const char *withoutMemory = "std::bad_alloc";
/// The result of a failed start: "start: pipe EMFILE". In the forkfd family it has no step.
std::string failure(const ForkFd::StartError &error);
std::string failure(int errorCode);
/// The end of a child as text.
std::string text(const ForkFd::ExitInfo &info);

/// Waits a few seconds until this process has no child. Injects no failure here.
bool allChildrenGo();
/// Waits a few seconds until process `pid` and its zombie are gone.
bool goes(pid_t pid);

} // namespace Faults

#endif
