// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_LOAD_OUTSIDERS_H
#define FORKFD_LOAD_OUTSIDERS_H

#include "judge.h"

#include <atomic>
#include <random>

namespace Load {

/// Starts a child without the library, as other code of the process does, and waits for it: system(3),
/// popen(3), posix_spawn(3) or fork(2). Its end has to be the right one. While others steal children it
/// may be lost.
void startOutsider(Judge &judge, std::mt19937 &random);

/// Starts outsiders one after the other.
void keepStartingOutsiders(Judge &judge, std::uint32_t seed, const std::atomic<bool> &isDone);

} // namespace Load

#endif
