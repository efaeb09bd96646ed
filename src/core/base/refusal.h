// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_BASE_REFUSAL_H
#define FORKFD_CORE_BASE_REFUSAL_H

#include <cerrno>

namespace ForkFd::Internal {

/// Whether an error says that the kernel lacks a call, or that a filter or an emulator refuses it.
///
/// This is the rule for every system call of the library; docs/sandboxes.md lists the calls.
///
/// 1. A call that names nothing of the user's and fails like this is refused. Where another call does
///    the same work, the library takes that one and reports nothing.
/// 2. Where there is no other call, the start fails with the step and with this errno.
/// 3. A call that names something of the user's (a program, a directory, a control group, an identity, a
///    limit) may fail like this on its own account. Its errno is the start error, and the library goes
///    on using the call.
/// 4. Any other error describes this moment, such as a lack of memory or descriptors. The library
///    reports it and remembers nothing.
///
/// seccomp profiles answer ENOSYS or EPERM, mandatory access control EACCES, older kernels and emulators
/// EINVAL. clone3(2) returns E2BIG if the kernel's struct is shorter. Async-signal-safe.
inline bool isRefusal(int errorCode) noexcept
{
    return errorCode == ENOSYS || errorCode == EPERM || errorCode == EACCES || errorCode == EINVAL
        || errorCode == E2BIG;
}

} // namespace ForkFd::Internal

#endif
