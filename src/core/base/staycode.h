// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_BASE_STAYCODE_H
#define FORKFD_CORE_BASE_STAYCODE_H

namespace ForkFd::Internal {

/// Keeps the shared object that this code is part of loaded for the life of the process, whoever calls
/// dlclose(3) on it: threads and signal handlers run its code. It may be a plug-in that has a static
/// copy of the library; our own shared library is linked so that it stays anyway.
///
/// To be called before the first child exists. When a thread becomes necessary it may be too late: a
/// static object of the plug-in that owns a child leaves it to the reaper in its destructor, within
/// dlclose().
///
/// In a program, which is never unloaded, it does nothing and does not ask the dynamic loader, whose
/// lock another thread may hold while it waits for a start. In a plug-in the first call may block for
/// that lock.
void keepCodeLoaded() noexcept;

} // namespace ForkFd::Internal

#endif
