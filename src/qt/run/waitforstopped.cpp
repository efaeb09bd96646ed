// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// In this folder, because it also waits for programs of run().

#include "core/base/deadline.h"
#include "core/stop/keeper.h"
#include "qt/run/runthread.h"

#include <ForkFd/childprocess.h>

#include <chrono>

namespace ForkFd {

using namespace Internal;
using std::chrono::milliseconds;

/// Waits for all children for which stop() was called: by the program, by a time limit or by
/// DestructionPolicy::Stop. Their objects may have been destroyed. Also waits for programs of run()
/// whose future was canceled, and for all other processes in the signal scope of each child, such as
/// descendants in its cgroup. Each child gets SIGKILL when its grace is over. Call this function before
/// `main()` returns, so that children that are being stopped can save their work: all graces end with
/// the process.
///
/// Emits nothing, and leaves the children of existing objects to them: finished() follows from the event
/// loop or a waitFor function. Does not wait for children that were only signalled (terminate(), kill())
/// or killed by a destructor (DestructionPolicy::Kill).
///
/// Blocks for `timeout` at most; a negative value means no limit. With 0 it only checks, but the
/// library's thread for run() has to look at its futures first, which usually takes a millisecond, and
/// at most a second. Needs no event loop and no application object; any thread. Returns true if all
/// these children have ended, or if there were none. A forked copy does not wait for children of the
/// parent. **Errors:** none. \since 0.1
bool ChildProcess::waitForStopped(milliseconds timeout)
{
    const Deadline::Clock::time_point end = Deadline::unlessNegative(timeout).end();
    // The thread of run() notices a canceled future after a moment.
    return RunThread::stopCanceledJobs(end) && Keeper::awaitAll(end);
}

} // namespace ForkFd
