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
    /// Whether nothing is missing in the outputs: both came to their end, and maxOutput was enough.
    bool outputComplete = false;
    /// The processes that RunOptions::signalScope still reached when the program had ended.
    LeftBehind leftBehind = {};
    /// What the child, its group or its tree had used when the child had ended, or when the run had
    /// waited for its tree; see ChildProcess::resourceUsage().
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
    /// Further options, at first those of the process. Without a signalMask the child gets the mask of
    /// the thread that calls run().
    LaunchOptions launchOptions = ChildProcess::defaultLaunchOptions();
    /// How long the end is delayed while descendants of the child hold its output open.
    std::chrono::milliseconds drainTimeout{0};
    /// Stops the program when this future is finished. Unlike with a canceled future, there is a result.
    std::optional<QFuture<void>> stopWhen = {};
    /// A function that gets output while the program runs.
    using OutputFunction = std::function<void(ChildProcess::ProcessChannel, const QByteArray &)>;
    /// Called for output as it arrives, in pieces of any size. What it has not got yet stays in memory.
    OutputFunction onOutput = {};
    /// Called for each line, without its end ("\n" or "\r\n"), and at the end of the output for what
    /// follows the last line.
    OutputFunction onLine = {};
    /// The functions are called in the thread of this object, until it is destroyed. It must exist
    /// when run() is called. Without it, they are called in a thread of the library. A continuation that
    /// should come after all calls must be attached before the end.
    QObject *context = nullptr;
    /// The signal that a stop sends first; 0: SIGTERM, with a pseudo-terminal SIGHUP. A number that is
    /// no signal counts as 0, with a warning.
    int stopSignal = 0;
    /// Whether the processes of RunResult::leftBehind are killed. The future then waits for their end.
    bool killLeftovers = false;
    /// Whether the future waits for the end of the last process in signalScope. The time limit and
    /// cancelling apply to that time, too.
    bool waitForTree = false;
    /// How many bytes of output may wait for onOutput and onLine before the program has to wait; 0 or
    /// less means no limit.
    qint64 maxUndelivered = 0;
    /// Variables to set in `environment` or, with a value that is null, to remove from it. A name that
    /// is empty or has a "=" makes the start fail.
    QVariantMap environmentChanges = {};
    /// How long the processes that the program leaves behind may take to end by themselves, before they
    /// are counted in RunResult::leftBehind; 0 or less means that they count at once.
    std::chrono::milliseconds leftoverGrace{0};
    /// Called with the process id when the program has begun, in the same thread as the two functions
    /// for output, and before them.
    std::function<void(qint64)> onStarted = {};
};
/** \addtogroup running */ /** \{ */
/// Returns one translated sentence for people about the end of the child, or about the failed start.
FORKFD_EXPORT QString endText(const RunResult &result);

/// Runs a program in the background and returns a future for its result. Cancelling the future stops the
/// program as ChildProcess::stop() does; destroying the future does not.
[[nodiscard]] FORKFD_EXPORT QFuture<RunResult>
run(const QString &program, const QStringList &arguments = {}, const RunOptions &options = {});
/** \} */
} // namespace ForkFd

#endif
