// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_LOAD_WAYS_H
#define FORKFD_LOAD_WAYS_H

#include "judge.h"

#include <ForkFd/runqueue.h>

#include <memory>
#include <optional>

#include <sys/types.h>

namespace Load {

/// The ways in which a program can start a child with this library, and learn of its end.
enum class Way {
    Wait, ///< spawn(), Child::wait().
    Poll, ///< spawn(), poll(2) of Child::descriptor().
    ForkFd, ///< forkfd(), and the copy does the deed.
    VForkFd, ///< vforkfd(), for deeds that end at once.
    SpawnFd, ///< spawnfd(), forkfd_wait().
    Loop, ///< ChildProcess, in an event loop of the thread.
    WaitFor, ///< ChildProcess::waitForFinished().
    Run, ///< run().
    Queue ///< RunQueue.
};
constexpr int wayCount = 9;

struct StartOptions
{
    int input = -1; ///< The child's standard input.
    std::optional<pid_t> group = {}; ///< For Wait, Poll, Loop and WaitFor.
    ForkFd::RunQueue *queue = nullptr; ///< For Queue.
};

/// A child that runs. For the thread that started it.
class Running
{
public:
    explicit Running(std::unique_ptr<Account> account)
        : m_account(std::move(account))
    {
    }
    virtual ~Running() = default;
    Running(const Running &) = delete;
    Running &operator=(const Running &) = delete;

    /// Sends a signal. Only for a child that has not been sent a fatal signal before.
    virtual bool sendSignal(int signal) = 0;
    /// Blocks until the end, and reports it.
    virtual void finish() = 0;
    virtual pid_t pid() const { return -1; }
    Account &account() { return *m_account; }

private:
    const std::unique_ptr<Account> m_account;
};

/// Null if the start failed, which is then reported. Run and Queue report it in finish().
std::unique_ptr<Running> start(Judge &judge, Way way, const Deed &deed,
                               const StartOptions &options = {});
/// The ways of the core and of the forkfd family.
std::unique_ptr<Running> startInCore(std::unique_ptr<Account> account, Way way,
                                     const StartOptions &options);
/// Whether the way can start a child that has this deed.
bool canDo(Way way, const Deed &deed);

} // namespace Load

#endif
