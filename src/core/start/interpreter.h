// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_START_INTERPRETER_H
#define FORKFD_CORE_START_INTERPRETER_H

#include <string>

namespace ForkFd::Internal {

/// The program that the kernel executes to run `path`: that of its "#!" line, or the dynamic loader that
/// it names. Empty when there is none, or the file cannot be read. Never blocks on a FIFO or a device.
std::string interpreterOf(const std::string &path);

/// The system's own part: the loader that the executable file `fd` names; empty when there is none.
std::string loaderOf(int fd);

} // namespace ForkFd::Internal

#endif
