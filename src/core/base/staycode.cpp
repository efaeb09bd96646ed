// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/base/staycode.h"

#include <atomic>

#include <dlfcn.h>
#include <sys/stat.h>

namespace ForkFd::Internal {

namespace {

#ifdef FORKFD_IS_NODELETE
constexpr bool isNodelete = true; // Our shared library.
#else
constexpr bool isNodelete = false;
#endif

// glibc finds a shared object by the name that dladdr(3) returns, without looking at the file. So it
// finds the object even if the file was deleted, or if the name is relative and the directory has
// changed. But it opens the file with the name of the program, as other loaders do with every name, and
// this file may be a FIFO by now.
#ifdef __GLIBC__
constexpr bool namesAreKnown = true;
#else
constexpr bool namesAreKnown = false;
#endif

// An address in this shared object.
const char here = 0;

bool isRegularFile(const char *path) noexcept
{
    struct stat status;
    return ::stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

// RTLD_NODELETE and RTLD_NOLOAD are not in POSIX; Linux, macOS and the BSDs have them. RTLD_NOLOAD: the
// handle is of this very object, never of another copy. It is never closed, and this alone keeps the
// object loaded.
void stay([[maybe_unused]] CodePlace place) noexcept
{
#if defined(RTLD_NODELETE) && defined(RTLD_NOLOAD)
    Dl_info object = {};
    if (::dladdr(&here, &object) != 0 && object.dli_fname
        && ((namesAreKnown && place == CodePlace::SharedObject) || isRegularFile(object.dli_fname)))
        ::dlopen(object.dli_fname, RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE);
#endif
}

} // namespace

void keepCodeLoaded() noexcept
{
    // Without a lock two threads at once may do it twice, which does no harm.
    static std::atomic<bool> isDone = false;
    if (!isNodelete && !isDone.load(std::memory_order_relaxed)) {
        if (const CodePlace place = placeOf(&here); place != CodePlace::Program)
            stay(place);
    }
    isDone.store(true, std::memory_order_relaxed);
}

} // namespace ForkFd::Internal
