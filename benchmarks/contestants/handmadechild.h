// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_BENCHMARKS_HANDMADECHILD_H
#define FORKFD_BENCHMARKS_HANDMADECHILD_H

#include "../contestant.h"

#include <array>

#include <sys/types.h>

namespace Benchmarks {

/// A child whose pipes are made, read and written by plain system calls.
class HandMadeChild : public Child
{
public:
    ~HandMadeChild() override;

    void kill() override;
    std::int64_t readToEnd() override;
    void exchange(std::string_view data) override;

protected:
    /// Makes the pipes that the task wants.
    void openPipes(const Task &task);
    /// To be called when the child has its ends.
    void closeChildEnds() noexcept;
    /// What is left to do when the child has ended: sees that there is no more output.
    void finishPipes();
    [[noreturn]] static void fail(const char *call);

    pid_t m_pid = -1;
    /// By the number in the child; -1: none.
    std::array<int, 3> m_childEnds = {-1, -1, -1};
    std::array<int, 3> m_ends = {-1, -1, -1};
};

} // namespace Benchmarks

#endif
