// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_QT_DEFAULTOPTIONS_H
#define FORKFD_QT_DEFAULTOPTIONS_H

#include <ForkFd/spawn.h>

/// The options that new objects of the process begin with. Any thread may call these functions.
namespace ForkFd::Internal::DefaultOptions {

/// Null if none were ever set. The value never changes and stays valid until the process ends.
const LaunchOptions *current() noexcept;
/// Publishes a copy. May throw std::bad_alloc.
void set(const LaunchOptions &options);

} // namespace ForkFd::Internal::DefaultOptions

#endif
