// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "helpersupervisor.h"

#include <QtCore/QLocale>

#include <algorithm>
#include <utility>

using ForkFd::ChildProcess;
using namespace std::chrono_literals;

// A helper that writes faster than it is read waits, so that the window stays responsive.
static constexpr qint64 readBufferSize = 64 * 1024;
static constexpr qint64 readSize = 16 * 1024;
static constexpr auto readInterval = 30ms;

std::chrono::milliseconds HelperSupervisor::sampleInterval = 1s;

HelperSupervisor::HelperSupervisor(Helper helper, QObject *parent)
    : QObject(parent)
    , m_helper(std::move(helper))
{
    m_child.setSignalScope(ChildProcess::SignalScope::Tree);
    m_child.setDestructionPolicy(ChildProcess::DestructionPolicy::Stop);
    m_child.setStartMode(ChildProcess::StartMode::Background); // A slow disk does not freeze the window.
    m_child.setProcessChannelMode(ChildProcess::MergedChannels);
    m_child.setReadBufferSize(readBufferSize);
    m_restartTimer.setSingleShot(true);
    m_readTimer.setSingleShot(true);
    connect(&m_restartTimer, &QTimer::timeout, this, &HelperSupervisor::begin);
    connect(&m_sampleTimer, &QTimer::timeout, this, &HelperSupervisor::sample);
    connect(&m_readTimer, &QTimer::timeout, this, &HelperSupervisor::readOutput);
    connectChild();
}

HelperSupervisor::~HelperSupervisor() = default;

void HelperSupervisor::connectChild()
{
    connect(&m_child, &ChildProcess::started, this, [this] {
        if (m_state == State::Starting)
            setState(State::Running);
    });
    connect(&m_child, &ChildProcess::readyRead, this, [this] {
        if (!m_readTimer.isActive())
            m_readTimer.start(readInterval);
    });
    connect(&m_child, &ChildProcess::stopStageChanged, this, &HelperSupervisor::stateChanged);
    connect(&m_child, &ChildProcess::ended, this, &HelperSupervisor::childEnded);
    connect(&m_child, &ChildProcess::treeEnded, this, &HelperSupervisor::treeEnded);
}

void HelperSupervisor::setHelper(const Helper &helper)
{
    m_helper = helper;
    applyStopSettings();
    Q_EMIT stateChanged();
}

void HelperSupervisor::applyStopSettings()
{
    m_child.setStopSignal(m_helper.stopSignal);
    m_child.setStopGrace(m_helper.stopGrace);
}

bool HelperSupervisor::isActive() const
{
    return m_state == State::Starting || m_state == State::Running || m_state == State::Stopping;
}

bool HelperSupervisor::isBeingKilled() const
{
    return m_state == State::Stopping && m_child.stopStage() == ChildProcess::StopStage::Killed;
}

void HelperSupervisor::start()
{
    if (m_state == State::Stopping)
        m_next = Next::Start;
    else if (!isActive()) {
        m_delay.reset();
        begin();
    }
}

void HelperSupervisor::begin()
{
    m_restartTimer.stop();
    m_next = Next::Nothing;
    m_isStopWanted = false;
    m_begin = QDateTime::currentDateTime();
    applyStopSettings();
    m_child.setWorkingDirectory(m_helper.directory);
    m_child.setEnvironmentChanges(m_helper.environmentChanges);
    m_child.setStandardInputFile(ChildProcess::nullDevice());
    ForkFd::LaunchOptions options;
    options.treeDiesWithParentIfPossible = true;
    options.closeDescriptors = true;
    options.signalMask = sigset_t{};
    if (m_helper.hasTerminal)
        options.pseudoTerminal = ForkFd::TerminalSize{120, 40};
    m_child.setLaunchOptions(options);
    m_usage.beginChild();
    m_output.announce(tr("Started %1").arg(QLocale().toString(m_begin.time(), QLocale::LongFormat)));
    setState(State::Starting);
    m_child.start(m_helper.program, m_helper.arguments, QIODevice::ReadOnly);
}

void HelperSupervisor::stop()
{
    m_next = Next::Nothing;
    if (m_state == State::Waiting) {
        m_restartTimer.stop();
        setState(State::Stopped);
    } else if (isActive()) {
        m_isStopWanted = true;
        setState(State::Stopping);
        m_child.stop();
    }
}

void HelperSupervisor::restart()
{
    if (!isActive())
        return start();
    stop();
    // A background start that was given up may have ended the run at once.
    if (isActive())
        m_next = Next::Start;
    else
        start();
}

void HelperSupervisor::kill()
{
    if (!isActive())
        return;
    m_isStopWanted = true;
    setState(State::Stopping);
    m_child.kill();
}

void HelperSupervisor::readOutput()
{
    m_output.append(m_child.read(readSize));
    if (m_child.bytesAvailable() > 0)
        m_readTimer.start(readInterval);
}

void HelperSupervisor::sample()
{
    m_usage.add(isActive() ? m_child.resourceUsage() : std::nullopt);
    Q_EMIT sampled();
}

// The processes that the helper has left behind are stopped; treeEnded() follows when they have gone.
// Some systems do not let them be reached: docs/stopping.md, note (1).
void HelperSupervisor::childEnded()
{
    m_readTimer.stop();
    m_output.append(m_child.readAllStandardOutput());
    m_endText = m_child.endText();
    m_hasFailed = m_child.startError().step || m_child.exitStatus() != ChildProcess::NormalExit
        || m_child.exitCode() != 0;
    if (m_child.startError().step)
        return concludeRun();
    setState(State::Stopping);
    if (m_isStopWanted)
        return;
    m_child.stop();
    const qsizetype leftCount = m_child.sendSignal(0) ? 0 : m_child.remainingProcessIds().size();
    if (leftCount > 0) {
        m_output.announce(tr("Processes that could not be reached are left: %1").arg(leftCount));
        concludeRun();
    }
}

void HelperSupervisor::treeEnded()
{
    if (m_state == State::Stopping)
        concludeRun();
}

void HelperSupervisor::record()
{
    RunRecord run;
    run.begin = m_begin;
    run.duration = std::chrono::duration_cast<std::chrono::milliseconds>(m_child.elapsedTime());
    run.end = m_endText;
    run.isFailure = m_hasFailed && !m_isStopWanted;
    run.peakMemory = m_usage.peakMemory();
    if (const auto usage = m_child.resourceUsage())
        run.processorTime = usage->userTime + usage->systemTime;
    if (m_runs.size() == maximumRuns)
        m_runs.removeFirst();
    m_runs.append(run);
    Q_EMIT runsChanged();
}

void HelperSupervisor::concludeRun()
{
    record();
    announceEnd();
    const bool isRestarted = m_helper.restartPolicy == RestartPolicy::Always
        || (m_helper.restartPolicy == RestartPolicy::OnFailure && m_hasFailed);
    if (m_next == Next::Start) {
        m_delay.reset();
        m_restartTimer.start(0ms);
        setState(State::Waiting);
    } else if (m_isStopWanted) {
        setState(State::Stopped);
    } else if (isRestarted) {
        m_restartTimer.start(m_delay.next(m_helper.restartDelay, m_child.elapsedTime()));
        setState(State::Waiting);
    } else {
        setState(m_hasFailed ? State::Failed : State::Exited);
    }
}

void HelperSupervisor::announceEnd()
{
    m_output.announce(m_endText.left(1).toUpper() + m_endText.mid(1));
}

void HelperSupervisor::setState(State state)
{
    m_state = state;
    const bool wantsSamples = isWanted();
    if (wantsSamples && !m_sampleTimer.isActive())
        m_sampleTimer.start(sampleInterval); // The state may count down.
    if (!wantsSamples) {
        m_sampleTimer.stop();
        sample(); // The graphs end at zero.
    }
    Q_EMIT stateChanged();
}

QString HelperSupervisor::waitingText() const
{
    using std::chrono::seconds;
    const auto left = std::max<std::chrono::milliseconds>(m_restartTimer.remainingTimeAsDuration(), 0ms);
    return tr("Restarts in %1 s: %2").arg(std::chrono::ceil<seconds>(left).count()).arg(m_endText);
}

QString HelperSupervisor::stateText() const
{
    switch (m_state) {
    case State::Stopped:
        return m_runs.isEmpty() ? tr("Not started") : tr("Stopped");
    case State::Starting:
        return tr("Starting");
    case State::Running:
        return tr("Running since %1").arg(QLocale().toString(m_begin.time(), QLocale::ShortFormat));
    case State::Stopping:
        return isBeingKilled() ? tr("Being killed") : tr("Stopping");
    case State::Waiting:
        return waitingText();
    case State::Exited:
    case State::Failed:
        break;
    }
    return m_endText.left(1).toUpper() + m_endText.mid(1);
}
