// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "qt/run/treewait.h"

#include "core/stop/treewatch.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <string>
#include <utility>

namespace ForkFd::Internal {

namespace {

using std::chrono::milliseconds;

// How long the kernel may take to end what was killed, before it counts as left behind. A busy machine
// needs it for a large tree.
constexpr milliseconds settlingTime(1000);
// A process that cannot be killed must not hold up the future for ever.
constexpr milliseconds killPatience(1000);

} // namespace

TreeWait::TreeWait(ChildProcess &child, const RunOptions &options, std::function<void()> onOver)
    : m_child(child)
    , m_options(options)
    , m_onOver(std::move(onOver))
    , m_hub(ExitHub::forCurrentThread())
{
}

TreeWait::~TreeWait()
{
    m_hub->cancelCall(this);
}

LeftBehind TreeWait::lookAt(const ChildProcess &child)
{
    LeftBehind left;
    const QList<qint64> ids = child.remainingProcessIds();
    left.count = ids.isEmpty() && errno != 0 ? -1 : static_cast<int>(ids.size());
    for (const qint64 id : ids) {
        const std::string name = TreeWatch::nameOf(static_cast<pid_t>(id));
        if (!name.empty()) // Else it has ended in the meantime.
            left.names.append(QString::fromLocal8Bit(name.c_str()));
    }
    left.names.sort();
    left.names.removeDuplicates();
    return left;
}

void TreeWait::begin()
{
    QObject::connect(&m_child, &ChildProcess::treeEnded, &m_child, [this] {
        if (m_state == Settling)
            m_leftBehind = {};
        end();
    });
    if (m_child.stopStage() == ChildProcess::StopStage::None) {
        settle();
        return;
    }
    m_isStopWanted = true;
    enter(Settling, Deadline(settlingTime));
}

// Time has passed in Settling: called() finds out whether processes are still left.
void TreeWait::settle()
{
    m_leftBehind = lookAt(m_child);
    const bool isWanted = m_options.waitForTree || m_options.killLeftovers;
    if (m_leftBehind.count == 0 || !isWanted)
        end();
    else if (m_options.killLeftovers)
        kill();
    else if (m_isStopWanted)
        enter(Asked, Deadline(m_options.stopGrace));
    else
        enter(Waiting, timeLimit());
}

Deadline TreeWait::timeLimit() const
{
    if (m_options.timeLimit <= milliseconds::zero() || m_child.timeLimitExceeded())
        return Deadline::forever();
    const auto passed = std::chrono::duration_cast<milliseconds>(m_child.elapsedTime());
    return Deadline(std::max(m_options.timeLimit - passed, milliseconds::zero()));
}

void TreeWait::stop()
{
    m_isStopWanted = true;
    if (m_state == Settling || m_state == Waiting)
        m_child.stop();
    if (m_state == Waiting)
        enter(Asked, Deadline(std::max(m_options.stopGrace, milliseconds::zero())));
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
        settle();
        break;
    case Waiting:
        m_hasExceededTimeLimit = true;
        stop();
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
