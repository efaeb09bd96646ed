// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_BASE_BACKENDWISH_H
#define FORKFD_CORE_BASE_BACKENDWISH_H

namespace ForkFd::Internal {

/// The backend that the environment variable FORKFD_BACKEND asks for.
enum class BackendWish { NotAsked, Auto, PidFd, SigChld, Unknown };
/// Auto in a program that gets rights from its file (set-user-ID). Read once and kept for the life of
/// the process; never NotAsked.
BackendWish backendWish() noexcept;

} // namespace ForkFd::Internal

#endif
