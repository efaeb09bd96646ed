// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "scenario.h"

#include "../support/testcontrolgroup.h"
#include "../support/testpipe.h"
#include "../support/testterminal.h"

#include <csignal>

#include <sys/resource.h>
#include <unistd.h>

namespace Faults {

using namespace std::chrono_literals;
using ForkFd::LaunchOptions;

namespace {

std::optional<ForkFd::Child> spawn(const ForkFd::Command &command, const LaunchOptions &options,
                                   std::string &result)
{
    ForkFd::StartError error;
    auto process = ForkFd::spawn(command, options, &error);
    result = process ? "" : failure(error);
    return process;
}

std::string endOf(ForkFd::Child &process)
{
    const auto end = process.wait();
    return end ? text(*end) : "no end";
}

std::string outcomeOf(const ForkFd::Command &command, const LaunchOptions &options = {})
{
    std::string result;
    auto process = spawn(command, options, result);
    return process ? endOf(*process) : result;
}

bool isRoot()
{
    return geteuid() == 0;
}

std::string plain()
{
    return outcomeOf(child({"check", "0,1,2", "exit", "3"}));
}

std::string missingProgram()
{
    return outcomeOf({{"/no/such/program"}});
}

std::string directory()
{
    ForkFd::Command command = child({"exit", "3"});
    command.workingDirectory = "/";
    return outcomeOf(command);
}

std::string searched()
{
    const std::string path = FORKFD_FAULTS_CHILD;
    const std::size_t slash = path.rfind('/');
    setenv("PATH", ("/no/such/folder:" + path.substr(0, slash)).c_str(), 1);
    return outcomeOf({{path.substr(slash + 1), "exit", "3"}});
}

// The descriptors have a cycle, and one of them already has its number.
std::string descriptors()
{
    std::optional<Quiet> quiet(std::in_place);
    const TestPipe first;
    const TestPipe second;
    quiet.reset();
    const std::string result = outcomeOf(
        child({"check", "0,1,2,901,902,903", "exit", "3"}),
        {.fileDescriptors = {
             {901, first.readEnd()}, {902, first.writeEnd()}, {903, second.readEnd()}, {0, 1}, {1, 0}}});
    quiet.emplace();
    return result;
}

std::string options()
{
    LaunchOptions options;
    options.processGroup = 0;
    options.resourceLimits = {{RLIMIT_CORE, 0, 0}, {RLIMIT_NOFILE, 512, 512}};
    options.niceValue = 19;
    options.umask = 077;
    options.cpuAffinity = {0};
    options.oomScoreAdjust = 500;
    options.noNewPrivileges = true;
    options.signalMask.emplace();
    sigemptyset(&*options.signalMask);
    options.closeDescriptors = true;
    options.argumentZero = "-child";
    ForkFd::Command command = child({"check", "0,1,2", "exit", "3"});
    command.program = command.argv.front();
    command.environmentChanges = {{"FORKFD_NEW", "value"}, {"PATH", std::nullopt}};
    return outcomeOf(command, options);
}

std::string session()
{
    std::optional<Quiet> quiet(std::in_place);
    const TestTerminal terminal;
    quiet.reset();
    const std::string result = outcomeOf(
        child({"exit", "3"}), {.newSession = true, .controllingTerminal = terminal.descriptor()});
    quiet.emplace();
    return result;
}

std::string identity()
{
    return outcomeOf(
        child({"exit", "3"}),
        {.userId = 65534, .groupId = 65534, .supplementaryGroups = std::vector<gid_t>{65534}});
}

bool hasControlGroups()
{
    return TestControlGroup().isMade();
}

std::string controlGroup()
{
    std::optional<Quiet> quiet(std::in_place);
    const TestControlGroup group;
    quiet.reset();
    const std::string result = outcomeOf(child({"exit", "3"}), {.controlGroup = group.path()});
    quiet.emplace();
    return result;
}

std::string dieWithParent()
{
    return outcomeOf(child({"exit", "3"}), {.dieWithParent = true, .parentDeathSignal = SIGTERM});
}

std::string signalled()
{
    std::string result;
    auto process = spawn(child({"sleep"}), {}, result);
    if (!process)
        return result;
    if (process->wait(5ms))
        return "an end too early";
    if (!process->sendSignal(SIGTERM)) {
        const Quiet quiet;
        result = "no signal; ";
        ::kill(process->pid(), SIGTERM);
    }
    return result + endOf(*process);
}

std::string dropped()
{
    std::string result;
    auto process = spawn(child({"sleep"}), {}, result);
    if (!process)
        return result;
    const pid_t pid = process->pid();
    process.reset();
    {
        const Quiet quiet;
        ::kill(pid, SIGTERM);
    }
    return allChildrenGo() ? "collected" : "left";
}

} // namespace

std::vector<Scenario> coreScenarios()
{
    return {{"plain", plain},
            {"missingProgram", missingProgram},
            {"directory", directory},
            {"searched", searched},
            {"descriptors", descriptors},
            {"options", options},
            {"session", session},
            {"identity", identity, isRoot},
            {"controlGroup", controlGroup, hasControlGroups},
            {"dieWithParent", dieWithParent},
            {"signalled", signalled},
            {"dropped", dropped}};
}

} // namespace Faults
