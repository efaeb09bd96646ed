// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_LOAD_JUDGE_H
#define FORKFD_LOAD_JUDGE_H

#include "deed.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <set>
#include <string>

namespace Load {

class Account;

/// Something that other code of the process does for a time, such as stealing children.
class Disturbance
{
public:
    struct Mark
    {
        bool isGoingOn;
        unsigned begun;
    };
    /// It goes on while such an object lives.
    class Scope
    {
    public:
        explicit Scope(Disturbance &disturbance)
            : m_disturbance(disturbance)
        {
            ++m_disturbance.m_begun;
        }
        ~Scope() { ++m_disturbance.m_ended; }
        Scope(const Scope &) = delete;
        Scope &operator=(const Scope &) = delete;

    private:
        Disturbance &m_disturbance;
    };

    /// In this order a scope that begins in between counts as going on.
    Mark mark() const
    {
        const unsigned ended = m_ended;
        const unsigned begun = m_begun;
        return {begun != ended, begun};
    }
    bool wasSince(Mark mark) const { return mark.isGoingOn || m_begun != mark.begun; }

private:
    std::atomic<unsigned> m_begun = 0;
    std::atomic<unsigned> m_ended = 0;
};

/// Knows all children, and which ends the model permits. docs/design/load.md has the argument.
/// All functions may be called from any thread.
class Judge
{
public:
    /// With a kernel that remembers statuses, pidfds lose none to a thief.
    explicit Judge(bool isStatusRecoverable)
        : m_isStatusRecoverable(isStatusRecoverable)
    {
    }

    void fail(const std::string &message);
    bool isContent() const { return m_failures == 0; }
    /// Fails if a child has been without a report for longer than this.
    void checkOverdue(std::chrono::seconds limit);
    std::size_t openCount() const;

    Disturbance theft; ///< Others reap children, or let the kernel reap them.
    Disturbance shortage; ///< Descriptors are few.

    std::atomic<std::uint64_t> children = 0; ///< All starts, those that failed too.
    std::atomic<std::uint64_t> accounted = 0;
    std::atomic<std::uint64_t> unknown = 0;
    std::atomic<std::uint64_t> failedStarts = 0;
    std::atomic<std::uint64_t> abandoned = 0; ///< Left to the library, so that no report was due.
    std::atomic<std::uint64_t> copies = 0;
    std::atomic<std::uint64_t> outsiders = 0; ///< Children that the library did not start.
    std::atomic<std::uint64_t> thefts = 0;
    std::atomic<std::uint64_t> sentSignals = 0;
    std::atomic<std::uint64_t> longestLatency = 0; ///< From SIGKILL to the report, in microseconds.

private:
    friend class Account;

    mutable std::mutex m_mutex;
    std::set<const Account *> m_open;
    std::atomic<int> m_failures = 0;
    const bool m_isStatusRecoverable;
};

/// One start: the deed of its child, the signals that the child was sent, and the report of its end.
/// Only one thread at a time may use it.
class Account
{
public:
    using Clock = std::chrono::steady_clock;

    /// The starter is for messages, such as "forkfd()".
    Account(Judge &judge, const Deed &deed, const char *starter);
    /// An account that is still open is a failure.
    ~Account();
    Account(const Account &) = delete;
    Account &operator=(const Account &) = delete;

    const Deed &deed() const { return m_deed; }
    Judge &judge() { return m_judge; }

    /// Call it before the signal is sent.
    void expect(int signal);
    /// The start opens the pidfd by number, after the child exists: a thief may be faster.
    void setOpenedByNumber() { m_isOpenedByNumber = true; }
    /// No end is expected without this, from a child that sleeps for ever.
    bool mayEnd() const { return m_deed.end || m_signals != 0; }
    /// Whether this is its own end, and cannot be that of a signal.
    bool isOwn(const Ending &ending) const;
    /// The child has ended.
    void report(const Ending &ending);
    void reportFailure(const ForkFd::StartError &error);
    void reportFailure(int error);
    /// No report is due any more.
    void abandon();
    void fail(const std::string &message) const;
    std::string text() const;
    Clock::time_point begin() const { return m_begin; }

private:
    bool isPermitted(const Ending &ending) const;
    bool close();

    Judge &m_judge;
    const Deed m_deed;
    const char *const m_starter;
    const std::uint64_t m_number;
    const Disturbance::Mark m_thefts;
    const Disturbance::Mark m_shortages;
    const Clock::time_point m_begin = Clock::now();
    Clock::time_point m_killed = {};
    std::atomic<std::uint64_t> m_signals = 0; ///< The bits of signals that may have ended it.
    bool m_isOpenedByNumber = false;
    bool m_isOpen = true;
};

} // namespace Load

#endif
