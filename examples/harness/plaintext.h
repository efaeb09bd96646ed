// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_EXAMPLES_PLAINTEXT_H
#define FORKFD_EXAMPLES_PLAINTEXT_H

#include <QtCore/QByteArray>
#include <QtCore/QString>

#include <chrono>

/// The output of a test as text that neither a terminal nor XML chokes on: without control characters
/// and escape sequences.
QString plainText(const QByteArray &output);

/// The plain text with spaces for line ends and tabs: a name or a reason stands in a line of others.
QString oneLine(const QString &text);
/// "0.12 s", and from a thousand seconds on "1234 s".
QString secondsText(std::chrono::nanoseconds time);
/// "12 MiB"; empty for 0.
QString memoryText(qint64 bytes);
/// "1 test", "2 tests".
QString countText(qsizetype count, const char *singular, const char *plural);

#endif
