// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// A plug-in that has a copy of the library of its own and starts children with it.

#include <ForkFd/spawn.h>

#include <optional>

namespace {

// Goes when the plug-in is unloaded, and leaves its child to the reaper.
std::optional<ForkFd::Child> child; // clazy:exclude=non-pod-global-static

} // namespace

// Starts the test's helper program, which waits until the fifo is opened and closed. Returns its number,
// or -1.
extern "C" __attribute__((visibility("default"))) pid_t startChild(const char *fifo)
{
    child = ForkFd::spawn({{FORKFD_TEST_CHILD, "await", fifo, "exit", "3"}});
    return child ? child->pid() : -1;
}
