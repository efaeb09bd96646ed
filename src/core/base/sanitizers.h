// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_BASE_SANITIZERS_H
#define FORKFD_CORE_BASE_SANITIZERS_H

/// What a sanitizer in the program, whether or not the library was built with it, keeps us from or has
/// to be told.
namespace ForkFd::Internal::Sanitizers {

/// Whether user code must not run in a child that shares our memory: its frames would stay in the books
/// of the parent's stack.
bool areActive() noexcept;

/// Whether every child must begin as a copy made by fork(). In one that shares our memory, intercepted
/// calls write to the books of the parent; that of clone() turns off what they are kept for in the
/// parent's thread. In a copy made otherwise, another thread may have held a lock of the runtime, which
/// only its interceptor of fork() sets free.
bool needFork() noexcept;

/// That a heap object is not lost although no pointer to it is to be seen.
void noteInUse(const void *object) noexcept;

} // namespace ForkFd::Internal::Sanitizers

#endif
