// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "refusaltest.h"

#include <ForkFd/forkfd.h>

void RefusalTest::initTestCase()
{
    qputenv("FORKFD_BACKEND", "auto");
    if (!hasSystemCallFilters())
        QSKIP("This system has no seccomp filters.");
    if (inForkedCopy([] { return ForkFd::backend() == ForkFd::Backend::PidFd ? "pidfd" : ""; })
        != "pidfd")
        QSKIP("This kernel has no pidfd to wait for.");
}
