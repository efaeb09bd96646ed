// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// A program that ends while its child ignores the request to end. Its arguments are the policy (kill,
// stop, leave), the scope (process, group, tree), and when it destroys the object: "before" the end of
// main(), or at the "exit" of the process, after everything else.

#include <ForkFd/childprocess.h>

#include <chrono>
#include <memory>
#include <string>

using ForkFd::ChildProcess;

int main(int argc, char **argv)
{
    const auto word = [&](int i) { return std::string(i < argc ? argv[i] : ""); };
    // Destroyed after the objects that are made later.
    static std::unique_ptr<ChildProcess> child = std::make_unique<ChildProcess>();
    child->setDestructionPolicy(word(1) == "kill"       ? ChildProcess::DestructionPolicy::Kill
                                    : word(1) == "stop" ? ChildProcess::DestructionPolicy::Stop
                                                        : ChildProcess::DestructionPolicy::LeaveRunning);
    child->setSignalScope(word(2) == "group"      ? ChildProcess::SignalScope::Group
                              : word(2) == "tree" ? ChildProcess::SignalScope::Tree
                                                  : ChildProcess::SignalScope::Process);
    child->setStopGrace(std::chrono::hours(1));
    child->start(QStringLiteral(FORKFD_TEST_CHILD),
                 {QStringLiteral("ignore"), QStringLiteral("15"), QStringLiteral("session"),
                  QStringLiteral("eof"), QStringLiteral("8"), QStringLiteral("write"),
                  QStringLiteral("1"), QStringLiteral("9"), QStringLiteral("sleep")});
    if (!child->waitForReadyRead())
        return 1;
    if (word(3) == "before")
        child.reset();
    return 0;
}
