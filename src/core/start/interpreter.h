// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_START_INTERPRETER_H
#define FORKFD_CORE_START_INTERPRETER_H

#include <string>

namespace ForkFd::Internal {

/// The program that the kernel executes to run `path`: the interpreter of its "#!" line, or its dynamic
/// loader. Empty if it has neither, or cannot be read. Never blocks on a FIFO or a device.
std::string interpreterOf(const std::string &path);

/// The dynamic loader that the executable file `fd` names, or empty. Depends on the system.
std::string loaderOf(int fd);

} // namespace ForkFd::Internal

#endif
