// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_BASE_MAINPROGRAM_H
#define FORKFD_CORE_BASE_MAINPROGRAM_H

namespace ForkFd::Internal {

/// Whether the address lies in the program itself, which is never unloaded, and not in a shared object.
/// Does not use the dynamic loader: another thread may hold its lock and wait for this thread. False if
/// unknown.
bool isInMainProgram(const void *address) noexcept;

} // namespace ForkFd::Internal

#endif
