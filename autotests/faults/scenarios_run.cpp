// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "scenario.h"

#include <ForkFd/runqueue.h>

namespace Faults {

using namespace std::chrono_literals;

namespace {

QStringList list(std::initializer_list<const char *> words)
{
    QStringList arguments;
    for (const char *word : words)
        arguments.append(QString::fromLatin1(word));
    return arguments;
}

QFuture<ForkFd::RunResult> begin(std::initializer_list<const char *> words,
                                 const ForkFd::RunOptions &options = {})
{
    return ForkFd::run(QStringLiteral(FORKFD_FAULTS_CHILD), list(words), options);
}

std::string resultOf(const QFuture<ForkFd::RunResult> &future)
{
    const ForkFd::RunResult result = future.result();
    if (result.startError.step)
        return failure(result.startError);
    return text(result.exitInfo) + ", " + result.standardOutput.toStdString() + ", "
        + result.standardError.toStdString() + (result.timeLimitExceeded ? ", limit" : "");
}

std::string run()
{
    ForkFd::RunOptions options;
    options.input = "hello";
    return resultOf(begin({"check", "0,1,2", "echo", "write", "5", "2", "exit", "3"}, options));
}

std::string runLimited()
{
    ForkFd::RunOptions options;
    std::string result;
    // On a busy machine the first limit may be over before the child starts. The child ends by itself if
    // it cannot be signalled.
    for (const auto limit : {100ms, 1000ms}) {
        options.timeLimit = limit;
        result = resultOf(begin({"doze", "exit", "5"}, options));
        if (result != "start: canceled ECANCELED")
            break;
    }
    return result;
}

std::string runTwo()
{
    const auto first = begin({"exit", "3"});
    const auto second = begin({"exit", "4"});
    const std::string a = resultOf(first);
    const std::string b = resultOf(second);
    return a.starts_with("start:") ? a : b.starts_with("start:") ? b : a + "; " + b;
}

// The second one waits for its turn, unless a failure has ended the first.
std::string runQueued()
{
    ForkFd::RunQueue queue(1);
    const QString program = QStringLiteral(FORKFD_FAULTS_CHILD);
    const auto first = queue.run(program, list({"exit", "3"}));
    const auto second = queue.run(program, list({"exit", "4"}));
    const std::string a = resultOf(first);
    const std::string b = resultOf(second);
    return a.starts_with("start:") ? a : b.starts_with("start:") ? b : a + "; " + b;
}

std::string runCanceled()
{
    auto future = begin({"doze"}); // Ends by itself if it cannot be signalled.
    future.cancel();
    future.waitForFinished();
    return allChildrenGo() ? "canceled" : "left";
}

} // namespace

std::vector<Scenario> runScenarios()
{
    return {{"run", run, nullptr, true},
            {"runLimited", runLimited, nullptr, true},
            {"runTwo", runTwo, nullptr, true},
            {"runQueued", runQueued, nullptr, true},
            {"runCanceled", runCanceled, nullptr, true}};
}

} // namespace Faults
