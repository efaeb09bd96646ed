// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_EXAMPLES_TESTRUN_H
#define FORKFD_EXAMPLES_TESTRUN_H

#include "capturedoutput.h"
#include "testresult.h"

#include <ForkFd/ChildProcess>

#include <QtCore/QTimer>

#include <chrono>
#include <functional>

/// How a test is run.
struct RunSettings
{
    std::chrono::milliseconds timeLimit{0}; ///< 0: none.
    std::chrono::milliseconds grace{0};
    std::chrono::milliseconds slowTime{0}; ///< 0: no notices.
    bool failsLeaky = false;
    QString resultFile; ///< Where a QtTest program writes its results; it is removed afterwards.
};

/// One attempt at a test: starts its program, and is over when nothing of its tree is left.
///
///     Running ──ended──▶ nothing is left ──▶ over
///                │
///                ├─▶ Settling: what is ending has time to end ──▶ Cleaning: the rest is killed ──▶ over
///                └─▶ Stopped: the library is killing the rest ──▶ over
class TestRun
{
public:
    /// The test must live as long as this object.
    TestRun(const Test &test, RunSettings settings);

    /// Calls `onEnd` from the event loop when the attempt is over, and `onSlow` each time that
    /// RunSettings::slowTime has passed. The first may delete this object later, but not at once.
    void start(std::function<void(const Attempt &)> onEnd, std::function<void()> onSlow);
    /// The user gives up the test: it gets SIGTERM, and SIGKILL when the grace is over.
    void stop();
    /// The user does not want to wait for the grace.
    void kill();

    const Test &test() const { return m_test; }
    std::chrono::nanoseconds elapsedTime() const { return m_child.elapsedTime(); }

private:
    void setUp();
    void readOutput();
    void noteEnd();
    void measure();
    void lookAtLeftovers();
    void clean();
    void conclude();

    const Test &m_test;
    const RunSettings m_settings;
    std::function<void(const Attempt &)> m_onEnd;
    ForkFd::ChildProcess m_child;
    CapturedOutput m_output;
    Attempt m_attempt;
    QTimer m_slowTimer;
    QTimer m_leftoverTimer;
    bool m_isInterrupted = false;
    bool m_isOver = false;
};

#endif
