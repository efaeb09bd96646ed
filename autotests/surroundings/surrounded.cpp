// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// surrounded NAME [SCENARIO…]: enters a surrounding, executes itself there, and plays the scenarios.
// Prints a line for each: "name: result". The last line says what is left over. If this machine has no
// such surrounding, prints "skip:" and why.

#include "leftovers.h"
#include "scenario.h"
#include "surrounding.h"

#include <algorithm>
#include <cstring>
#include <thread>

#include <fcntl.h>
#include <unistd.h>

using namespace Surroundings;

namespace {

// The results go here, whatever becomes of standard output.
constexpr int resultDescriptor = 3;

void print(const std::string &name, std::string text)
{
    std::replace(text.begin(), text.end(), '\n', ' ');
    const std::string line = name + ": " + text + '\n';
    if (::write(resultDescriptor, line.data(), line.size()) != static_cast<ssize_t>(line.size()))
        ::_exit(2);
}

[[noreturn]] void executeWithin(const Surrounding &surrounding, char **arguments)
{
    std::vector<char *> words;
    for (const char *word : surrounding.tool)
        words.push_back(const_cast<char *>(word));
    static char within[] = "--within";
    words.push_back(arguments[0]);
    words.push_back(within);
    for (char **argument = arguments + 1; *argument; ++argument)
        words.push_back(*argument);
    words.push_back(nullptr);
    // Messages of a debugger would stand in the middle of a result.
    if (!surrounding.tool.empty() && ::dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
        print("skip", failed("dup2"));
    ::execvp(words[0], words.data());
    print("skip", failed(words[0]));
    ::_exit(0);
}

// Ends with a null pointer.
bool isAmong(const char *const *names, const char *name)
{
    while (*names && std::strcmp(*names, name) != 0)
        ++names;
    return *names != nullptr;
}

// Opens what the library keeps for the life of the process. A killed tree may or may not need the thread
// of the children that are being stopped. A child that outlives its grace always does.
void warmUp(const Surrounding &surrounding, const char *const *wanted)
{
    static const char *const opening[] = {
        "dropped",  "time limit",           "run()",     "background",
        "guardian", "event loop",           "spawnfd()", "event loop without GLib",
        "modifier", "stop after the grace", nullptr};
    const auto isOpening = [&](const char *name) {
        if (surrounding.only.empty())
            return isAmong(opening, name);
        return isAmong(wanted, name)
            || (std::strcmp(name, "stop after the grace") == 0 && isAmong(wanted, "tree"));
    };
    for (const Scenario &scenario : allScenarios()) {
        if (isOpening(scenario.name))
            scenario.play();
    }
}

[[noreturn]] void play(const Surrounding &surrounding, const char *const *names)
{
    std::vector<const char *> wanted;
    for (const Scenario &scenario : allScenarios()) {
        if (*names ? isAmong(names, scenario.name) : isPlayed(surrounding, scenario.name))
            wanted.push_back(scenario.name);
    }
    wanted.push_back(nullptr);
    warmUp(surrounding, wanted.data());
    const Belongings before = Belongings::settled();
    for (const Scenario &scenario : allScenarios()) {
        if (isAmong(wanted.data(), scenario.name))
            print(scenario.name, scenario.play());
    }
    print("left over", leftSince(before));
    ::_exit(0);
}

} // namespace

int main(int, char **argv)
{
    const bool isWithin = argv[1] && std::strcmp(argv[1], "--within") == 0;
    char **names = argv + (isWithin ? 2 : 1);
    const Surrounding *surrounding = names[0] ? find(names[0]) : nullptr;
    if (!surrounding)
        return 2;
    if (!isWithin && ::dup2(STDOUT_FILENO, resultDescriptor) < 0)
        return 2;
    const auto &entry = isWithin ? surrounding->within : surrounding->enter;
    if (const std::string reason = entry ? entry() : std::string(); !reason.empty()) {
        print("skip", reason);
        return 0;
    }
    if (!isWithin)
        executeWithin(*surrounding, argv);
    ::fcntl(resultDescriptor, F_SETFD, FD_CLOEXEC);
    if (!surrounding->hasAnotherThread)
        play(*surrounding, names + 1);
    std::thread([surrounding, names] { play(*surrounding, names + 1); }).detach();
    ::pthread_exit(nullptr);
}
