// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_BASE_STAYCODE_H
#define FORKFD_CORE_BASE_STAYCODE_H

namespace ForkFd::Internal {

/// Keeps the shared object with this code loaded for the life of the process, because threads and signal
/// handlers run its code. A call of dlclose(3) does not unload it then. The object may be a plug-in with
/// a static copy of the library. (Our own shared library is linked with `-z nodelete`.)
///
/// Call this before the first child exists. The first library thread may come too late: a static object
/// of the plug-in may leave its child to the reaper in its destructor, within dlclose().
///
/// A program is never unloaded. In a program the function does nothing and does not use the dynamic
/// loader: another thread may hold the loader's lock while it waits for a start. In a plug-in the first
/// call may block for that lock.
void keepCodeLoaded() noexcept;

/// Whether the address lies in the program itself, which is never unloaded, and not in a shared object.
/// Does not use the dynamic loader: another thread may hold its lock and wait for this thread. False if
/// unknown.
bool isInMainProgram(const void *address) noexcept;

} // namespace ForkFd::Internal

#endif
