// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_EXAMPLES_CTESTFOLDER_H
#define FORKFD_EXAMPLES_CTESTFOLDER_H

#include "test.h"

#include <chrono>

/// The tests of a build folder of CMake, as `ctest --show-only=json-v1` prints them. Throws
/// HarnessError.
TestList testsOfBuildFolder(const QString &folder, const QString &configuration);

/// The tests in this output of ctest. Throws HarnessError.
TestList testsOfJson(const QByteArray &json);

/// The time limit of its tests that have none, which the module CTest keeps for ctest. 0: none.
std::chrono::milliseconds timeLimitOfBuildFolder(const QString &folder);

#endif
