// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "starterthread_linux.h"

#include "librarythread.h"
#include "oneperprocess.h"
#include "signals.h"

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <exception>
#include <memory>
#include <new>
#include <utility>

#include <sched.h>
#include <semaphore.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace ForkFd::Internal {

namespace {

/// What a child inherits from the very thread that makes it, and cannot always be taken back.
class Scheduling
{
public:
    /// Thread 0: the calling one.
    static Scheduling of(pid_t thread) noexcept
    {
        Scheduling result;
        result.m_attributes.size = sizeof result.m_attributes;
        ::syscall(SYS_sched_getattr, thread, &result.m_attributes, sizeof result.m_attributes, 0);
        ::syscall(SYS_sched_getaffinity, thread, sizeof result.m_processors, result.m_processors.data());
        constexpr int ofOneThread = 1; // IOPRIO_WHO_PROCESS (ioprio_set(2)); libc has no header for it.
        result.m_ioPriority = ::syscall(SYS_ioprio_get, ofOneThread, thread);
        return result;
    }

    /// What a new thread or process of it gets (SCHED_FLAG_RESET_ON_FORK in sched(7)).
    Scheduling inherited() const noexcept
    {
        Scheduling result = *this;
        Attributes &heir = result.m_attributes;
        constexpr std::uint64_t resetsOnFork = 1;
        if ((heir.flags & resetsOnFork) == 0)
            return result;
        constexpr std::uint32_t deadline = 6; // SCHED_DEADLINE
        const bool isRealTime =
            heir.policy == SCHED_FIFO || heir.policy == SCHED_RR || heir.policy == deadline;
        if (isRealTime)
            heir.policy = SCHED_OTHER;
        if (isRealTime || heir.nice < 0)
            heir.nice = 0;
        heir.flags &= ~resetsOnFork;
        heir.priority = 0;
        return result;
    }

    friend bool operator==(const Scheduling &a, const Scheduling &b) noexcept
    {
        const Attributes &left = a.m_attributes;
        const Attributes &right = b.m_attributes;
        return left.policy == right.policy && left.flags == right.flags && left.nice == right.nice
            && left.priority == right.priority && a.m_ioPriority == b.m_ioPriority
            && a.m_processors == b.m_processors;
    }

private:
    /// The kernel's sched_attr; some libcs declare it, in headers that others do not have.
    struct Attributes
    {
        std::uint32_t size;
        std::uint32_t policy;
        std::uint64_t flags;
        std::int32_t nice;
        std::uint32_t priority;
        std::uint64_t forDeadline[3];
    };

    Attributes m_attributes = {};
    std::array<unsigned long, 1024 / sizeof(unsigned long)> m_processors = {}; ///< 8192 of them.
    long m_ioPriority = 0;
};

/// One thread. Whoever has taken it writes `function`, posts `wanted` and waits for `done`; in between
/// it is the thread's.
struct Starter
{
    std::atomic<bool> isTaken = true;
    std::atomic<pid_t> thread = 0;
    sem_t wanted;
    sem_t done;
    const std::function<void()> *function = nullptr;
    std::exception_ptr exception;
    Starter *next = nullptr; ///< Fixed once it is in the list.

    Starter() noexcept
    {
        ::sem_init(&wanted, 0, 0);
        ::sem_init(&done, 0, 0);
    }
};

/// Those of one process. A copy of it has none of the threads.
struct Pool : OfOneProcess
{
    std::atomic<Starter *> first = nullptr; ///< A list that only grows, at its beginning.
};

OnePerProcess<Pool> pools;

void await(sem_t &semaphore) noexcept
{
    while (::sem_wait(&semaphore) != 0 && errno == EINTR) { }
}

void serve(void *argument)
{
    Starter &starter = *static_cast<Starter *>(argument);
    starter.thread = static_cast<pid_t>(::syscall(SYS_gettid));
    while (true) {
        await(starter.wanted);
        try {
            const SignalBlocker blocker; // Libc's own two are open else.
            (*starter.function)();
        } catch (...) {
            starter.exception = std::current_exception();
        }
        ::sem_post(&starter.done);
    }
}

// One that is there and suits. What others do to it later counts, and not what it was made with.
Starter *takeStarter(const Pool &pool) noexcept
{
    const Scheduling wanted = Scheduling::of(0).inherited();
    for (Starter *starter = pool.first.load(std::memory_order_acquire); starter;
         starter = starter->next) {
        if (starter->isTaken.exchange(true, std::memory_order_acquire))
            continue;
        if (Scheduling::of(starter->thread) == wanted)
            return starter;
        starter->isTaken.store(false, std::memory_order_release);
    }
    return nullptr;
}

// It inherits from the calling thread what it has to have in common with it.
Starter *makeStarter(Pool &pool) noexcept
{
    std::unique_ptr<Starter> starter(new (std::nothrow) Starter);
    if (!starter || startLibraryThread("forkfd-starter", serve, starter.get()) != 0)
        return nullptr;
    starter->next = pool.first.load(std::memory_order_relaxed);
    while (!pool.first.compare_exchange_weak(starter->next, starter.get(), std::memory_order_release,
                                             std::memory_order_relaxed)) { }
    return starter.release();
}

} // namespace

bool callInStarterThread(const std::function<void()> &function)
{
    const CancellationBlocker blocker;
    Pool *pool = pools.findOrMake([] { return std::unique_ptr<Pool>(new (std::nothrow) Pool); });
    if (!pool)
        return false;
    Starter *starter = takeStarter(*pool);
    if (!starter)
        starter = makeStarter(*pool);
    if (!starter)
        return false;
    starter->function = &function;
    ::sem_post(&starter->wanted);
    await(starter->done);
    const std::exception_ptr exception = std::exchange(starter->exception, nullptr);
    starter->isTaken.store(false, std::memory_order_release);
    if (exception)
        std::rethrow_exception(exception);
    return true;
}

} // namespace ForkFd::Internal
