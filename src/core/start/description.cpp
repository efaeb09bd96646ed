// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/start/description.h"

#include "core/base/backendwish.h"
#include "core/start/environment.h"
#include "core/start/plan.h"
#include "core/start/start.h"
#include "core/watch/exitwatch.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <string_view>
#include <system_error>
#include <vector>

#include <sys/utsname.h>

namespace ForkFd::Internal {

namespace {

std::string line(std::string_view name, const std::string &text)
{
    return std::string(name) + ": " + text + '\n';
}

std::string kernelText()
{
    utsname kernel = {};
    if (::uname(&kernel) != 0)
        return "unknown";
    return std::string(kernel.sysname) + ' ' + kernel.release + ' ' + kernel.machine;
}

std::string backendText()
{
    switch (backendWish()) {
    case BackendWish::Unknown:
        return "none, because FORKFD_BACKEND has an unknown value";
    case BackendWish::PidFd:
        return System::hasPidFd() ? "pidfd, as FORKFD_BACKEND asks"
                                  : "none, because FORKFD_BACKEND asks for pidfd";
    case BackendWish::SigChld:
        return "sigchld, as FORKFD_BACKEND asks";
    case BackendWish::NotAsked:
    case BackendWish::Auto:
        break;
    }
    return backend() == Backend::PidFd ? "pidfd" : "sigchld";
}

std::string rungText(const ChildModifier &modifier)
{
    std::string text = System::rungFor(modifier);
    if (const std::string gone = rungsGivenUp(); !gone.empty())
        text += "; refused here: " + gone;
    return text;
}

std::string programText(const StartRequest &request, int searchError)
{
    const Command &command = request.command;
    const std::string name =
        command.program.empty() && !command.argv.empty() ? command.argv.front() : command.program;
    if (request.executable.empty())
        return name.empty() ? "none"
                            : name + ", not found: " + std::generic_category().message(searchError);
    return request.executable == name ? name : request.executable + ", from " + name;
}

using Variables = std::map<std::string_view, std::string_view>;

void add(Variables &variables, std::string_view entry)
{
    const std::size_t end = std::min(entry.find('='), entry.size());
    variables[entry.substr(0, end)] = entry.substr(std::min(end + 1, entry.size()));
}

Variables variablesOfProcess()
{
    Variables variables;
    for (const char *entry : environmentNow())
        add(variables, entry);
    return variables;
}

// A wrong name may have a value behind it, as in "NAME=secret".
std::string namesIn(const std::vector<std::string_view> &names, const char *what)
{
    std::string text;
    for (const std::string_view name : names)
        text += (text.empty() ? std::string("; ") + what + ' ' : std::string(", "))
            + std::string(name.substr(0, name.find('=')));
    return text;
}

// The names of the variables that are different in the child.
std::string differencesOf(const Variables &wanted)
{
    const Variables ours = variablesOfProcess();
    std::vector<std::string_view> set;
    std::vector<std::string_view> removed;
    for (const auto &[name, value] : wanted) {
        const auto found = ours.find(name);
        if (found == ours.end() || found->second != value)
            set.push_back(name);
    }
    for (const auto &[name, value] : ours) {
        if (wanted.find(name) == wanted.end())
            removed.push_back(name);
    }
    return namesIn(set, "sets") + namesIn(removed, "removes");
}

std::string environmentText(const Command &command)
{
    Variables variables;
    if (command.environment) {
        for (const std::string &entry : *command.environment)
            add(variables, entry);
    } else {
        variables = variablesOfProcess();
    }
    for (const auto &[name, value] : command.environmentChanges) {
        if (value)
            variables[name] = std::string_view(*value);
        else
            variables.erase(name);
    }
    return (command.environment ? "its own" : "the parent's") + differencesOf(variables);
}

} // namespace

std::string describe(const StartRequest &request, int searchError)
{
    const Command &command = request.command;
    const std::size_t words = command.argv.size();
    const FailedStep error = StartPlan::check(request.options);
    std::string text = line("library", "ForkFd " FORKFD_VERSION) + line("system", kernelText())
        + line("backend", backendText()) + line("rung", rungText(request.modifier))
        + line("program", programText(request, searchError))
        + line("arguments", std::to_string(words > 0 ? words - 1 : 0))
        + line("directory", command.workingDirectory.empty() ? "the parent's" : command.workingDirectory)
        + line("environment", environmentText(command))
        + line("options", describeOptions(request.options));
    if (error)
        text += line("wrong option", StartFailure(error).error().toString());
    return text;
}

const char *rungOf(const ExitWatch &watch) noexcept
{
    return System::nameOfRung(watch.rung());
}

std::string rungsGivenUp()
{
    return System::rungsGivenUp();
}

} // namespace ForkFd::Internal
