// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "librarythread.h"

#include <csignal>
#include <memory>
#include <new>

#include <cerrno>
#include <pthread.h>

namespace ForkFd::Internal {

namespace {

struct Start
{
    const char *name;
    void (*main)(void *);
    void *argument;
};

void *run(void *start)
{
    const std::unique_ptr<Start> begin(static_cast<Start *>(start));
    ::pthread_setname_np(::pthread_self(), begin->name);
    begin->main(begin->argument);
    return nullptr;
}

} // namespace

int startLibraryThread(const char *name, void (*main)(void *), void *argument) noexcept
{
    std::unique_ptr<Start> start(new (std::nothrow) Start{name, main, argument});
    pthread_attr_t attributes;
    if (!start || ::pthread_attr_init(&attributes) != 0)
        return ENOMEM;
    ::pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);

    // The new thread inherits the mask. Libc's own signals stay open: setuid(2) and its like wait
    // until every thread has answered one.
    sigset_t all;
    sigset_t previous;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &previous);
    pthread_t thread;
    const int errorCode = ::pthread_create(&thread, &attributes, run, start.get());
    ::pthread_sigmask(SIG_SETMASK, &previous, nullptr);
    ::pthread_attr_destroy(&attributes);
    if (errorCode == 0)
        static_cast<void>(start.release());
    return errorCode;
}

} // namespace ForkFd::Internal
