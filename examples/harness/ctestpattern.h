// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_EXAMPLES_CTESTPATTERN_H
#define FORKFD_EXAMPLES_CTESTPATTERN_H

#include <QtCore/QRegularExpression>

/// A pattern of PASS_REGULAR_EXPRESSION and its like, in the syntax of cmake-commands(7), string(REGEX).
/// There `.` matches a newline, too, `$` only the end of the text, and `{` only itself.
QRegularExpression ctestPattern(const QString &pattern);

#endif
