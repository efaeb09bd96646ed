// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_REFUSALTEST_H
#define FORKFD_REFUSALTEST_H

#include "processtest.h"
#include "systemcallfilter.h"

using Refusals = std::vector<Refusal>;

/// Base of the tests of the core in whose forked copies the kernel refuses system calls. They need
/// pidfds and filters.
class RefusalTest : public ProcessTest
{
    Q_OBJECT

protected:
    /// No warm-up: each forked copy asks the kernel itself.
    void warmUp() override { }

protected Q_SLOTS:
    void initTestCase();
};

#endif
