// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_BASE_STAYCODE_H
#define FORKFD_CORE_BASE_STAYCODE_H

namespace ForkFd::Internal {

/// Keeps the shared object with this code loaded for the life of the process, because threads and signal
/// handlers run its code. Then a call of dlclose(3) does not unload it. The object is a plug-in with a
/// static copy of the library: for our own shared library, which is linked with `-z nodelete`, and for a
/// program the function does nothing.
///
/// A library thread and a signal handler call this before they begin. Call it also before the first
/// child with an owner exists, because a static object of the plug-in may leave its child to the keeper
/// in its destructor, within dlclose(); and before the library takes a lock under which it makes a
/// thread.
///
/// In a plug-in the first call uses the dynamic loader. It may block for the loader's lock, which
/// another thread may hold while it waits for a start.
void keepCodeLoaded() noexcept;

/// The program itself is never unloaded.
enum class CodePlace { Program, SharedObject, Unknown };

/// Where an address of code or constants lies. Does not use the dynamic loader: another thread may hold
/// its lock and wait for this thread.
CodePlace placeOf(const void *address) noexcept;

} // namespace ForkFd::Internal

#endif
