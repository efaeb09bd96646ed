// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "testrun.h"

#include "plaintext.h"
#include "qttestresults.h"
#include "verdict.h"

#include <QtCore/QFile>

#include <utility>

using namespace std::chrono_literals;
using ForkFd::ChildProcess;

namespace {

// What has nothing more to do than to end is no leak.
constexpr auto settlingTime = 200ms;
// How long SIGKILL may take, where a process hangs in the kernel.
constexpr auto killTime = 1s;

// Whether all tests die if the harness is killed. Not all systems allow that, and nothing tells before.
bool areTreesGuarded = true;

// The name of a process that is left; empty if it has just ended.
QString nameOf(qint64 processId)
{
    QFile file(QStringLiteral("/proc/%1/comm").arg(processId));
    return file.open(QIODevice::ReadOnly) ? oneLine(QString::fromUtf8(file.readAll().trimmed()))
                                          : QString();
}

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
    options.treeDiesWithParent = areTreesGuarded;
    m_child.setLaunchOptions(options);
}

// The portable library has no guardian, and some sandboxes forbid it. Then tests run without.
bool TestRun::startsUnguarded()
{
    if (m_child.startError().step != "treeDiesWithParent")
        return false;
    areTreesGuarded = false;
    ForkFd::LaunchOptions options;
    m_child.setLaunchOptions(options);
    m_child.start(QIODevice::ReadOnly);
    return true;
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
    if (startsUnguarded())
        return;
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
    const QList<qint64> processes = m_child.remainingProcessIds();
    m_attempt.leftBehind = static_cast<int>(processes.size());
    for (const qint64 process : processes) {
        const QString name = nameOf(process);
        if (!name.isEmpty() && !m_attempt.leftNames.contains(name))
            m_attempt.leftNames += name;
    }
    m_attempt.leftNames.sort();
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
