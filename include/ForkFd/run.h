// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_RUN_H
#define FORKFD_RUN_H

#include <ForkFd/childprocess.h>

#include <QtCore/QByteArray>
#include <QtCore/QFuture>
#include <QtCore/QProcessEnvironment>
#include <QtCore/QString>
#include <QtCore/QStringList>
#include <QtCore/QVariantMap>

#include <chrono>
#include <functional>
#include <optional>

namespace ForkFd {

/// The result of run(). \ingroup running
struct RunResult
{
    StartError startError; ///< Why the start failed; without a step if it succeeded.
    ExitInfo exitInfo; ///< How the child ended, and its resource usage; Unknown after a failed start.
    bool timeLimitExceeded = false; ///< The child was stopped because it exceeded RunOptions::timeLimit.
    QByteArray standardOutput; ///< The standard output; with RunOptions::mergedChannels, both outputs.
    QByteArray standardError; ///< The standard error; empty with RunOptions::mergedChannels.
    std::chrono::nanoseconds elapsedTime{0}; ///< From the start to the end of the child.
    /// Whether no output is missing: both outputs came to their end, and maxOutput was large enough.
    bool outputComplete = false;
    /// The processes in RunOptions::signalScope that were left when the program had ended and
    /// RunOptions::leftoverGrace was over.
    LeftBehind leftBehind = {};
    /// What the child, its group or its tree had used when the child had ended or, if the run waited for
    /// the tree, when that wait was over; see ChildProcess::resourceUsage().
    std::optional<ResourceUsage> resourceUsage = {};
};

/// Options of run(). The default of each member changes nothing. \ingroup running
struct RunOptions
{
    /// The data that the child reads from its standard input, followed by end of file.
    QByteArray input = {};
    /// The directory that the child starts in; empty means the parent's.
    QString workingDirectory = {};
    /// The whole environment of the child; by default it is inherited from the parent.
    QProcessEnvironment environment{QProcessEnvironment::InheritFromParent};
    /// The time from the call of run(), or from the program's turn in a RunQueue, until the child is
    /// stopped; 0 or less means no limit.
    std::chrono::milliseconds timeLimit{0};
    /// The time between the stop signal and SIGKILL when the time limit, a canceled future or stopWhen
    /// stops the child.
    std::chrono::milliseconds stopGrace{5000};
    /// The processes that a stop reaches.
    ChildProcess::SignalScope signalScope = ChildProcess::SignalScope::Process;
    /// Whether standard error is merged into standard output.
    bool mergedChannels = false;
    /// How many bytes of each output are kept; 0 or less means all. Further output is read and
    /// discarded, so that the child does not block.
    qint64 maxOutput = 0;
    /// Further options; by default ChildProcess::defaultLaunchOptions(). Without a signalMask the child
    /// gets the signal mask of the thread that calls run().
    LaunchOptions launchOptions = ChildProcess::defaultLaunchOptions();
    /// How long the end of the run is delayed at most while descendants of the child hold its output
    /// open; 0 or less means no delay.
    std::chrono::milliseconds drainTimeout{0};
    /// The program is stopped when this future is finished. Unlike after a cancellation of the future
    /// that run() returned, there is a result.
    std::optional<QFuture<void>> stopWhen = {};
    /// A function that receives output while the program runs.
    using OutputFunction = std::function<void(ChildProcess::ProcessChannel, const QByteArray &)>;
    /// Called with output as it arrives, in pieces of any size. Output that it has not received yet
    /// stays in memory.
    OutputFunction onOutput = {};
    /// Called with each line, without its line end ("\n" or "\r\n"), and at the end of the output with
    /// the text after the last line end.
    OutputFunction onLine = {};
    /// The object in whose thread the functions are called, until it is destroyed. It must exist when
    /// run() is called. If it is null, a thread of the library calls the functions. A QFutureWatcher in
    /// that thread emits finished() after all calls. A continuation in this context runs after them only
    /// if it was attached before the future was finished.
    QObject *context = nullptr;
    /// The signal that a stop sends first; 0 means SIGTERM, or SIGHUP with a pseudo-terminal. A number
    /// that is not a signal counts as 0, with a warning.
    int stopSignal = 0;
    /// Whether the processes of RunResult::leftBehind are killed. The future then waits for their end.
    bool killLeftovers = false;
    /// Whether the future waits until the last process in signalScope has ended. The time limit and a
    /// cancellation also apply to this wait.
    bool waitForTree = false;
    /// How many bytes of output may wait for onOutput and onLine before the program has to wait; 0 or
    /// less means no limit.
    qint64 maxUndelivered = 0;
    /// Variables to set in `environment` or, with a null value, to remove from it. A name that is empty
    /// or contains "=", and a NUL in a name or a value, make the start fail.
    QVariantMap environmentChanges = {};
    /// How long the processes that the program leaves behind may take to end by themselves, before
    /// RunResult::leftBehind counts them; 0 or less means that it counts them at once.
    std::chrono::milliseconds leftoverGrace{0};
    /// Called once with the process id when the program has started, in the same thread as onOutput and
    /// onLine, and before them.
    std::function<void(qint64)> onStarted = {};
};
/** \addtogroup running */ /** \{ */
/// Returns one translated sentence that tells the user how the child ended, or why the start failed.
FORKFD_EXPORT QString endText(const RunResult &result);

/// Runs a program in the background and returns a future for its result. Cancelling the future stops the
/// program as ChildProcess::stop() does; destroying the future does not.
[[nodiscard]] FORKFD_EXPORT QFuture<RunResult>
run(const QString &program, const QStringList &arguments = {}, const RunOptions &options = {});
/** \} */
} // namespace ForkFd

#endif
