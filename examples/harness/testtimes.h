// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_EXAMPLES_TESTTIMES_H
#define FORKFD_EXAMPLES_TESTTIMES_H

#include "testresult.h"

#include <vector>

/// Sets the cost of tests that have none to the seconds that they took in the last run in this build
/// folder, by this harness or by ctest.
void readTestTimes(const QStringList &buildFolders, TestList &tests);

/// Keeps the times for the next run, in the folder "Testing" of the build folder. Does nothing if the
/// files cannot be written.
void writeTestTimes(const QStringList &buildFolders, const std::vector<TestResult> &results);

#endif
