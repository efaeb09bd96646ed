// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// Starts that fail, starts at the same time, and the search for a program.

#include "check.h"

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <thread>

#include <sys/stat.h>
#include <unistd.h>

using ForkFd::ExitInfo;

namespace {

void checkFailure(const ForkFd::Command &command, const ForkFd::LaunchOptions &options, const char *step,
                  int errorCode)
{
    ForkFd::StartError error;
    const auto child = ForkFd::spawn(command, options, &error);
    check(!child && error.step == step && error.errorCode == errorCode,
          std::string(step) + " expected: " + error.toString());
}

} // namespace

void failedStarts()
{
    checkFailure({{"/nonexistent/program"}}, {}, "exec", ENOENT);
    checkFailure({{"/"}}, {}, "exec", EACCES);
    checkFailure({.argv = {"sh"}, .workingDirectory = "/nonexistent"}, {}, "workingDirectory", ENOENT);
    ForkFd::LaunchOptions options;
    options.resourceLimits = {{RLIMIT_CORE, 2, 1}};
    checkFailure({{"sh"}}, options, "resourceLimits", EINVAL);
    int ends[2];
    check(::pipe(ends) == 0, "pipe");
    options = {};
    options.newSession = true;
    options.controllingTerminal = ends[0];
    checkFailure({{"sh"}}, options, "controllingTerminal", ENOTTY);
    ::close(ends[0]);
    ::close(ends[1]);
}

void manyAtOnce()
{
    std::vector<ForkFd::Child> children;
    for (int code = 0; code < 40; ++code) {
        if (auto child = startScript("exit " + std::to_string(code)))
            children.push_back(std::move(*child));
    }
    for (int code = static_cast<int>(children.size()); code-- > 0;) {
        const ExitInfo info = children[static_cast<std::size_t>(code)].wait().value_or(ExitInfo());
        check(info.reason == ExitInfo::Exited && info.code == code, info.toString());
    }
}

// check() is not for threads, so that they only count.
void threads()
{
    int right[4] = {};
    std::vector<std::thread> starters;
    for (int &count : right) {
        starters.emplace_back([&count] {
            for (int code = 0; code < 8; ++code) {
                auto child = ForkFd::spawn({{"sh", "-c", "exit " + std::to_string(code)}});
                if (child && child->wait().value_or(ExitInfo()).code == code)
                    ++count;
            }
        });
    }
    for (std::thread &starter : starters)
        starter.join();
    for (const int count : right)
        check(count == 8, std::to_string(count) + " of 8 children in a thread");
}

// A script in a file with a size that does not fit in 32 bits. PATH finds it.
void largeProgram()
{
    char folder[] = "/tmp/forkfd-cross-XXXXXX";
    check(::mkdtemp(folder) != nullptr, "mkdtemp");
    const std::string file = std::string(folder) + "/large";
    std::ofstream(file) << "#!/bin/sh\nexit 3\n";
    check(::chmod(file.c_str(), 0755) == 0 && ::truncate(file.c_str(), off_t(3) << 30) == 0,
          "large file");
    const std::string path = ::getenv("PATH");
    ::setenv("PATH", folder, 1);
    ForkFd::StartError error;
    auto child = ForkFd::spawn({{"large"}}, {}, &error);
    ::setenv("PATH", path.c_str(), 1);
    check(child && child->wait().value_or(ExitInfo()).code == 3, "large program: " + error.toString());
    ::unlink(file.c_str());
    ::rmdir(folder);
}
