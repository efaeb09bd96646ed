// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_QT_RUN_CALLERATTRIBUTES_H
#define FORKFD_QT_RUN_CALLERATTRIBUTES_H

#include <cstdint>
#include <optional>
#include <string>

namespace ForkFd::Internal {

/// A number that no other thread of this process has or had.
std::uint64_t numberOfThisThread() noexcept;

/// A text of the attributes that a child inherits from the calling thread, as far as they can be found
/// out: two texts of one thread are equal if these attributes are. Without a value if they cannot be
/// found out.
///
/// The Landlock domain is missing, because no interface shows it; a thread can only restrict it further.
std::optional<std::string> attributesOfThisThread();

} // namespace ForkFd::Internal

#endif
