// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_EXAMPLES_SELECTION_H
#define FORKFD_EXAMPLES_SELECTION_H

#include "options.h"
#include "test.h"

/// The tests that the filters and the partition leave, with those that set up and clean up the fixtures
/// that they require.
TestList selectTests(const TestList &tests, const QList<Filter> &filters, const Partition &partition);

#endif
