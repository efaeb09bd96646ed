// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_FAULTS_KIND_H
#define FORKFD_FAULTS_KIND_H

#include <optional>
#include <span>
#include <string_view>

namespace Faults {

/// What the walker does to a run.
enum class Kind {
    Calls, ///< A system call fails.
    Pairs, ///< A system call fails, and so does a call that the library makes because of that.
    Allocations, ///< An allocation of memory fails.
    Delays ///< A system call begins later, and nothing else changes.
};

std::span<const Kind> allKinds();
/// Those of the sample: of each, three samples of 400 s have found nothing that is not explained.
std::span<const Kind> sampledKinds();
/// As --kind takes it.
const char *nameOf(Kind kind);
std::optional<Kind> kindFromName(std::string_view name);

} // namespace Faults

#endif
