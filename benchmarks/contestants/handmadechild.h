// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_BENCHMARKS_HANDMADECHILD_H
#define FORKFD_BENCHMARKS_HANDMADECHILD_H

#include "../contestant.h"

#include <array>

#include <sys/types.h>

namespace Benchmarks {

/// Creates, reads and writes the child's pipes with plain system calls.
class HandMadeChild : public Child
{
public:
    ~HandMadeChild() override;

    void kill() override;
    std::int64_t readToEnd() override;
    void exchange(std::string_view data) override;
    void feed(const QByteArray &data) override;

protected:
    /// Creates the pipes that the task asks for.
    void openPipes(const Task &task);
    /// Call this after the child has inherited its ends.
    void closeChildEnds() noexcept;
    /// Writes all of `data`, which must fit into the pipe.
    void send(std::string_view data);
    /// Reads once, and returns the number of bytes.
    std::size_t receive();
    /// Call this after the child's end. Drops the rest of the output and closes the pipes.
    void finishPipes();
    [[noreturn]] static void fail(const char *call);

    pid_t m_pid = -1;
    /// Indexed by the descriptor in the child; -1: none.
    std::array<int, 3> m_childEnds = {-1, -1, -1};
    std::array<int, 3> m_ends = {-1, -1, -1};
};

} // namespace Benchmarks

#endif
