// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_EXAMPLES_RUN_H
#define FORKFD_EXAMPLES_RUN_H

#include <ForkFd/ChildProcess>

/// Runs the command with our standard streams. Returns the exit status that a shell would return.
int runCommand(const QString &program, const QStringList &arguments);

/// Runs a few children and prints how each ended.
void showTour();

/// One line: how the process ended, its run time and its memory.
QString summaryOf(const ForkFd::ChildProcess &process);

#endif
