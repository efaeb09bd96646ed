// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_EXAMPLES_RUN_H
#define FORKFD_EXAMPLES_RUN_H

#include <ForkFd/ChildProcess>

/// Runs the command on our own terminal or pipes and returns what a shell would return for it.
int runCommand(const QString &program, const QStringList &arguments);

/// Shows how a few real children end.
void showTour();

/// One line on how the process ended and what it took.
QString summaryOf(const ForkFd::ChildProcess &process);

#endif
