// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// A plug-in with its own copy of the library, which starts children with it.

#include <ForkFd/spawn.h>

#include <optional>

namespace {

// Destroyed when the plug-in is unloaded. The keeper then reaps the child.
std::optional<ForkFd::Child> child; // clazy:exclude=non-pod-global-static

} // namespace

// Starts the helper program, which waits until the fifo is opened and closed. Returns its pid, or -1.
extern "C" __attribute__((visibility("default"))) pid_t startChild(const char *fifo)
{
    child = ForkFd::spawn({{FORKFD_TEST_CHILD, "await", fifo, "exit", "3"}});
    return child ? child->pid() : -1;
}

// Runs a script, and returns its exit code, or -1.
extern "C" __attribute__((visibility("default"))) int runShell(const char *script)
{
    auto shell = ForkFd::spawn({{"sh", "-c", script}});
    const auto end = shell ? shell->wait() : std::nullopt;
    return end ? end->code : -1;
}
