// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/base/exithandler.h"

#include "core/base/signals.h"

#include <cstdlib>

#include <pthread.h>

namespace ForkFd::Internal {

namespace {

constinit pthread_mutex_t forkGate = PTHREAD_MUTEX_INITIALIZER;

void closeGate()
{
    ::pthread_mutex_lock(&forkGate);
}

void openGate()
{
    ::pthread_mutex_unlock(&forkGate);
}

// Registered when the library is loaded: a registration by the first start could itself be late.
[[maybe_unused]] const int gateError = ::pthread_atfork(closeGate, openGate, openGate);

} // namespace

bool callAtExit(void (*handler)()) noexcept
{
    const Uninterrupted guard; // A signal handler may call fork(), or jump.
    closeGate();
    const bool isRegistered = std::atexit(handler) == 0;
    openGate();
    return isRegistered;
}

} // namespace ForkFd::Internal
