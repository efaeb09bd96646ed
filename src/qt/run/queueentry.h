// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_QT_RUN_QUEUEENTRY_H
#define FORKFD_QT_RUN_QUEUEENTRY_H

#include "qt/run/runpromise.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

namespace ForkFd::Internal {

class Deputy;
class QueueCore;
class RunJob;
class RunThread;

/// A program of a RunQueue. Its job, its queue and its deputy share this object.
///
///     Waiting --claim()--> Beginning --setBegun()--> Begun
///        \--giveUp()--> GivenUp
///
/// The deputy claims the job and begins it; the thread of run() owns it and gives it up. A
/// compare-exchange decides which of the two happens. The winner alone uses the job until it is Begun.
class QueueEntry
{
public:
    QueueEntry(std::shared_ptr<QueueCore> queue, RunThread &server, RunJob &itsJob,
               RunPromise itsPromise, std::optional<QFuture<void>> itsStopWhen, int itsPriority)
        : core(std::move(queue))
        , thread(server)
        , job(itsJob)
        , promise(std::move(itsPromise))
        , stopWhen(std::move(itsStopWhen))
        , priority(itsPriority)
    {
    }

    /// Whether it should not be started: the thread of run() gives it up soon.
    bool isUnwanted() const { return promise.isCanceled() || (stopWhen && stopWhen->isFinished()); }
    bool isWaiting() const noexcept { return m_phase == Waiting; }
    bool isBegun() const noexcept { return m_phase == Begun; }
    bool claim() noexcept { return change(Waiting, Beginning); }
    bool giveUp() noexcept { return change(Waiting, GivenUp); }
    /// A thread that sees isBegun() also sees everything that was written before this call.
    void setBegun() noexcept { m_phase = Begun; }

    const std::shared_ptr<QueueCore> core;
    RunThread &thread;
    RunJob &job; ///< Valid for the winner of the compare-exchange.
    RunPromise promise;
    const std::optional<QFuture<void>> stopWhen; ///< Of the options.
    const int priority;

    // Under the queue's mutex.
    enum Place {
        Outside, ///< Not counted.
        Pending, ///< Waits for its turn, or for the thread of run() to put it in order.
        Running ///< Has one of the places.
    };
    Place place = Outside;
    bool isDropped = false; ///< By cancelAll(): it gets no place.
    std::uint64_t number = 0; ///< In the order of submission.
    std::shared_ptr<Deputy> deputy; ///< Until the program has begun.

private:
    enum Phase { Waiting, Beginning, Begun, GivenUp };

    bool change(Phase from, Phase to) noexcept { return m_phase.compare_exchange_strong(from, to); }

    std::atomic<Phase> m_phase = Waiting;
};

} // namespace ForkFd::Internal

#endif
