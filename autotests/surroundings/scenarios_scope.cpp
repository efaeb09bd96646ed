// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "objectplay.h"
#include "scenario.h"

namespace Surroundings {

using ForkFd::ChildProcess;

namespace {

// Starts the child and waits until it has written a word.
bool startReady(ChildProcess &process, std::initializer_list<const char *> words)
{
    start(process, words);
    return process.waitForReadyRead(patience) && !process.readAllStandardOutput().isEmpty();
}

std::string stopped()
{
    ChildProcess process;
    process.setStopGrace(std::chrono::minutes(1));
    if (!startReady(process, {"say", "word", "sleep"}))
        return resultOf(process);
    process.stop();
    return outcomeOf(process);
}

std::string stoppedAfterGrace()
{
    ChildProcess process;
    process.setStopGrace(std::chrono::milliseconds(10));
    if (!startReady(process, {"ignore", "15", "say", "word", "sleep"}))
        return resultOf(process);
    process.stop();
    return outcomeOf(process);
}

std::string limited()
{
    ChildProcess process;
    process.setTimeLimit(std::chrono::milliseconds(10));
    start(process, {"sleep"});
    const std::string outcome = outcomeOf(process);
    return outcome + (process.timeLimitExceeded() ? ", time limit" : "");
}

// The child has a grandchild, and both hold the pipe open. Returns when the grandchild is there.
bool startPair(ChildProcess &process, const Pipe &life, const char *how)
{
    process.setLaunchOptions({.fileDescriptors = {{9, life.ends[1]}}});
    start(process, {"eof", "0", "branch", how, "say", "word", "sleep"});
    if (process.treeMethod() == ChildProcess::TreeMethod::Group
        && process.signalScope() == ChildProcess::SignalScope::Tree)
        return false;
    process.closeWriteChannel();
    return process.waitForReadyRead(patience) && !process.readAllStandardOutput().isEmpty();
}

std::string killPair(ChildProcess::SignalScope scope, const char *how)
{
    Pipe life;
    ChildProcess process;
    process.setSignalScope(scope);
    const bool isPair = startPair(process, life, how);
    life.closeEnd(1);
    process.kill();
    return outcomeOf(process) + (isPair ? life.readAll() : ", alone");
}

std::string group()
{
    return killPair(ChildProcess::SignalScope::Group, "same");
}

std::string tree()
{
    return killPair(ChildProcess::SignalScope::Tree, "session");
}

std::string guarded()
{
    return outcomeOf(child({"exit", "3"}), {.treeDiesWithParentIfPossible = true});
}

} // namespace

std::vector<Scenario> scopeScenarios()
{
    return {{"stop", stopped, "killed by SIGTERM"},
            {"stop after the grace", stoppedAfterGrace, "killed by SIGKILL"},
            {"time limit", limited, "killed by SIGTERM, time limit"},
            {"group", group, "killed by SIGKILL"},
            {"tree", tree, isPortable ? "killed by SIGKILL, alone" : "killed by SIGKILL"},
            {"guardian", guarded, "exited with code 3"}};
}

} // namespace Surroundings
