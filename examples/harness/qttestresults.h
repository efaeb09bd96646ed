// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_EXAMPLES_QTTESTRESULTS_H
#define FORKFD_EXAMPLES_QTTESTRESULTS_H

#include "testresult.h"

/// The arguments that let a QtTest program print its usual text, and write its results to `file`.
QStringList qtTestArguments(const QString &file);

/// The rows in QtTest's XML. Of a program that crashed, those before the crash.
QList<FunctionResult> qtTestResults(const QByteArray &xml);

#endif
