// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_EXAMPLES_TESTRESULT_H
#define FORKFD_EXAMPLES_TESTRESULT_H

#include "test.h"

#include <QtCore/QByteArray>
#include <QtCore/QList>

#include <chrono>
#include <optional>

/// How a test came out.
enum class Outcome {
    Passed,
    Failed, ///< By its exit code or its output.
    Crashed, ///< A signal killed it.
    TimedOut, ///< It exceeded its time limit.
    Leaked, ///< It passed, but left processes behind, and that counts as a failure.
    NotStarted, ///< The program could not be started.
    Skipped, ///< It is disabled, or said itself that it was skipped.
    NotRun, ///< Its program, a fixture or a file that it needs is missing.
    Interrupted, ///< The user has stopped it.
    GivenUp ///< The run was given up before it could begin.
};

inline bool isFailure(Outcome outcome)
{
    return outcome != Outcome::Passed && outcome != Outcome::Skipped && outcome != Outcome::GivenUp;
}

/// One row of a QtTest program: a test function, with its data tag if it has one.
struct FunctionResult
{
    QString name;
    Outcome outcome = Outcome::Passed; ///< Passed, Failed or Skipped.
    QString message = {};
    QString file = {};
    int line = 0;
    std::chrono::nanoseconds time{0}; ///< With the first row of a function: of the whole function.
};

/// One run of a test.
struct Attempt
{
    Outcome outcome = Outcome::NotRun;
    QString reason = {}; ///< Why it did not simply pass.
    QByteArray output = {}; ///< Both channels.
    bool isOutputComplete = true; ///< False if the output was so long that its middle is missing.
    std::chrono::nanoseconds time{0};
    std::chrono::microseconds processorTime{0};
    qint64 peakMemory = 0; ///< In bytes; 0 if unknown.
    int leftBehind = 0; ///< How many processes it left behind.
    QStringList leftNames = {}; ///< The names of their programs.
    QList<FunctionResult> functions = {};
};

/// All runs of a test.
struct TestResult
{
    const Test *test = nullptr;
    QList<Attempt> attempts = {};

    const Attempt &last() const { return attempts.constLast(); }
    Outcome outcome() const { return last().outcome; }
    /// It passed, but not at the first attempt.
    bool isFlaky() const { return attempts.size() > 1 && outcome() == Outcome::Passed; }
    bool isLeaky() const { return last().leftBehind != 0; }
};

#endif
