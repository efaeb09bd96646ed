// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_EXAMPLES_TESTLIST_H
#define FORKFD_EXAMPLES_TESTLIST_H

#include "options.h"
#include "test.h"

/// All tests that the options name, in this order: build folders, list files, programs. Starts ctest,
/// and with --per-function the programs. Throws HarnessError.
TestList readTests(const Options &options);

/// The tests of a list: a command in each line, behind variables and @properties. Throws HarnessError.
TestList testsOfList(const QString &text, const QString &fileName);

#endif
