// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_SURROUNDINGS_SURROUNDING_H
#define FORKFD_SURROUNDINGS_SURROUNDING_H

#include <functional>
#include <string>
#include <vector>

namespace Surroundings {

/// Where a program runs: what the kernel, a service manager or the program itself has set up before the
/// first start.
struct Surrounding
{
    /// A result that is right only here. Null: the scenario is not played.
    struct Difference
    {
        const char *scenario;
        const char *result;
        const char *reason;
        const char *mode = nullptr; ///< "auto" or "sigchld"; null: both.
        bool dependsOnMachine = false; ///< The usual result is right as well.
    };

    /// Returns why this machine has no such surrounding; empty if it does.
    using Entry = std::function<std::string()>;

    std::string name;
    Entry enter = {}; ///< Called before the program is executed.
    Entry within = {}; ///< Called in its main(), for what an exec does not keep.
    std::vector<Difference> differences = {};
    const char *notWithSanitizers = nullptr; ///< Why a sanitizer cannot work here.
    std::vector<const char *> tool = {}; ///< The command that executes the program.
    std::vector<const char *> only = {}; ///< If not empty, the scenarios that are played.
    const char *mode = nullptr; ///< The only mode that works here; null: both do.
    bool hasAnotherThread = false; ///< The scenarios run in a thread, and the first one has ended.
};

const std::vector<Surrounding> &allSurroundings();
/// Each file of surroundings has one such function.
std::vector<Surrounding> filterSurroundings();
std::vector<Surrounding> limitSurroundings();
std::vector<Surrounding> namespaceSurroundings();
std::vector<Surrounding> pauseSurroundings();
std::vector<Surrounding> profileSurroundings();
std::vector<Surrounding> signalSurroundings();
std::vector<Surrounding> stateSurroundings();
std::vector<Surrounding> toolSurroundings();

bool isPlayed(const Surrounding &surrounding, const std::string &scenario);
const Surrounding *find(const std::string &name);
/// "call: text of errno", for a surrounding that cannot be entered.
std::string failed(const char *call);
/// For surroundings that root does not notice. Returns why the user could not execute the program.
std::string becomeNobody();

/// A tree is only a group where this process may not make a cgroup, and where the library does not walk.
inline constexpr Surrounding::Difference treeIsGroup(const char *reason, const char *mode = nullptr)
{
    return {"tree", "killed by SIGKILL, alone", reason, mode, true};
}

} // namespace Surroundings

#endif
