// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_EXAMPLES_SESSION_H
#define FORKFD_EXAMPLES_SESSION_H

#include "options.h"
#include "schedule.h"
#include "testresult.h"
#include "testrun.h"

#include <QtCore/QObject>
#include <QtCore/QTemporaryDir>
#include <QtCore/QTimer>

#include <functional>
#include <memory>
#include <optional>
#include <vector>

class Progress;

/// Runs all tests: starts as many as may run at the same time, repeats those that fail, and stops all of
/// them if the user wants that.
class Session
{
public:
    /// The tests must live as long as this object. Throws HarnessError.
    Session(const TestList &tests, const Options &options, Progress &progress);

    /// Returns when all tests are over. Needs the application object.
    void run();
    /// The first call stops all tests, and starts no other; the second kills them.
    void interrupt();

    /// In the order of the tests; complete after run().
    const std::vector<TestResult> &results() const { return m_results; }

private:
    struct Running
    {
        std::size_t test;
        std::unique_ptr<TestRun> run;
    };

    void startTests();
    void start(std::size_t test);
    void noteAttempt(std::size_t test, const Attempt &attempt);
    bool isRepeated(const TestResult &result) const;
    void note(std::size_t test, const Attempt &attempt);
    void giveUp(std::size_t test, const QString &reason);
    void giveUpTheRest();
    RunSettings settingsOf(const Test &test);
    static QString reasonNotToRun(const Test &test);
    void showRunning();

    const TestList &m_tests;
    const Options &m_options;
    Progress &m_progress;
    Schedule m_schedule;
    std::vector<TestResult> m_results;
    std::vector<Running> m_running; ///< In the order of the starts.
    std::optional<QTemporaryDir> m_folder; ///< For the results of QtTest.
    int m_lastFile = 0;
    QTimer m_clock;
    QObject m_context; ///< Of calls for later.
    std::function<void()> m_quit;
    int m_interruptions = 0;
    bool m_isGivenUp = false; ///< No further test is started.
    bool m_isOver = false;
};

#endif
