// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_EXAMPLES_QTTESTPROGRAMS_H
#define FORKFD_EXAMPLES_QTTESTPROGRAMS_H

#include "options.h"
#include "test.h"

/// Sets isQtTest of each test: with Auto, of programs that are linked with QtTest.
void findQtTests(TestList &tests, QtTestMode mode);

/// Replaces each QtTest program by one test for each of its functions. A program that does not print its
/// functions stays one test.
TestList splitIntoFunctions(TestList tests, int jobs);

#endif
