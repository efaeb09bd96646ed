// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include <ForkFd/run.h>

#include "qt/run/runjob.h"
#include "qt/run/runthread.h"

#include "core/base/signals.h"

#include <cerrno>

namespace ForkFd {

using namespace Internal;

/// The library's own thread serves the child: all of them share it, it begins with the first one and has
/// every signal blocked. So the future needs neither an event loop nor an application object: `result()`
/// and `waitForFinished()` may block in any thread, the main thread and continuations included.
///
/// Each start has a thread of its own until the program is executed, which the caller makes and which
/// inherits from it: scheduling, processors, identity, capabilities, filters. One slow start, as on a
/// network mount that does not answer, holds up neither the caller nor any other child's start, end,
/// time limit or cancel. What the start needs is copied before this returns: the environment, PATH, the
/// signal mask, the current directory and the descriptors that `launchOptions` name may change
/// afterwards. Only a current directory that the process may not search has to stay it until there is a
/// child.
///
/// The future has one result, also when the child could not be started. Cancelling it stops the child as
/// ChildProcess::stop() does, with `stopGrace` and `signalScope`; then it has none, and is finished when
/// the child has ended, or at once when there was none yet. The child outlives a future that is dropped.
/// At normal exit of the process all of them are killed.
///
/// A continuation without a context (`.then(function)`) runs in a thread of the library's own, with
/// every signal blocked, unless the future is finished already. Any number of them may block there. Once
/// there was an application object and there is none, Qt cannot wait for what such a continuation
/// returns, only for the future that came from here.
///
/// Any number of children may run at once, but each needs up to four descriptors, and about eight while
/// it starts. The time limit counts from this call.
///
/// Any thread. Never blocks, unless the current directory is on NFS or the like and the kernel asks the
/// server. In a process made by fork() a future of the parent's never finishes; new ones do.
///
/// **Errors**, in RunResult::startError: those of ChildProcess::start(); also step `canceled` with
/// ECANCELED, the time limit was over before there was a child; `descriptors`, there is none for the
/// library's thread or the start's; `clone`, there is no thread to be had for the start, or with EAGAIN
/// the process is about to exit. \since 0.1
QFuture<RunResult> run(const QString &program, const QStringList &arguments, const RunOptions &options)
{
    const CancellationBlocker blocker;
    auto job = std::make_unique<RunJob>(program, arguments, options);
    QFuture<RunResult> future = job->future();
    RunThread *thread = RunThread::ofThisProcess();
    if (!thread) {
        job->fail({"descriptors", errno}).finish();
    } else if (thread->isLeaving()) {
        job->fail({"clone", EAGAIN}).finish();
    } else {
        job->begin();
        thread->add(std::move(job));
    }
    return future;
}

} // namespace ForkFd
