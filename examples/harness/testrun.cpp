// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "testrun.h"

#include "plaintext.h"
#include "qttestresults.h"
#include "verdict.h"

#include <QtCore/QFile>

#include <algorithm>
#include <utility>

using namespace std::chrono_literals;
using ForkFd::ChildProcess;

namespace {

// What has nothing more to do than to end is no leak.
constexpr auto settlingTime = 200ms;
// How long SIGKILL may take, where a process hangs in the kernel.
constexpr auto killTime = 1s;

} // namespace

TestRun::TestRun(const Test &test, RunSettings settings)
    : m_test(test)
    , m_settings(std::move(settings))
{
    m_leftoverTimer.setSingleShot(true);
    setUp();
}

void TestRun::setUp()
{
    m_child.setProgram(m_test.program);
    m_child.setArguments(m_test.arguments
                         + (m_test.isQtTest ? qtTestArguments(m_settings.resultFile) : QStringList()));
    m_child.setWorkingDirectory(m_test.workingDirectory);
    m_child.setEnvironmentChanges(m_test.environmentChanges);
    m_child.setProcessChannelMode(ChildProcess::MergedChannels);
    m_child.setStandardInputFile(ChildProcess::nullDevice());
    m_child.setSignalScope(ChildProcess::SignalScope::Tree);
    m_child.setTimeLimit(m_settings.timeLimit);
    m_child.setStopGrace(m_settings.grace);
    m_child.setDestructionPolicy(ChildProcess::DestructionPolicy::Kill);
    ForkFd::LaunchOptions options;
    options.treeDiesWithParentIfPossible = true;
    m_child.setLaunchOptions(options);
}

void TestRun::start(std::function<void(const Attempt &)> onEnd, std::function<void()> onSlow)
{
    m_onEnd = std::move(onEnd);
    QObject::connect(&m_child, &QIODevice::readyRead, &m_child, [this] { readOutput(); });
    // Queued: a start may fail inside start(), and this object may be deleted after conclude().
    QObject::connect(
        &m_child, &ChildProcess::ended, &m_child, [this] { noteEnd(); }, Qt::QueuedConnection);
    if (m_settings.slowTime > 0ms) {
        QObject::connect(&m_slowTimer, &QTimer::timeout, &m_child, std::move(onSlow));
        m_slowTimer.start(m_settings.slowTime);
    }
    m_child.start(QIODevice::ReadOnly);
}

void TestRun::stop()
{
    m_isInterrupted = m_isInterrupted || m_child.isRunning();
    m_child.stop();
}

void TestRun::kill()
{
    m_isInterrupted = m_isInterrupted || m_child.isRunning();
    m_child.kill();
}

void TestRun::readOutput()
{
    m_output.add(m_child.readAll());
}

void TestRun::noteEnd()
{
    m_slowTimer.stop();
    readOutput();
    measure();
    if (m_child.startError().step || m_child.remainingProcessIds().isEmpty()) {
        conclude();
        return;
    }
    // The program has ended, but not its tree. After a stop, the library is about to kill the rest.
    QObject::connect(&m_child, &ChildProcess::treeEnded, &m_child, [this] { conclude(); });
    const bool isStopped = m_child.stopStage() != ChildProcess::StopStage::None;
    QObject::connect(&m_leftoverTimer, &QTimer::timeout, &m_child,
                     [this, isStopped] { isStopped ? clean() : lookAtLeftovers(); });
    m_leftoverTimer.start(isStopped ? m_settings.grace + killTime : settlingTime);
}

void TestRun::measure()
{
    m_attempt.time = m_child.elapsedTime();
    if (const auto usage = m_child.resourceUsage()) {
        m_attempt.processorTime = usage->userTime + usage->systemTime;
        m_attempt.peakMemory = usage->maxResidentBytes;
    }
}

void TestRun::lookAtLeftovers()
{
    const ForkFd::LeftBehind left = m_child.remainingProcesses();
    m_attempt.leftBehind = std::max(left.count, 0); // If it is not known, the test is not to blame.
    for (const QString &name : left.names)
        m_attempt.leftNames += oneLine(name);
    clean();
}

void TestRun::clean()
{
    m_child.kill();
    QObject::disconnect(&m_leftoverTimer, nullptr, &m_child, nullptr);
    QObject::connect(&m_leftoverTimer, &QTimer::timeout, &m_child, [this] { conclude(); });
    m_leftoverTimer.start(killTime);
}

void TestRun::conclude()
{
    if (std::exchange(m_isOver, true))
        return;
    m_leftoverTimer.stop();
    m_attempt.output = m_output.text();
    m_attempt.isOutputComplete = m_output.isComplete();
    if (m_test.isQtTest) {
        QFile file(m_settings.resultFile);
        if (file.open(QIODevice::ReadOnly))
            m_attempt.functions = qtTestResults(file.readAll());
        file.remove();
    }
    judge(m_test,
          {m_child.startError(), m_child.exitInfo(), m_isInterrupted, m_child.timeLimitExceeded(),
           m_settings.timeLimit},
          m_attempt);
    if (m_settings.failsLeaky && m_attempt.leftBehind != 0 && m_attempt.outcome == Outcome::Passed)
        m_attempt.outcome = Outcome::Leaked;
    m_onEnd(m_attempt);
}
