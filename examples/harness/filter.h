// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_EXAMPLES_FILTER_H
#define FORKFD_EXAMPLES_FILTER_H

#include "test.h"

#include <functional>

/// Whether a test is meant.
using Filter = std::function<bool(const Test &)>;

/// Parses an expression such as `label(stress) and not name(^tst_slow)`. The words are name(REGEX),
/// label(REGEX), all, not, and, or, and parentheses. A word that is none of these is a text that the
/// name contains. Throws HarnessError.
Filter parseFilter(const QString &expression);

/// The tests whose name, or one of whose labels, matches the regular expression. Throw HarnessError.
Filter nameFilter(const QString &pattern);
Filter labelFilter(const QString &pattern);
Filter negationOf(const Filter &filter);

#endif
