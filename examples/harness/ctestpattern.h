// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_EXAMPLES_CTESTPATTERN_H
#define FORKFD_EXAMPLES_CTESTPATTERN_H

#include <QtCore/QByteArray>
#include <QtCore/QRegularExpression>

/// A pattern of PASS_REGULAR_EXPRESSION and its like, in the syntax of cmake-commands(7), string(REGEX).
/// There `.` matches a newline, too, `$` only the end of the text, and `{` only itself.
/// Invalid if the pattern is.
QRegularExpression ctestPattern(const QString &pattern);

/// The output of a test as ctest searches it: lines that end with a line feed, also the last one. A NUL
/// ends a line, and a carriage return before the line feed is left out.
QString textAsInCTest(QByteArray output);

#endif
