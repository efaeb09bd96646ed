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

// An address in this shared object.
const char here = 0;

// The loader may know the program by a relative name, which may name another file now.
bool isRegularFile(const char *path) noexcept
{
    struct stat status;
    return ::stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

// RTLD_NODELETE and RTLD_NOLOAD are not in POSIX; Linux, macOS and the BSDs have them.
void stay() noexcept
{
#if defined(RTLD_NODELETE) && defined(RTLD_NOLOAD)
    Dl_info object = {};
    // RTLD_NOLOAD: this very object, never another copy. The handle is never closed, which alone keeps
    // the object loaded.
    if (::dladdr(&here, &object) != 0 && object.dli_fname && isRegularFile(object.dli_fname))
        ::dlopen(object.dli_fname, RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE);
#endif
}

} // namespace

void keepCodeLoaded() noexcept
{
    // Without a lock two threads at once may do it twice, which does no harm.
    static std::atomic<bool> isDone = false;
    if (!isNodelete && !isDone.load(std::memory_order_relaxed) && !isInMainProgram(&here))
        stay();
    isDone.store(true, std::memory_order_relaxed);
}

} // namespace ForkFd::Internal
