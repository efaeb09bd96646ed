// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_FUZZ_OBJECTWORLD_H
#define FORKFD_FUZZ_OBJECTWORLD_H

#include "objectstep.h"
#include "observedprocess.h"

#include <ForkFd/run.h>
#include <ForkFd/runqueue.h>

#include <QtCore/QThread>

#include <mutex>
#include <optional>
#include <vector>

namespace Fuzz {

/// A thread with an event loop, in which objects can live.
class LoopThread
{
public:
    LoopThread();
    ~LoopThread();
    QThread *thread() { return &m_thread; }
    /// Calls `function` in the thread, and returns when it has returned.
    void call(const std::function<void()> &function);

private:
    QThread m_thread;
    QObject m_context;
};

/// The objects of one input, and the operations on them. Each operation runs in the thread of its
/// object.
class ObjectWorld
{
public:
    explicit ObjectWorld(LoopThread &other);
    ~ObjectWorld();

    void apply(const ObjectStep &step);
    /// Ends all children, and checks that each start was reported.
    void finish();
    void throwFirstFault() const { m_faults.throwFirst(); }
    bool isFaulty() const { return !m_faults.isEmpty(); }

private:
    using ChildProcess = ForkFd::ChildProcess;
    using Shared = std::shared_ptr<ObservedProcess>;

    void inThreadOf(ObservedProcess &object, const std::function<void()> &function);
    void carryOut(const Shared &object, const ObjectStep &step);
    void start(ObservedProcess &object, const ObjectStep &step);
    void set(ObservedProcess &object, const ObjectStep &step);
    void orderChild(ObservedProcess &object, const ObjectStep &step);
    void transfer(ObservedProcess &object, const ObjectStep &step);
    void transferMore(ObservedProcess &object, const ObjectStep &step);
    void wait(ObservedProcess &object, const ObjectStep &step);
    void signal(ObservedProcess &object, const ObjectStep &step);
    void manage(const Shared &object, const ObjectStep &step);
    void childWrites(ObservedProcess &object, const ObjectStep &step);
    void addFuture(QFuture<ForkFd::RunResult> future, int code);
    void end(const Shared &object);

    FaultList m_faults;
    LoopThread &m_other;
    std::vector<Shared> m_objects;
    std::optional<unsigned> m_moment; ///< Of the last step, if it was Act.
    std::mutex m_futureMutex;
    std::vector<std::pair<QFuture<ForkFd::RunResult>, int>> m_futures;
    ForkFd::RunQueue m_queue{2};
};

} // namespace Fuzz

#endif
