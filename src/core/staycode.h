// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_STAYCODE_H
#define FORKFD_STAYCODE_H

namespace ForkFd::Internal {

/// Keeps the shared object that this code is part of loaded for the life of the process, whoever calls
/// dlclose(3) on it: threads and signal handlers run its code. It may be a plug-in that has a static
/// copy of the library; our own shared library is linked so that it stays anyway.
///
/// To be called before the first child exists. When a thread becomes necessary it may be too late: a
/// static object of the plug-in that owns a child leaves it to the reaper in its destructor, within
/// dlclose().
///
/// May block for the dynamic loader's lock. Does nothing in an executable, or where that cannot be done.
void keepCodeLoaded() noexcept;

} // namespace ForkFd::Internal

#endif
