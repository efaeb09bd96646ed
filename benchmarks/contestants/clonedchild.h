// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_BENCHMARKS_CLONEDCHILD_H
#define FORKFD_BENCHMARKS_CLONEDCHILD_H

#include "handmadechild.h"

namespace Benchmarks {

/// Makes only the system calls that a start and an end need on a kernel with pidfds. It does not block
/// signals, report a failed exec or search PATH.
class ClonedChild : public HandMadeChild
{
public:
    ~ClonedChild() override;

    void start(const Task &task) override;
    int awaitEnd() override;

protected:
    /// Returns when the pidfd is readable.
    virtual void awaitReadable();
    int pidfd() const noexcept { return m_pidfd; }

private:
    int collect();
    static int childMain(void *argument);

    const Task *m_task = nullptr;
    int m_pidfd = -1;
};

} // namespace Benchmarks

#endif
