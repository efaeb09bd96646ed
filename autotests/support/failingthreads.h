// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_FAILINGTHREADS_H
#define FORKFD_FAILINGTHREADS_H

#include "forkfdtest.h"

#include <atomic>
#include <cerrno>

#include <dlfcn.h>
#include <pthread.h>

/// While it is true, the test program and the library can create no thread.
inline std::atomic<bool> threadsFail = false;

#ifdef FORKFD_TEST_INTERPOSES
// Replaces libc's function in the test program that includes this file.
extern "C" int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*main)(void *),
                              void *argument)
{
    static const auto real =
        reinterpret_cast<decltype(&pthread_create)>(::dlsym(RTLD_NEXT, "pthread_create"));
    return threadsFail ? EAGAIN : real(thread, attributes, main, argument);
}
#endif

#endif
