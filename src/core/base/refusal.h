// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_BASE_REFUSAL_H
#define FORKFD_CORE_BASE_REFUSAL_H

#include <cerrno>

namespace ForkFd::Internal {

/// Whether an error says that the kernel lacks a call, or that a filter or an emulator refuses it.
/// docs/sandboxes.md states the rule for every system call of the library.
///
/// seccomp profiles answer ENOSYS or EPERM, mandatory access control EACCES, older kernels and emulators
/// EINVAL. clone3(2) returns E2BIG if the kernel's struct is shorter. Async-signal-safe.
inline bool isRefusal(int errorCode) noexcept
{
    return errorCode == ENOSYS || errorCode == EPERM || errorCode == EACCES || errorCode == EINVAL
        || errorCode == E2BIG;
}

/// Whether the error is a lack of descriptors or memory, which may be over in a moment.
inline bool isShortage(int errorCode) noexcept
{
    return errorCode == EMFILE || errorCode == ENFILE || errorCode == ENOMEM;
}

} // namespace ForkFd::Internal

#endif
