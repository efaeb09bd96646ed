// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_BASE_LIBCFUNCTION_H
#define FORKFD_CORE_BASE_LIBCFUNCTION_H

#include <dlfcn.h>

namespace ForkFd::Internal {

/// Looks up a function that not every libc has; null if it is missing. Call it only at load time, to
/// initialize a static object: dlsym(3) takes the loader's lock, which another thread may hold while it
/// waits for a start.
///
/// A failure leaves no error for dlerror(3). Otherwise a host that loads us with a plug-in would find
/// our failure there after its own success. Besides, glibc never frees the error record of a main thread
/// that ends by pthread_exit(3), and a leak sanitizer reports it.
template<typename Function>
Function findLibcFunction(const char *name) noexcept
{
    void *const address = ::dlsym(RTLD_DEFAULT, name);
    if (!address) {
        ::dlerror(); // Returns the error;
        ::dlerror(); // the second call clears it.
    }
    return reinterpret_cast<Function>(address);
}

} // namespace ForkFd::Internal

#endif
