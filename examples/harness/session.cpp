// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "session.h"

#include "harnesserror.h"
#include "plaintext.h"
#include "progress.h"

#include <QtCore/QDir>
#include <QtCore/QEventLoop>
#include <QtCore/QFileInfo>

#include <algorithm>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

Session::Session(const TestList &tests, const Options &options, Progress &progress)
    : m_tests(tests)
    , m_options(options)
    , m_progress(progress)
    , m_schedule(tests, options.jobs, options.groups)
    , m_results(tests.size())
{
    const bool needsFolder = std::any_of(tests.begin(), tests.end(), [](auto &t) { return t.isQtTest; });
    if (needsFolder && !m_folder.emplace().isValid())
        throw HarnessError(m_folder->errorString());
    for (std::size_t i = 0; i < tests.size(); ++i)
        m_results[i].test = &tests[i];
}

void Session::run()
{
    QEventLoop loop;
    m_quit = [&loop] { loop.quit(); };
    QObject::connect(&m_clock, &QTimer::timeout, &m_context, [this] { showRunning(); });
    m_clock.start(100ms);
    m_progress.begin(m_tests.size());
    startTests();
    if (!m_isOver)
        loop.exec();
    m_progress.end();
}

void Session::startTests()
{
    while (!m_isGivenUp) {
        if (const auto test = m_schedule.takeUnrunnable())
            giveUp(*test, u"a fixture that it requires was not set up"_s);
        else if (const auto next = m_schedule.takeNext())
            start(*next);
        else if (const auto waiting = m_schedule.takeWaiting())
            giveUp(*waiting, u"it waits for tests that wait for it"_s);
        else
            break;
    }
    if (m_running.empty()) {
        giveUpTheRest();
        m_isOver = true;
        m_quit();
    }
}

void Session::start(std::size_t test)
{
    const Test &started = m_tests[test];
    const QString reason = reasonNotToRun(started);
    if (!reason.isEmpty() || started.isDisabled) {
        Attempt attempt;
        attempt.outcome = started.isDisabled ? Outcome::Skipped : Outcome::NotRun;
        attempt.reason = started.isDisabled ? u"disabled"_s : reason;
        m_schedule.finish(test, started.isDisabled); // A disabled setup does not fail, as in ctest.
        note(test, attempt);
        return;
    }
    m_running.push_back({test, std::make_unique<TestRun>(started, settingsOf(started))});
    TestRun &run = *m_running.back().run;
    run.start([this, test](const Attempt &attempt) { noteAttempt(test, attempt); },
              [this, &run] { m_progress.noteSlow(run.test(), run.elapsedTime()); });
}

RunSettings Session::settingsOf(const Test &test)
{
    return {test.timeLimit.value_or(m_options.timeLimit), m_options.grace, m_options.slowTime,
            m_options.failsLeaky,
            test.isQtTest ? m_folder->filePath(QString::number(++m_lastFile)) : QString()};
}

// Empty if it can run.
QString Session::reasonNotToRun(const Test &test)
{
    if (test.program.isEmpty())
        return u"its program has not been built"_s;
    for (const QString &file : test.requiredFiles) {
        if (!QFileInfo::exists(QDir(test.workingDirectory).filePath(file)))
            return u"the required file %1 is missing"_s.arg(oneLine(file));
    }
    return {};
}

bool Session::isRepeated(const TestResult &result) const
{
    return isFailure(result.outcome()) && !m_isGivenUp && result.outcome() != Outcome::NotStarted
        && result.attempts.size() <= m_options.retries;
}

void Session::noteAttempt(std::size_t test, const Attempt &attempt)
{
    // The run is still in its last call.
    const auto run = std::find_if(m_running.begin(), m_running.end(),
                                  [test](const Running &running) { return running.test == test; });
    const std::shared_ptr<TestRun> ended = std::move(run->run);
    m_running.erase(run);
    QMetaObject::invokeMethod(
        &m_context, [ended] { Q_UNUSED(ended) }, Qt::QueuedConnection);

    m_results[test].attempts += attempt;
    if (isRepeated(m_results[test])) {
        m_progress.noteRetry(m_results[test]);
        start(test);
    } else {
        m_results[test].attempts.removeLast();
        m_schedule.finish(test, !isFailure(attempt.outcome));
        note(test, attempt);
    }
    startTests();
}

void Session::note(std::size_t test, const Attempt &attempt)
{
    m_results[test].attempts += attempt;
    m_progress.noteEnd(m_results[test]);
    if (m_options.junitFile.isEmpty() && m_options.tapFile.isEmpty()) {
        for (Attempt &over : m_results[test].attempts)
            over.output.clear(); // Nothing shows it again, and many tests need much memory.
    }
    if (m_options.failsFast && isFailure(attempt.outcome))
        m_isGivenUp = true;
}

void Session::giveUp(std::size_t test, const QString &reason)
{
    Attempt attempt;
    attempt.reason = reason;
    note(test, attempt);
}

void Session::giveUpTheRest()
{
    for (TestResult &result : m_results) {
        if (result.attempts.isEmpty()) {
            Attempt attempt;
            attempt.outcome = Outcome::GivenUp;
            attempt.reason =
                m_interruptions != 0 ? u"the run was stopped"_s : u"another test has failed"_s;
            result.attempts += attempt;
        }
    }
}

void Session::interrupt()
{
    m_isGivenUp = true;
    if (++m_interruptions == 1)
        m_progress.noteStop(m_running.size());
    for (const Running &running : m_running) {
        if (m_interruptions == 1)
            running.run->stop();
        else
            running.run->kill();
    }
}

void Session::showRunning()
{
    std::vector<const TestRun *> runs;
    for (const Running &running : m_running)
        runs.push_back(running.run.get());
    m_progress.showRunning(runs);
}
