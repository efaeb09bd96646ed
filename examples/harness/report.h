// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_EXAMPLES_REPORT_H
#define FORKFD_EXAMPLES_REPORT_H

#include "testresult.h"

#include <vector>

/// The results in JUnit's XML: a suite for each test, with a case for each row of QtTest.
QByteArray junitReport(const std::vector<TestResult> &results, std::chrono::nanoseconds time);

/// The results in the Test Anything Protocol, version 13: a point for each test, below points for each
/// row of QtTest.
QByteArray tapReport(const std::vector<TestResult> &results);

/// Writes a report to the file, or for "-" to standard output. Throws HarnessError.
void writeReport(const QByteArray &report, const QString &fileName);

#endif
