// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "scenario.h"

#include <ForkFd/forkfd.h>

#include <csignal>
#include <system_error>
#include <thread>

#include <unistd.h>

namespace Surroundings {

namespace {

std::string usedBackend()
{
    return ForkFd::backend() == ForkFd::Backend::PidFd ? "pidfd" : "sigchld";
}

std::string exitCode()
{
    return outcomeOf(child({"exit", "3"}));
}

std::string signalled()
{
    return outcomeOf(child({"signal", "15"}));
}

std::string missing()
{
    return outcomeOf({{"/no/such/program"}});
}

std::string directory()
{
    ForkFd::Command command = child({"exit", "3"});
    command.workingDirectory = "/";
    return outcomeOf(command);
}

std::string outputOf(const ForkFd::Command &command, ForkFd::LaunchOptions options = {})
{
    Pipe output;
    options.fileDescriptors.push_back({STDOUT_FILENO, output.ends[1]});
    ForkFd::StartError error;
    auto process = ForkFd::spawn(command, options, &error);
    output.closeEnd(1);
    if (!process)
        return error.toString();
    const std::string text = output.readAll();
    const auto end = process->wait(std::chrono::milliseconds(patience));
    return text + (end ? end->toString() : "does not end");
}

std::string output()
{
    return outputOf(child({"say", "word ", "exit", "3"}));
}

std::string deathSignal()
{
    return outputOf(child({"say", "word ", "exit", "3"}), {.dieWithParent = true});
}

std::string closedDescriptors()
{
    return outcomeOf(child({"exit", "3"}), {.closeDescriptors = true});
}

std::string killed()
{
    ForkFd::StartError error;
    auto process = ForkFd::spawn(child({"sleep"}), {}, &error);
    if (!process)
        return error.toString();
    if (process->wait(std::chrono::milliseconds(1)))
        return "an end too early";
    const bool isSent = process->sendSignal(SIGKILL);
    const auto end = process->wait(std::chrono::milliseconds(patience));
    return (isSent ? "" : "no signal; ") + (end ? end->toString() : "does not end");
}

// The left-over check sees whether the library reaps it.
std::string dropped()
{
    ForkFd::StartError error;
    auto process = ForkFd::spawn(child({"sleep"}), {}, &error);
    if (!process)
        return error.toString();
    const pid_t pid = process->pid();
    process.reset();
    return ::kill(pid, SIGKILL) == 0 ? "dropped" : "no signal";
}

std::string usage()
{
    using namespace std::chrono_literals;
    auto process = ForkFd::spawn(child({"burn", "5", "exit", "3"}));
    const auto end = process ? process->wait(std::chrono::milliseconds(patience)) : std::nullopt;
    if (!end)
        return "no end";
    if (!end->hasUsage)
        return "no figures";
    return end->userTime() + end->systemTime() >= 4ms && end->maxResidentBytes() > 0 ? "figures"
                                                                                     : "wrong figures";
}

// Starts children one after another. Returns how many exit codes were right.
int rightCodes(int count)
{
    int right = 0;
    for (int i = 0; i < count; ++i)
        right +=
            outcomeOf(child({"exit", std::to_string(i)})) == "exited with code " + std::to_string(i);
    return right;
}

std::string twoThreads()
{
    int right = 0;
    try {
        std::thread other([&right] { right = rightCodes(5); });
        const int ownRight = rightCodes(5);
        other.join();
        return std::to_string(ownRight + right) + " right codes";
    } catch (const std::system_error &error) {
        return std::string("no thread: ") + error.what();
    }
}

std::string fiftyChildren()
{
    Pipe life;
    std::vector<ForkFd::Child> children;
    for (int i = 0; i < 50; ++i) {
        ForkFd::StartError error;
        auto process = ForkFd::spawn(child({"eof", "0", "exit", std::to_string(i)}),
                                     {.fileDescriptors = {{STDIN_FILENO, life.ends[0]}}}, &error);
        if (!process) {
            life.closeEnd(1);
            for (ForkFd::Child &started : children) // The next scenario needs their descriptors.
                started.wait(std::chrono::milliseconds(patience));
            return error.toString();
        }
        children.push_back(std::move(*process));
    }
    life.closeEnd(1);
    int right = 0;
    for (int i = 0; i < 50; ++i) {
        const auto end = children[static_cast<std::size_t>(i)].wait(std::chrono::milliseconds(patience));
        right += end && end->reason == ForkFd::ExitInfo::Exited && end->code == i;
    }
    return std::to_string(right) + " right codes";
}

} // namespace

std::vector<Scenario> coreScenarios()
{
    return {{"exit code", exitCode, "exited with code 3"},
            {"backend", usedBackend, nullptr},
            {"signal", signalled, "killed by SIGTERM"},
            {"missing program", missing, "exec: /no/such/program: No such file or directory"},
            {"directory", directory, "exited with code 3"},
            {"output", output, "word exited with code 3"},
            {"dies with parent", deathSignal,
             isPortable ? "dieWithParent: " FORKFD_SURROUNDED_CHILD ": Operation not supported"
                        : "word exited with code 3"},
            {"closed descriptors", closedDescriptors, "exited with code 3"},
            {"killed", killed, "killed by SIGKILL"},
            {"dropped", dropped, "dropped"},
            {"usage", usage, "figures"},
            {"two threads", twoThreads, "10 right codes"},
            {"fifty children", fiftyChildren, "50 right codes"}};
}

} // namespace Surroundings
