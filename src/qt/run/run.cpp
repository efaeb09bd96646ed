// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include <ForkFd/run.h>

#include "qt/run/runjob.h"
#include "qt/run/runthread.h"

#include "core/base/signals.h"

#include <cerrno>

namespace ForkFd {

using namespace Internal;

/// Does not need an event loop or an application object: `result()` and `waitForFinished()` may block in
/// any thread, including the main thread and continuations. One thread of the library serves all
/// children of run(). It blocks all signals.
///
/// Each start has its own thread until the program is executed. The thread inherits the attributes of
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
/// futures return: the futures get a result, with step `canceled` if the start was not over and else
/// with an Unknown exitInfo, and are canceled.
///
/// A continuation without a context (`.then(function)`) runs in a thread of the library with all signals
/// blocked, unless the future is already finished. Any number of continuations may block. If the process
/// can create no thread, a continuation may run in a thread that calls run(); there it must not wait for
/// the end of another future, whose result is already available. After the application object was
/// destroyed, Qt can wait only for the future returned by this function, not for the future returned by
/// such a continuation.
///
/// `environmentChanges` apply to `environment`, or else to this process's environment at this moment. A
/// value is converted to a string.
///
/// `onStarted` is called once with the process id, when the program has begun; not for a failed start.
/// It comes before the calls for output, and follows the same rules. What it is told may be over.
///
/// Output while the program runs: `onOutput` gets each piece as it arrives, and `onLine` each line
/// without its end ("\n" or "\r\n"), at the end of the output also what is left after the last newline.
/// A piece is told before the lines in it. The two channels have no common order; with `mergedChannels`
/// all is StandardOutput. Both functions get all output: `maxOutput` limits only what is kept for the
/// result, and a line without an end is kept in memory whatever its length. They are also called after
/// the future was canceled, and not for a failed start.
///
/// With a `context`, which must exist during this call, the functions are called from the event loop of
/// its thread. All calls are posted before the end of the future is, so that a continuation in the same
/// context that was attached before the end comes after them. A continuation that is attached to a
/// finished future is called at once, and the result may be available before the calls. An event loop in
/// one of the functions gets the further lines of the same piece only if another piece follows. When the
/// context is destroyed, calls that were not made are dropped.
/// Without a context a thread of the library calls them, one after the other for each program, and all
/// before the future is finished: waitForFinished() waits for them, and result() does not. They may
/// block: without `maxUndelivered` neither the program nor other programs wait for them. An exception is
/// logged as a warning in the category forkfd.childprocess, and the next call follows. With a context an
/// exception is that of a slot.
///
/// If the functions are slower than the program, output waits for them in memory without a limit. With
/// `maxUndelivered` no more is read while so many bytes wait, so that the program blocks when its pipe
/// (64 KiB) is full, too. The rest of the pipe is read at the program's end in any case.
///
/// The functions, and what they hold, are destroyed after the last call: in the thread of the context if
/// it still exists, else in a thread of the library that may block.
///
/// `stopWhen` stops the child when that future is finished, as ChildProcess::stop() does. Until the
/// child has ended its output is kept, and the result says how it ended. If there was no child yet, the
/// start has failed with step `canceled`. A default-constructed QFuture is finished.
///
/// `leftoverGrace` delays the end only if processes of `signalScope` are left when the program has
/// ended. When they have gone, or the grace is over, `leftBehind` is what is left. After a stop it has
/// no effect, and a stop ends it. With `waitForTree` so does the time limit.
///
/// `drainTimeout` is ChildProcess::drainTimeout(). RunResult::outputComplete is
/// ChildProcess::outputComplete(), and false if `maxOutput` cut something off.
///
/// Any number of children may run at once. Each child needs up to four descriptors, and about eight
/// while it starts. The time limit is counted from this call.
///
/// Any thread. Never blocks, unless the current directory is on a network file system such as NFS and
/// the kernel asks the server. In a forked copy a future of the parent never finishes; new futures do.
///
/// **Errors**, in RunResult::startError: those of ChildProcess::start(). Also step `environment` with
/// EINVAL, `environmentChanges` has an empty name or one with "=" or a NUL; step `canceled` with
/// ECANCELED, the time limit expired, or `stopWhen` was finished, before the child existed;
/// `descriptors`, no descriptor was available for the library's thread or for the start; `clone`, the
/// thread of the start could not be created, or with EAGAIN the process is about to exit. \since 0.1
QFuture<RunResult> run(const QString &program, const QStringList &arguments, const RunOptions &options)
{
    const CancellationBlocker blocker;
    auto job = std::make_unique<RunJob>(program, arguments, options);
    QFuture<RunResult> future = job->future();
    RunThread *thread = RunThread::ofThisProcess();
    if (!thread || thread->isLeaving()) {
        job->failNow(thread ? StartError{"clone", EAGAIN} : StartError{"descriptors", errno});
    } else {
        job->begin();
        thread->add(std::move(job));
    }
    return future;
}

} // namespace ForkFd
