// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/base/backendwish.h"

#include "core/base/filerights.h"

#include <atomic>
#include <cstdlib>
#include <string_view>

namespace ForkFd::Internal {

namespace {

BackendWish readWish() noexcept
{
    const char *variable = hasRightsOfItsFile() ? nullptr : std::getenv("FORKFD_BACKEND");
    const std::string_view wish = variable ? variable : "";
    if (wish.empty() || wish == "auto")
        return BackendWish::Auto;
    if (wish == "pidfd")
        return BackendWish::PidFd;
    return wish == "sigchld" ? BackendWish::SigChld : BackendWish::Unknown;
}

// Not a static of backendWish(): a fork() while another thread initializes it would leave it locked in
// the copy.
constinit std::atomic<BackendWish> knownWish = BackendWish::NotAsked;

} // namespace

BackendWish backendWish() noexcept
{
    BackendWish wish = knownWish.load(std::memory_order_relaxed);
    if (wish != BackendWish::NotAsked)
        return wish;
    // All threads use the first answer.
    const BackendWish fresh = readWish();
    return knownWish.compare_exchange_strong(wish, fresh, std::memory_order_relaxed) ? fresh : wish;
}

} // namespace ForkFd::Internal
