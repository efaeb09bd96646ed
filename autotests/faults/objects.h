// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_FAULTS_OBJECTS_H
#define FORKFD_FAULTS_OBJECTS_H

#include <ForkFd/childprocess.h>

#include <initializer_list>
#include <string>

namespace Faults {

/// Starts the program child with these arguments.
void start(ForkFd::ChildProcess &process, std::initializer_list<const char *> words);
/// Waits for the end, without an event loop. Returns failure() if the start failed, otherwise the end
/// and the output.
std::string outcomeOf(ForkFd::ChildProcess &process);
/// The same for a process that has ended.
std::string resultOf(ForkFd::ChildProcess &process);

} // namespace Faults

#endif
