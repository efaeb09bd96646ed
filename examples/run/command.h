// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_EXAMPLES_RUN_COMMAND_H
#define FORKFD_EXAMPLES_RUN_COMMAND_H

#include <ForkFd/ChildProcess>

struct Options;

/// Exit codes of forkfd-run itself, as timeout(1) and env(1) have them.
enum ExitCode { TimedOut = 124, Failed = 125, CannotExecute = 126, NotFound = 127 };

/// Runs the command with our standard streams, and reports how it ended. Returns the exit code.
int runCommand(const Options &options);

/// Prints how the command would be started and stopped.
void describeCommand(const Options &options);

/// The exit code that tells how the command ended, or why it did not start.
int exitCodeOf(const ForkFd::ChildProcess &process);

#endif
