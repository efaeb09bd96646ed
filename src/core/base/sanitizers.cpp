// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/base/sanitizers.h"

// The runtimes' entry points. Weak: null in a program without that runtime.
extern "C" {
__attribute__((weak)) void __asan_init(); // NOLINT(bugprone-reserved-identifier)
__attribute__((weak)) void __tsan_init(); // NOLINT(bugprone-reserved-identifier)
__attribute__((weak)) void __lsan_ignore_object(const void *); // NOLINT(bugprone-reserved-identifier)
}

namespace ForkFd::Internal {

bool Sanitizers::areActive() noexcept
{
    return __asan_init || __tsan_init;
}

bool Sanitizers::needFork() noexcept
{
    return __tsan_init;
}

void Sanitizers::noteInUse(const void *object) noexcept
{
    if (__lsan_ignore_object)
        __lsan_ignore_object(object);
}

} // namespace ForkFd::Internal
