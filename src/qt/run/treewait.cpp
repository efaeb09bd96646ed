// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "qt/run/treewait.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace ForkFd::Internal {

namespace {

using std::chrono::milliseconds;

// How long the kernel may take to end killed processes before they count as left behind. A busy machine
// needs this time for a large tree.
constexpr milliseconds settlingTime(1000);
// A process that cannot be killed must not hold up the future for ever.
constexpr milliseconds killPatience(1000);

} // namespace

TreeWait::TreeWait(ChildProcess &child, const RunOptions &options, Deadline timeLimit,
                   std::function<void()> onOver)
    : m_child(child)
    , m_options(options)
    , m_timeLimit(options.waitForTree ? timeLimit : Deadline::forever())
    , m_onOver(std::move(onOver))
    , m_hub(ExitHub::forCurrentThread())
{
}

TreeWait::~TreeWait()
{
    m_hub->cancelCall(this);
}

void TreeWait::begin()
{
    QObject::connect(&m_child, &ChildProcess::treeEnded, &m_child, [this] {
        if (m_state == Settling)
            m_leftBehind = {};
        end();
    });
    m_isStopWanted = m_child.stopStage() != ChildProcess::StopStage::None;
    if (m_isStopWanted)
        enter(Settling, Deadline(settlingTime));
    else if (m_options.leftoverGrace > milliseconds::zero())
        enter(Settling, std::min(Deadline(m_options.leftoverGrace), m_timeLimit));
    else
        settle();
}

// Time has passed in Settling: called() finds out whether processes are still left.
void TreeWait::settle()
{
    m_leftBehind = m_child.remainingProcesses();
    const bool isWanted = m_options.waitForTree || m_options.killLeftovers;
    if (m_leftBehind.count == 0 || !isWanted)
        end();
    else if (m_options.killLeftovers)
        kill();
    else if (m_isStopWanted)
        enter(Asked, Deadline(m_options.stopGrace));
    else
        enter(Waiting, m_timeLimit);
}

// The limit also ends the grace, unless no process is left that could be stopped.
bool TreeWait::isOverTime() const
{
    return !m_isStopWanted && m_timeLimit.hasExpired() && m_child.remainingProcesses().count > 0;
}

void TreeWait::exceedTimeLimit()
{
    m_hasExceededTimeLimit = true;
    stop();
}

bool TreeWait::mayKill() const noexcept
{
    return m_options.waitForTree || m_options.killLeftovers || m_isStopWanted;
}

void TreeWait::stop()
{
    const bool isFirst = !std::exchange(m_isStopWanted, true);
    if (m_state == Settling || m_state == Waiting)
        m_child.stop();
    if (m_state == Settling && isFirst)
        enter(Settling, Deadline(settlingTime)); // The grace for leftovers is over.
    else if (m_state == Waiting)
        enter(Asked, Deadline(m_options.stopGrace));
}

void TreeWait::kill()
{
    m_child.kill();
    enter(Killed, Deadline(killPatience));
}

void TreeWait::called()
{
    switch (m_state) {
    case Settling:
        if (isOverTime())
            exceedTimeLimit();
        else
            settle();
        break;
    case Waiting:
        exceedTimeLimit();
        break;
    case Asked:
        kill();
        break;
    case Killed:
        end();
        break;
    case Over:
        break;
    }
}

void TreeWait::enter(State state, Deadline end)
{
    m_state = state;
    m_hub->callAt(this, end);
}

void TreeWait::end()
{
    if (std::exchange(m_state, Over) == Over)
        return;
    m_hub->cancelCall(this);
    m_onOver();
}

} // namespace ForkFd::Internal
