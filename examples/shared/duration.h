// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_EXAMPLES_DURATION_H
#define FORKFD_EXAMPLES_DURATION_H

#include <chrono>
#include <optional>
#include <string_view>

/// Returns the duration that `text` names, such as "10", "1.5s", "1m30s" or "500ms", rounded up to a
/// millisecond. A number without a unit means seconds. Empty if the text is no duration, or names more
/// than 100 years.
std::optional<std::chrono::milliseconds> durationOf(std::string_view text);

#endif
