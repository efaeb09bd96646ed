// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "check.h"

#include <cstdio>

#include <fcntl.h>
#include <unistd.h>

namespace {

int failures = 0;

} // namespace

void check(bool isTrue, const std::string &what)
{
    if (isTrue)
        return;
    ++failures;
    std::printf("  FAILED: %s\n", what.c_str());
}

void note(const std::string &what)
{
    std::printf("  note: %s\n", what.c_str());
}

int failedChecks()
{
    return failures;
}

std::optional<ForkFd::Child> startScript(const std::string &script, const ForkFd::LaunchOptions &options)
{
    ForkFd::StartError error;
    auto child = ForkFd::spawn({{"sh", "-c", script}}, options, &error);
    check(child.has_value(), script + ": " + error.toString());
    return child;
}

void checkScript(const std::string &name, const std::string &script,
                 const ForkFd::LaunchOptions &options, int code)
{
    if (auto child = startScript(script, options)) {
        const ForkFd::ExitInfo info = child->wait().value_or(ForkFd::ExitInfo());
        check(info.reason == ForkFd::ExitInfo::Exited && info.code == code,
              name + ": " + info.toString());
    }
}

BlockedChild::BlockedChild()
{
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) {
        check(false, "pipe");
        return;
    }
    m_writeEnd = ends[1];
    ForkFd::LaunchOptions options;
    options.fileDescriptors = {{0, ends[0]}};
    child = startScript("read -r line", options);
    ::close(ends[0]);
}

BlockedChild::~BlockedChild()
{
    if (m_writeEnd >= 0)
        ::close(m_writeEnd);
}
