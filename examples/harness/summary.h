// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_EXAMPLES_SUMMARY_H
#define FORKFD_EXAMPLES_SUMMARY_H

#include "options.h"
#include "screen.h"
#include "testresult.h"

#include <vector>

/// Prints what the user has to know at the end: which tests failed, were flaky or left processes behind,
/// the slowest, and the counts. The last line is "N passed, N failed".
void printSummary(const std::vector<TestResult> &results, std::chrono::nanoseconds time,
                  const Options &options, Screen &screen);

#endif
