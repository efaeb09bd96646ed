// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include <ForkFd/run.h>

#include "runjob.h"
#include "runthread.h"

#include <cerrno>

namespace ForkFd {

using namespace Internal;

/// The child starts and ends on the library's own thread, which all of them share and which begins with
/// the first one, with every signal blocked. So the future needs neither an event loop nor an
/// application object: `result()` and `waitForFinished()` may block in any thread, the main thread and
/// continuations included.
///
/// The future has one result, also when the child could not be started. Cancelling it stops the child as
/// ChildProcess::stop() does, with `stopGrace` and `signalScope`; then it has none, and is finished when
/// the child has ended. The child outlives a future that is dropped. At normal exit of the process all
/// of them are killed.
///
/// A continuation without a context (`.then(function)`) runs in a thread of the library's own, with
/// every signal blocked, unless the future is finished already. Any number of them may block there. Once
/// there was an application object and there is none, Qt cannot wait for what such a continuation
/// returns, only for the future that came from here.
///
/// Any number of children may run at once, but each needs up to four descriptors. Priority, scheduling
/// and processor affinity of the children are those of the thread that called this first; with
/// `launchOptions` they can be others.
///
/// Never blocks, any thread. In a process made by fork() a future of the parent's never finishes; new
/// ones do.
///
/// **Errors**, in RunResult::startError: those of ChildProcess::start(); also step `descriptors`, there
/// is none for the library's thread, and step `clone` with EAGAIN, there is no such thread to be had or
/// the process is about to exit. \since 0.1
QFuture<RunResult> run(const QString &program, const QStringList &arguments, const RunOptions &options)
{
    auto job = std::make_unique<RunJob>(program, arguments, options);
    QFuture<RunResult> future = job->future();
    if (RunThread *thread = RunThread::ofThisProcess())
        thread->add(std::move(job));
    else
        job->fail({"descriptors", errno}).finish();
    return future;
}

} // namespace ForkFd
