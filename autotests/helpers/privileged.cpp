// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// A program that may have rights of its file. Prints whether it has, its backend or why a start fails,
// and the exit code of the program "tool", which it looks up in PATH.

#include <ForkFd/forkfd.h>
#include <ForkFd/spawn.h>

#include <cstdio>

#include <sys/auxv.h>

int main()
{
    std::printf("%s, ", getauxval(AT_SECURE) != 0 ? "privileged" : "ordinary");
    ForkFd::StartError error;
    auto tool = ForkFd::spawn({{"tool"}}, {}, &error);
    if (!tool) {
        std::printf("%s\n", error.toString().c_str());
        return 0;
    }
    const bool isPidFd = ForkFd::backend() == ForkFd::Backend::PidFd;
    std::printf("%s, %s\n", isPidFd ? "pidfd" : "sigchld", tool->wait()->toString().c_str());
    return 0;
}
