// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_FUZZ_SHRINK_H
#define FORKFD_FUZZ_SHRINK_H

#include "player.h"

namespace Fuzz {

/// Returns a shorter input with the same fault, in which no single step can be left out. Stops after
/// `limit`.
Input shrink(Player &player, Input input, const std::string &fault,
             std::chrono::seconds limit = std::chrono::seconds(60));

} // namespace Fuzz

#endif
