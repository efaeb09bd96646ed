// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_EXAMPLES_REPORT_H
#define FORKFD_EXAMPLES_REPORT_H

#include "testresult.h"

#include <QtCore/QIODevice>

#include <chrono>
#include <functional>
#include <vector>

/// Writes the results in JUnit's XML: a suite for each test, with a case for each row of QtTest. Returns
/// false if the device fails.
bool writeJunit(QIODevice &device, const std::vector<TestResult> &results,
                std::chrono::nanoseconds time);

/// Writes the results in the Test Anything Protocol, version 13: a point for each test, below points for
/// each row of QtTest. Returns false if the device fails.
bool writeTap(QIODevice &device, const std::vector<TestResult> &results);

/// Lets the function write into the file, or for "-" to standard output. Throws HarnessError.
void writeReport(const QString &fileName, const std::function<bool(QIODevice &)> &write);

#endif
