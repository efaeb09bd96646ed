// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_BASE_LIBCFUNCTION_H
#define FORKFD_CORE_BASE_LIBCFUNCTION_H

#include <dlfcn.h>

namespace ForkFd::Internal {

/// A function of libc's that not every libc has, or null. To be called while the library is loaded:
/// dlsym(3) takes the loader's lock, which another thread may hold while it waits for a start.
///
/// A failure leaves nothing for dlerror(3). A host that loads us with a plug-in would otherwise find our
/// failure there after its own success. Besides, glibc never frees the record of a main thread that ends
/// by pthread_exit(3), and a leak sanitizer reports that.
template<typename Function>
Function findLibcFunction(const char *name) noexcept
{
    void *const address = ::dlsym(RTLD_DEFAULT, name);
    if (!address) {
        ::dlerror(); // Tells of the error;
        ::dlerror(); // the next call forgets it.
    }
    return reinterpret_cast<Function>(address);
}

} // namespace ForkFd::Internal

#endif
