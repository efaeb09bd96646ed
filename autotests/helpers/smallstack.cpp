// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// A program whose SIGCHLD handler runs on an alternate stack of 8 KiB, the usual size. Exits with code 0
// if its first child has ended as it should and the handler was called.

#include <ForkFd/spawn.h>

#include <algorithm>
#include <csignal>
#include <cstddef>

#include <sys/mman.h>
#include <unistd.h>

namespace {

volatile std::sig_atomic_t callCount = 0;

void countCall(int)
{
    callCount = callCount + 1;
}

// Above a page without access, so that an overflow ends the program.
bool useSmallStack()
{
    constexpr std::size_t guard = 64 * 1024; // At least a page.
    // With some registers the kernel's frame alone needs more.
    const std::size_t size = std::max<std::size_t>(8192, 2 * std::size_t(sysconf(_SC_MINSIGSTKSZ)));
    void *memory =
        mmap(nullptr, guard + size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED || mprotect(memory, guard, PROT_NONE) != 0)
        return false;
    stack_t stack = {};
    stack.ss_sp = static_cast<char *>(memory) + guard;
    stack.ss_size = size;
    return sigaltstack(&stack, nullptr) == 0;
}

} // namespace

int main()
{
    struct sigaction action = {};
    action.sa_handler = countCall;
    action.sa_flags = SA_ONSTACK | SA_RESTART;
    if (!useSmallStack() || sigaction(SIGCHLD, &action, nullptr) != 0)
        return 2;
    auto child = ForkFd::spawn({{FORKFD_TEST_CHILD, "exit", "4"}});
    const auto end = child ? child->wait() : std::nullopt;
    return end && end->code == 4 && callCount == 1 ? 0 : 1;
}
