// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// Here, because the programs of run() belong to those that are waited for.

#include "core/stop/stopper.h"
#include "qt/run/runthread.h"

#include <ForkFd/childprocess.h>

#include <algorithm>
#include <chrono>

namespace ForkFd {

using namespace Internal;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds longest = std::chrono::hours(24 * 365 * 100); // What the clock can count.

} // namespace

/// These are children for which stop() was called, by the program, a time limit or
/// DestructionPolicy::Stop, of objects that live and of objects that have gone; programs of run() whose
/// future was canceled; and whatever the signal scope of each still reaches, such as descendants in its
/// cgroup. SIGKILL comes when the grace of each is over, as ever. To be called before `main()` returns,
/// so that helpers that are being stopped can save their work: the end of the process is the end of
/// every grace.
///
/// Collects no child of a live object and emits nothing: finished() follows from the event loop or a
/// wait, as after any other end. Children that only were sent signals (terminate(), kill()), or that a
/// destructor kills by DestructionPolicy::Kill, are not being stopped.
///
/// Blocks for `timeout` at most; a negative one waits for ever. 0 only asks, for which the thread of
/// run() has to look at its futures: usually that takes a millisecond, a second at most. Needs no event
/// loop and no application object; any thread. True when all have ended, or there was none. A forked
/// copy has none of its parent's.
/// **Errors:** none. \since 0.1
bool ChildProcess::waitForStopped(milliseconds timeout)
{
    using Clock = Stopper::Clock;
    const Clock::time_point end = timeout < milliseconds::zero()
        ? Clock::time_point::max()
        : Clock::now() + std::min(timeout, longest);
    // A canceled future tells the thread of run() a moment later.
    return RunThread::stopCanceledJobs(end) && Stopper::awaitAll(end);
}

} // namespace ForkFd
