// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_EXAMPLES_PROGRESS_H
#define FORKFD_EXAMPLES_PROGRESS_H

#include "options.h"
#include "screen.h"
#include "testresult.h"

#include <QtCore/QElapsedTimer>

#include <vector>

class TestRun;

/// Shows a run of the harness while it goes on: a line for each test, the output of those that fail, and
/// on a terminal the tests that are running.
class Progress
{
public:
    Progress(const Options &options, Screen &screen);

    void begin(std::size_t testCount);
    void noteSlow(const Test &test, std::chrono::nanoseconds time);
    /// The test failed and is repeated. Its output is shown at the end.
    void noteRetry(const TestResult &result);
    void noteEnd(const TestResult &result);
    void noteStop(std::size_t runningCount);
    void showRunning(const std::vector<const TestRun *> &runs);
    void end();

private:
    void printLine(Style style, const QString &word, std::chrono::nanoseconds time, const QString &text);
    void printOutput(const Attempt &attempt);
    QString bar() const;

    const Options &m_options;
    Screen &m_screen;
    QElapsedTimer m_clock;
    std::size_t m_total = 0;
    std::size_t m_passed = 0;
    std::size_t m_failed = 0;
    std::size_t m_skipped = 0;
};

/// The word and the color for an outcome.
QString outcomeWord(Outcome outcome);
Style outcomeStyle(Outcome outcome);
/// What a test left behind: "left 2 processes behind: sleep".
QString leftoverText(const Attempt &attempt);

#endif
