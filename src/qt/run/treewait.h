// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_QT_RUN_TREEWAIT_H
#define FORKFD_QT_RUN_TREEWAIT_H

#include "qt/exithub.h"

#include "core/base/deadline.h"

#include <ForkFd/run.h>

#include <functional>
#include <memory>

namespace ForkFd::Internal {

/// Serves the time between the end of a program that has left processes behind and the end of its
/// future: looks at these processes, kills them, and waits for them.
///
///     made ──▶ Settling ──▶ Waiting ──▶ Asked ──▶ Killed ──▶ over
///
/// Settling after a stop, or with RunOptions::leftoverGrace: the processes may be about to end. Each
/// state may be skipped, and changes to over when the last process has gone. Belongs to the thread of
/// run().
class TreeWait final : private HubClient
{
public:
    /// `timeLimit` is that of the program, and applies here only with RunOptions::waitForTree. `onOver`
    /// is called once, perhaps in begin() or stop(); it must not delete this object.
    TreeWait(ChildProcess &child, const RunOptions &options, Deadline timeLimit,
             std::function<void()> onOver);
    ~TreeWait() override;
    TreeWait(const TreeWait &) = delete;
    TreeWait &operator=(const TreeWait &) = delete;

    /// Call this when the child has ended.
    void begin();
    /// Stops the processes that are left, as ChildProcess::stop() does.
    void stop();

    /// Whether the processes that are left are to end: otherwise the wait only looks at them.
    bool mayKill() const noexcept;

    /// Valid in the state over.
    const LeftBehind &leftBehind() const noexcept { return m_leftBehind; }
    bool hasExceededTimeLimit() const noexcept { return m_hasExceededTimeLimit; }

private:
    enum State { Settling, Waiting, Asked, Killed, Over };

    void descriptorReady(Role) override { }
    void called() override;
    void settle();
    void kill();
    void end();
    bool isOverTime() const;
    void exceedTimeLimit();
    void enter(State state, Deadline end);

    ChildProcess &m_child;
    const RunOptions &m_options;
    const Deadline m_timeLimit;
    const std::function<void()> m_onOver;
    const std::shared_ptr<ExitHub> m_hub;
    State m_state = Settling;
    bool m_isStopWanted = false;
    bool m_hasExceededTimeLimit = false;
    LeftBehind m_leftBehind;
};

} // namespace ForkFd::Internal

#endif
