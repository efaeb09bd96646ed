// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_SURROUNDINGS_SCENARIO_H
#define FORKFD_SURROUNDINGS_SCENARIO_H

#include <ForkFd/spawn.h>

#include <initializer_list>
#include <string>
#include <vector>

namespace Surroundings {

/// A use of the library that works everywhere. Its result is one line of text.
struct Scenario
{
    const char *name;
    std::string (*play)();
    const char *right; ///< The result where nothing is refused; null: the name of the mode.
};

const std::vector<Scenario> &allScenarios();
/// Each file of scenarios has one such function.
std::vector<Scenario> coreScenarios();
std::vector<Scenario> familyScenarios();
std::vector<Scenario> objectScenarios();
std::vector<Scenario> runScenarios();
std::vector<Scenario> scopeScenarios();

/// Whether the library has POSIX interfaces only.
inline constexpr bool isPortable = FORKFD_TEST_PORTABLE;

/// After this time without an event a scenario gives up.
inline constexpr int patience = 20000; // ms; valgrind is slow.

/// The program child with these arguments; see helpers/child.cpp.
ForkFd::Command child(std::initializer_list<std::string> words);
/// Starts the command and returns how it ended, or why it did not start.
std::string outcomeOf(const ForkFd::Command &command, const ForkFd::LaunchOptions &options = {});
/// A pipe whose ends are close-on-exec. Its numbers are -1 if there is none.
struct Pipe
{
    Pipe() noexcept;
    ~Pipe();
    Pipe(const Pipe &) = delete;
    Pipe &operator=(const Pipe &) = delete;

    void closeEnd(int index) noexcept;
    /// Reads up to end of file. Gives up when nothing comes.
    std::string readAll() const;

    int ends[2] = {-1, -1};
};

} // namespace Surroundings

#endif
