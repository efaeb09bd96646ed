// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// noteSignal() runs in signal handlers: async-signal-safe calls only.

#include "core/watch/sigchld/sweeper.h"

#include "core/base/librarythread.h"
#include "core/base/processortime.h"
#include "core/base/thisprocess.h"
#include "core/base/wait.h"
#include "core/watch/sigchld/chain.h"
#include "core/watch/sigchld/copies.h"
#include "core/watch/sigchld/table.h"
#include "core/watch/sigchld/watch.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <memory>
#include <new>
#include <utility>

#include <poll.h>

namespace ForkFd::Internal::Sweeper {

namespace {

using namespace std::chrono_literals;
constexpr std::chrono::milliseconds period = 250ms;
/// After each sweep the thread pauses for this multiple of the sweep's CPU time, so that it uses at most
/// 5 % of one CPU.
constexpr int pauseFactor = 19;
constexpr std::chrono::milliseconds shortestPause = 1ms;
/// Children that a sweep looks at for each signal, so that the cost of an end does not grow with their
/// number. An end whose signal merged with another signal is found within the period.
constexpr std::size_t childrenPerSignal = 8;
/// Sweeps without a child before the thread sleeps until it is needed. It ends after a longer idle time.
constexpr int idleSweeps = 4;

struct State : OfOneProcess
{
    ChildTable *const table;
    ExitEvent wakeUp;
    std::atomic<bool> hasThread = false;
    /// Further requests before the next sweep change nothing.
    std::atomic<bool> isRequested = false;
    std::atomic<bool> isIdle = false;
    /// The number of signals until the next request for a sweep.
    std::atomic<std::ptrdiff_t> signalsToGo = 0;
    std::atomic<unsigned> signalCount = 0;

    explicit State(ChildTable *itsTable) noexcept
        : table(itsTable)
    {
    }
    ~State() { wakeUp.close(); }
    State(const State &) = delete;
    State &operator=(const State &) = delete;
};

OnePerProcess<State> states;

// Null with errno if no memory or descriptor is available.
State *makeForThisProcess() noexcept
{
    return states.findOrMake([] {
        ChildTable *table = ChildTable::makeForThisProcess();
        std::unique_ptr<State> fresh(table ? new (std::nothrow) State(table) : nullptr);
        if (!fresh)
            errno = ENOMEM;
        return fresh && fresh->wakeUp.open(ExitEvent::Private) ? std::move(fresh) : nullptr;
    });
}

// Asks for a sweep soon. Async-signal-safe.
void requestSweep(State &state) noexcept
{
    if (!state.isRequested.exchange(true) && !state.wakeUp.set())
        state.isRequested = false; // The next signal tries again.
}

// The calling thread blocks the signal.
bool isSigChldPending() noexcept
{
    sigset_t pending;
    return ::sigpending(&pending) == 0 && ::sigismember(&pending, SIGCHLD) == 1;
}

void sleepFor(int descriptor, std::chrono::milliseconds time) noexcept
{
    pollfd entry = {descriptor, POLLIN, 0};
    pollDescriptors(&entry, 1, static_cast<int>(time.count()), period);
}

/// The thread's loop.
class Loop
{
public:
    explicit Loop(State &state) noexcept
        : m_state(state)
        , m_signalCount(state.signalCount.load(std::memory_order_relaxed))
    {
    }

    void run() noexcept
    {
        do {
            waitForWork();
            // Clear before the sweep: a request during the sweep counts for the next one. An exchange,
            // so that the sweep sees what the requesting thread saw.
            m_state.wakeUp.clear();
            m_state.isRequested.exchange(false);
            sweep();
            m_gate.look();
        } while (!m_wasIdle || !leave());
    }

private:
    void waitForWork() noexcept
    {
        m_wasIdle = false;
        sleepFor(-1, m_pause);
        if (m_sweepsWithoutChild < idleSweeps || servesOthers()) {
            sleepFor(m_state.wakeUp.readable, std::max(period - m_pause, 0ms));
            return;
        }
        // A thread that adds a child now either sees `isIdle`, or has exchanged it before; then this
        // sweep sees the child.
        m_state.isIdle.exchange(true);
        m_wasIdle = m_state.table->sweep().living == 0;
        if (m_wasIdle)
            sleepFor(m_state.wakeUp.readable, libraryThreadIdleTime);
        m_state.isIdle = false;
    }

    // If SIGCHLD was auto-reaping before us, foreign children need the sweeper, even if their signals
    // are blocked.
    static bool servesOthers() noexcept
    {
        return SigChldChain::standsForAutomaticReaping() && !onlyLibraryThreadsRemain();
    }

    // In this order: a start first counts itself, then looks for a thread, and counts down once its
    // child is in the table.
    bool isNeeded() noexcept
    {
        return m_state.table->startsInFlight.load() != 0 || m_state.table->sweep().living != 0
            || servesOthers();
    }

    // Gives up the thread's place unless the thread is needed. This thread and a start each write one
    // variable and then read the other's, sequentially consistent, so one sees the other. If both do,
    // one takes the place.
    bool leave() noexcept
    {
        if (isNeeded())
            return false;
        m_state.hasThread = false;
        return !isNeeded() || m_state.hasThread.exchange(true);
    }

    void sweep() noexcept
    {
        const std::chrono::nanoseconds begin = processorTime();
        // Before the sweep: a signal of an end that only the next sweep finds counts for that one.
        const unsigned signalCount = m_state.signalCount.load(std::memory_order_relaxed);
        const auto [living, hasFoundEnd] = m_state.table->sweep();
        lookForMissedEnd(signalCount, hasFoundEnd);
        reapForIgnoredSignal();
        m_state.signalsToGo = static_cast<std::ptrdiff_t>(living / childrenPerSignal);
        m_sweepsWithoutChild = living > 0 ? 0 : m_sweepsWithoutChild + 1;
        const auto pause =
            std::chrono::ceil<std::chrono::milliseconds>((processorTime() - begin) * pauseFactor);
        m_pause = std::max(pause, shortestPause);
        if (living > 0)
            SigChldChain::install(onChildSignal);
    }

    // A sweep has found an end, and no signal has come since the sweep before. But the signal may be on
    // its way, so the next sweep decides. A signal that is blocked would not reach us on top either.
    void lookForMissedEnd(unsigned signalCount, bool hasFoundEnd) noexcept
    {
        const bool isQuiet = signalCount == m_signalCount;
        m_signalCount = signalCount;
        if (isQuiet && m_mayHaveMissedEnd && !isSigChldPending())
            Copies::noteMissedEnd();
        m_mayHaveMissedEnd = isQuiet && hasFoundEnd;
    }

    State &m_state;
    SignalGate m_gate;
    unsigned m_signalCount; ///< Before the last sweep.
    bool m_mayHaveMissedEnd = false;
    bool m_wasIdle = false; ///< No child in the last wait; a start may have added one since.
    std::chrono::milliseconds m_pause = shortestPause;
    int m_sweepsWithoutChild = 0;
};

void threadMain(void *state)
{
    Loop(*static_cast<State *>(state)).run();
}

} // namespace

int ensureRunning() noexcept
{
    State *state = makeForThisProcess();
    if (!state)
        return errno;
    if (state->hasThread.exchange(true))
        return 0;
    const int errorCode = startLibraryThread("forkfd-sweeper", threadMain, state);
    if (errorCode != 0)
        state->hasThread = false;
    return errorCode;
}

void childAdded() noexcept
{
    State *state = states.find();
    if (state && state->isIdle.exchange(false) && !state->wakeUp.set())
        state->isIdle = true; // The next child tries again.
}

void noteSignal(SignalKind kind) noexcept
{
    State *state = states.find();
    if (!state)
        return;
    state->signalCount.fetch_add(1, std::memory_order_relaxed);
    if (kind == UnknownChild || state->signalsToGo.fetch_sub(1) <= 1)
        requestSweep(*state);
}

} // namespace ForkFd::Internal::Sweeper
