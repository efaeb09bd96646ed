// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_BASE_SIGNALNAME_H
#define FORKFD_CORE_BASE_SIGNALNAME_H

#include <ForkFd/export.h>

#include <string>

namespace ForkFd::Internal {

/// "SIGTERM", "SIGRTMIN+1", or "signal 99" if there is no name.
FORKFD_EXPORT std::string nameOfSignal(int signal);

} // namespace ForkFd::Internal

#endif
