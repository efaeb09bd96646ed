// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/base/librarythread.h"

#include "core/base/deadline.h"
#include "core/base/libcfunction.h"
#include "core/base/sanitizers.h"
#include "core/base/staycode.h"
#include "core/base/thisprocess.h"
#include "core/base/uniquefd.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <new>

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

namespace ForkFd::Internal {

namespace {

using namespace std::chrono_literals;

/// The number of library threads that are alive in one process.
class Census : public OfOneProcess
{
public:
    void begin() noexcept { m_word.fetch_add(change + 1); }
    void end() noexcept { m_word.fetch_add(change - 1); }
    /// Changes also if a begin() and an end() cancel each other out.
    std::uint64_t word() const noexcept { return m_word.load(); }
    static int alive(std::uint64_t word) noexcept { return static_cast<int>(word & (change - 1)); }

private:
    static constexpr std::uint64_t change = 1ULL << 32;
    std::atomic<std::uint64_t> m_word = 0;
};

OnePerProcess<Census> censuses;

struct Start
{
    const char *name;
    void (*main)(void *);
    void *argument;
    Census *census;
};

void *run(void *argument)
{
    const Start start = *std::unique_ptr<Start>(static_cast<Start *>(argument));
    ::pthread_setname_np(::pthread_self(), start.name);
    // The thread counts itself, so that no thread is counted that does not exist.
    if (start.census)
        start.census->begin();
    start.main(start.argument);
    if (start.census)
        start.census->end();
    return nullptr;
}

// Returns the part of a stack that libc uses, mostly for thread-local variables; null if libc does not
// have this function.
using MinimalStack = std::size_t (*)(const pthread_attr_t *);
const auto minimalStack = findLibcFunction<MinimalStack>("__pthread_get_minstack");

std::size_t wholeStackSize(const pthread_attr_t &attributes, std::size_t size) noexcept
{
    constexpr std::size_t page = std::size_t{64} * 1024; // A multiple of every system's page size.
    const auto least = static_cast<std::size_t>(std::max(0L, ::sysconf(_SC_THREAD_STACK_MIN)));
    const std::size_t libcs = minimalStack ? minimalStack(&attributes) : least;
    // Instrumented code has larger frames.
    const std::size_t ours = Sanitizers::areActive() ? 8 * size : size;
    return (std::max(libcs, least) + ours + page - 1) / page * page;
}

// Size 0: libc chooses the stack size.
int startDetached(Start *start, std::size_t stackSize) noexcept
{
    pthread_attr_t attributes;
    if (::pthread_attr_init(&attributes) != 0)
        return ENOMEM;
    ::pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    if (stackSize != 0)
        ::pthread_attr_setstacksize(&attributes, wholeStackSize(attributes, stackSize));
    pthread_t thread;
    const int errorCode = ::pthread_create(&thread, &attributes, run, start);
    ::pthread_attr_destroy(&attributes);
    return errorCode;
}

// If the main thread has ended by pthread_exit(3): the number of the other threads. -1 if it still runs,
// or if the number is unknown.
int threadsWithoutMain() noexcept
{
    const UniqueFd file(::open("/proc/self/stat", O_RDONLY | O_CLOEXEC));
    char text[512];
    const ssize_t size = file ? ::read(file.get(), text, sizeof text - 1) : -1;
    if (size <= 0)
        return -1;
    text[size] = '\0';
    // The file has "pid (name) state …"; the 20th field is the number of threads (proc(5)). The state is
    // that of the main thread, which stays a zombie until the last thread has ended. It is counted, too.
    const char *afterName = std::strrchr(text, ')');
    char state = 0;
    int threads = 0;
    const int found = !afterName
        ? 0
        : std::sscanf(afterName,
                      ") %c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %d", &state,
                      &threads);
    return found == 2 && state == 'Z' ? threads - 1 : -1;
}

// In the calling thread.
void unblockDefaultSignals() noexcept
{
    sigset_t open;
    ::sigemptyset(&open);
    for (int signal = 1; signal < NSIG; ++signal) {
        struct sigaction action;
        if (::sigaction(signal, nullptr, &action) == 0 && !(action.sa_flags & SA_SIGINFO)
            && action.sa_handler == SIG_DFL)
            ::sigaddset(&open, signal);
    }
    ::pthread_sigmask(SIG_UNBLOCK, &open, nullptr);
}

} // namespace

int startLibraryThread(const char *name, void (*main)(void *), void *argument,
                       std::size_t stackSize) noexcept
{
    keepCodeLoaded();
    Census *census =
        censuses.findOrMake([] { return std::unique_ptr<Census>(new (std::nothrow) Census); });
    std::unique_ptr<Start> start(new (std::nothrow) Start{name, main, argument, census});
    if (!start)
        return ENOMEM;
    // The new thread inherits the mask. sigfillset() leaves out libc's own signals: setuid(2) and
    // similar calls wait until every thread has handled one.
    sigset_t mask;
    sigset_t previous;
    ::sigfillset(&mask);
    // The kernel ends a process if the signal of a fault is blocked, and calls no handler.
    for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS})
        ::sigdelset(&mask, fault);
    ::pthread_sigmask(SIG_SETMASK, &mask, &previous);
    int errorCode = startDetached(start.get(), stackSize);
    if (errorCode == EINVAL) // Too small for the program's thread-local variables.
        errorCode = startDetached(start.get(), 0);
    ::pthread_sigmask(SIG_SETMASK, &previous, nullptr);
    if (errorCode == 0)
        static_cast<void>(start.release());
    return errorCode;
}

bool onlyLibraryThreadsRemain() noexcept
{
    const Census *census = censuses.find();
    if (!census)
        return false;
    const std::uint64_t before = census->word();
    const int threads = threadsWithoutMain();
    // Discards the number if a library thread began or ended during the count: it would be too small.
    return threads >= 0 && census->word() == before && threads == Census::alive(before);
}

SignalGate::SignalGate() noexcept
    : m_interval(2s)
    , m_next(Clock::now() + m_interval)
{
}

int SignalGate::timeout(int timeout) const noexcept
{
    const int toLook = Deadline(m_next).pollTimeout();
    return timeout < 0 ? toLook : std::min(timeout, toLook);
}

void SignalGate::look() noexcept
{
    if (Clock::now() < m_next)
        return;
    if (onlyLibraryThreadsRemain())
        unblockDefaultSignals();
    m_interval = std::min<Clock::duration>(m_interval * 2, 60s);
    m_next = Clock::now() + m_interval;
}

} // namespace ForkFd::Internal
