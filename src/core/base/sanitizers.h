// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_BASE_SANITIZERS_H
#define FORKFD_CORE_BASE_SANITIZERS_H

/// What the library must avoid, or must tell the runtime, in a program with a sanitizer. The library
/// itself need not be built with one.
namespace ForkFd::Internal::Sanitizers {

/// Whether user code must not run in a child that shares our memory: the sanitizer would record its
/// frames for the parent's stack.
bool areActive() noexcept;

/// Whether every child must begin as a copy made by fork(). In a child that shares our memory,
/// intercepted calls change the sanitizer's records of the parent, and the interceptor of clone() turns
/// recording off in the parent's thread. In a copy that was made in another way, a lock of the runtime
/// that another thread held may stay locked. Only the interceptor of fork() unlocks it.
bool needFork() noexcept;

/// Tells a leak sanitizer that an object is in use although it finds no pointer to it.
void noteInUse(const void *object) noexcept;

} // namespace ForkFd::Internal::Sanitizers

#endif
