// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/start/starterthread_linux.h"

#include "core/base/librarythread.h"
#include "core/base/signals.h"
#include "core/base/wait.h"
#include "core/start/clone_linux.h"
#include "core/watch/childwait.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <exception>

#include <semaphore.h>

namespace ForkFd::Internal {

namespace {

using std::chrono::milliseconds;

/// The call for which the caller waits. It belongs to the thread until the thread posts `done`.
struct Errand
{
    const std::function<pid_t()> &function;
    std::exception_ptr exception = nullptr;
    sem_t done = {};

    explicit Errand(const std::function<pid_t()> &itsFunction) noexcept
        : function(itsFunction)
    {
        ::sem_init(&done, 0, 0);
    }
    ~Errand() { ::sem_destroy(&done); }
    Errand(const Errand &) = delete;
    Errand &operator=(const Errand &) = delete;
};

bool isAlive(pid_t child) noexcept
{
    const auto sight = ChildWait::look(child).sight;
    // If a filter refuses waitid(2), a zombie counts as alive.
    return sight == ChildWait::Finding::Refused ? ::kill(child, 0) == 0
                                                : sight == ChildWait::Finding::Running;
}

// The end of this thread would kill the child. A blocking wait for the child would never call
// SignalGate::look(). So the thread looks at growing intervals. It outlives the child by half of the
// child's lifetime at most, and by 30 s at most.
void stayWith(pid_t child) noexcept
{
    constexpr milliseconds longestPause(30'000);
    SignalGate gate;
    for (milliseconds pause(1); isAlive(child);
         pause = std::min(pause + pause / 2 + milliseconds(1), longestPause)) {
        pauseFor(pause);
        gate.look();
    }
}

void serve(void *argument)
{
    Errand &errand = *static_cast<Errand *>(argument);
    pid_t child = -1;
    try {
        const SignalBlocker blocker; // Blocks libc's two internal signals, too.
        child = errand.function();
    } catch (...) {
        errand.exception = std::current_exception();
    }
    ::sem_post(&errand.done);
    if (child > 0)
        stayWith(child);
}

} // namespace

int callInStarterThread(const std::function<pid_t()> &function)
{
    const CancellationBlocker blocker;
    Errand errand(function);
    const int errorCode = startLibraryThread("forkfd-starter", serve, &errand, ChildStack::size);
    if (errorCode != 0)
        return errorCode;
    while (::sem_wait(&errand.done) != 0 && errno == EINTR) { }
    if (errand.exception)
        std::rethrow_exception(errand.exception);
    return 0;
}

} // namespace ForkFd::Internal
