// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include <ForkFd/run.h>

#include "qt/run/runjob.h"
#include "qt/run/runthread.h"

#include "core/base/signals.h"

namespace ForkFd {

using namespace Internal;

/// Does not need an event loop or an application object: `result()` and `waitForFinished()` may block in
/// any thread, including the main thread and continuations. One thread of the library, in which all
/// signals are blocked, serves all children of run().
///
/// Each start has its own thread until the program is executed. This thread inherits the attributes of
/// the caller: scheduling, processors, identity, capabilities, filters. So a slow start, such as from a
/// network mount that does not respond, delays neither the caller nor the start, end, time limit or
/// cancellation of another child. This function copies what the start needs: the environment, PATH, the
/// signal mask, the current directory and the descriptors in `launchOptions` may change after it
/// returns. There is one exception: a current directory that the process may not search must not change
/// before the child exists.
///
/// The future has one result, even if the child could not be started. Cancelling the future stops the
/// child as ChildProcess::stop() does, with `stopGrace` and `signalScope`. A canceled future has no
/// result. It is finished when the child has ended, or at once if there was no child yet. If the future
/// is destroyed, the child continues.
///
/// When the process exits normally, all children of run() are killed. Threads that wait for their
/// futures return: the futures get a result, with step `canceled` if the start was not over and
/// otherwise with an Unknown exitInfo, and are canceled.
///
/// A continuation without a context (`.then(function)`) runs in a thread of the library with all
/// signals blocked except those of faults, such as SIGSEGV, unless the future is already finished. Any
/// number of continuations may block. If the process cannot create a thread, a continuation may run in
/// a thread that calls run(). There it must not wait until another future is finished; the result of
/// that future is already available. After the application object was destroyed, Qt can wait only for
/// the future that this function returned, not for the future of such a continuation.
///
/// `environmentChanges` apply to `environment` or, if that is not set, to this process's environment at
/// the time of the call. A value is converted to a string.
///
/// `onStarted` is called once with the process id, when the program has started, but not after a failed
/// start. The call precedes the calls for output, and follows the same rules. The process may already
/// have ended by then.
///
/// Output while the program runs: `onOutput` gets each piece as it arrives. `onLine` gets each line
/// without its line end ("\n" or "\r\n"), and at the end of the output also the text after the last
/// newline. `onOutput` gets a piece before `onLine` gets the lines in it. The two channels have no
/// common order; with `mergedChannels` all output is StandardOutput. Both functions get all output:
/// `maxOutput` limits only what is kept for the result, and a line whose end has not come is kept in
/// memory whatever its length. The functions are also called after the future was canceled, but not for
/// a failed start.
///
/// With a `context`, which must exist during this call, the functions are called from the event loop of
/// its thread. All calls are posted before the future is finished. So a continuation in the same context
/// that was attached before then runs after them. A continuation that is attached to a finished future
/// is called at once, and the result may be available before the calls are made. If one of the functions
/// runs an event loop, that loop delivers the further lines of the same piece only if another piece
/// follows. When the context is destroyed, calls that were not made yet are dropped. Without a context a
/// thread of the library makes the calls, one after the other for each program, and all before the
/// future is finished: waitForFinished() waits for them, but result() does not. The functions may block:
/// without `maxUndelivered` neither the program nor other programs wait for them. An exception is logged
/// as a warning in the category forkfd.childprocess, and the next call follows. With a context an
/// exception has the same effect as one in a slot.
///
/// If the functions are slower than the program, output waits for them in memory without a limit. With
/// `maxUndelivered` the library reads no more while that many bytes wait, so that the program blocks
/// when its pipe (64 KiB) is full, too. The rest of the pipe is read at the program's end in any case.
///
/// The functions, and the objects that they hold, are destroyed after the last call: in the thread of
/// the context if that still exists, otherwise in a thread of the library that may block.
///
/// When the future `stopWhen` is finished, the child is stopped as by ChildProcess::stop(). Until the
/// child has ended, its output is kept, and the result says how it ended. If there was no child yet, the
/// start fails with step `canceled`. A default-constructed QFuture is finished.
///
/// `leftoverGrace` delays the end only if processes of `signalScope` are left when the program has
/// ended. When these have ended or the grace is over, `leftBehind` has the processes that are still
/// left. The grace has no effect after a stop, and a stop ends it. With `waitForTree` the time limit
/// ends it, too.
///
/// `drainTimeout` works as ChildProcess::drainTimeout(). RunResult::outputComplete is
/// ChildProcess::outputComplete(), but false if `maxOutput` cut something off.
///
/// Any number of children may run at once. Each child needs up to four descriptors, and about eight
/// while it starts. The time limit is counted from this call.
///
/// Any thread. Never blocks, unless the current directory is on a network file system such as NFS and
/// the kernel asks the server. In a forked copy a future of the parent never finishes; new futures do.
///
/// **Errors**, in RunResult::startError: those of ChildProcess::start(). Also step `environment` with
/// EINVAL, `environmentChanges` has a name that is empty or contains "=", or a NUL in a name or a value;
/// step `canceled` with ECANCELED, the time limit expired, or `stopWhen` was finished, before the child
/// existed; `descriptors`, no descriptor was available for the library's thread or for the start;
/// `clone`, the thread of the start could not be created, or with EAGAIN the process is about to exit.
/// \since 0.1
QFuture<RunResult> run(const QString &program, const QStringList &arguments, const RunOptions &options)
{
    const CancellationBlocker blocker;
    auto job = std::make_unique<RunJob>(program, arguments, options);
    QFuture<RunResult> future = job->future();
    if (RunThread *thread = RunThread::forJob(*job)) {
        job->begin();
        thread->add(std::move(job));
    }
    return future;
}

} // namespace ForkFd
