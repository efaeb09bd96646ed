// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "objectplay.h"
#include "scenario.h"

#include <ForkFd/run.h>
#include <ForkFd/runqueue.h>

namespace Surroundings {

namespace {

std::string textOf(const ForkFd::RunResult &result)
{
    if (result.startError.step)
        return result.startError.toString();
    std::string text = result.exitInfo.toString();
    for (const QByteArray &output : {result.standardOutput, result.standardError})
        text += output.isEmpty() ? "" : ", " + output.toStdString();
    return text + (result.outputComplete ? "" : ", incomplete");
}

std::string futureResult()
{
    ForkFd::RunOptions options;
    options.input = "word";
    return textOf(ForkFd::run(QStringLiteral(FORKFD_SURROUNDED_CHILD),
                              wordsOf({"echo", "write", "2", "2", "exit", "3"}), options)
                      .result());
}

std::string limitedRun()
{
    ForkFd::RunOptions options;
    options.timeLimit = std::chrono::milliseconds(10);
    const ForkFd::RunResult result =
        ForkFd::run(QStringLiteral(FORKFD_SURROUNDED_CHILD), wordsOf({"sleep"}), options).result();
    return result.timeLimitExceeded ? "time limit"
                                    : textOf(result); // On a busy machine before the exec.
}

std::string queued()
{
    ForkFd::RunQueue queue(2);
    std::vector<QFuture<ForkFd::RunResult>> futures;
    for (const char *code : {"1", "2", "3", "4"})
        futures.push_back(queue.run(QStringLiteral(FORKFD_SURROUNDED_CHILD), wordsOf({"exit", code})));
    int sum = 0;
    for (const QFuture<ForkFd::RunResult> &future : futures)
        sum += future.result().exitInfo.code;
    return "sum " + std::to_string(sum);
}

} // namespace

std::vector<Scenario> runScenarios()
{
    return {{"run()", futureResult, "exited with code 3, word, xx"},
            {"run() with a time limit", limitedRun, "time limit"},
            {"queue", queued, "sum 10"}};
}

} // namespace Surroundings
