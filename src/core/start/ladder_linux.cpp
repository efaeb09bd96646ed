// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/start/ladder_linux.h"

#include "core/base/backendwish.h"
#include "core/base/refusal.h"
#include "core/start/start.h"
#include "core/watch/pidfd.h"

#include <atomic>

namespace ForkFd::Internal {

namespace {

unsigned bitOf(Rung rung) noexcept
{
    return 1U << static_cast<int>(rung);
}

unsigned withoutPidFd() noexcept
{
    return bitOf(Rung::NumberedClone) - 1;
}

// The rungs that were given up. Relaxed: a thread that reads an old value tries a rung once more, with
// the same result. Not a static of the function: a fork() in another thread during its initialization
// would leave it locked in the copy.
constexpr unsigned notAsked = ~0U;
constinit std::atomic<unsigned> rungsGivenUp = notAsked;

std::atomic<unsigned> &givenUp() noexcept
{
    unsigned known = rungsGivenUp.load(std::memory_order_relaxed);
    if (known == notAsked) {
        rungsGivenUp.compare_exchange_strong(known, Ladder::mayUsePidFds() ? 0 : withoutPidFd(),
                                             std::memory_order_relaxed);
    }
    return rungsGivenUp;
}

bool suits(Rung rung, Creation creation) noexcept
{
    switch (creation) {
    case Creation::Any:
        return true;
    case Creation::Copying:
        return !sharesMemory(rung);
    case Creation::ByNumber:
        break;
    }
    return rung == Rung::ForkAndOpen || rung == Rung::NumberedFork;
}

// The last rungs suit every start and are never given up, so that a rung is always left.
bool isLast(Rung rung) noexcept
{
    return rung == Rung::NumberedFork
        || (rung == Rung::ForkAndOpen && backendWish() == BackendWish::PidFd);
}

} // namespace

const char *nameOf(Rung rung) noexcept
{
    switch (rung) {
    case Rung::Clone3:
        return "clone3";
    case Rung::Clone:
        return "clone";
    case Rung::CloneAndOpen:
        return "clone + open";
    case Rung::Copy:
        return "copy";
    case Rung::ForkAndOpen:
        return "fork + open";
    case Rung::NumberedClone:
        return "numbered clone";
    case Rung::NumberedFork:
        break;
    }
    return "numbered fork";
}

bool sharesMemory(Rung rung) noexcept
{
    return rung <= Rung::CloneAndOpen || rung == Rung::NumberedClone;
}

bool opensPidFd(Rung rung) noexcept
{
    return rung == Rung::CloneAndOpen || rung == Rung::ForkAndOpen;
}

bool isWatchedByNumber(Rung rung) noexcept
{
    return rung >= Rung::NumberedClone;
}

bool Ladder::mayUsePidFds() noexcept
{
    return backendWish() != BackendWish::SigChld && PidFdWatch::isSupported();
}

Rung Ladder::rungFor(Creation creation) noexcept
{
    const unsigned gone = givenUp().load(std::memory_order_relaxed);
    auto rung = Rung::Clone3;
    while ((gone & bitOf(rung)) != 0 || !suits(rung, creation))
        rung = static_cast<Rung>(static_cast<int>(rung) + 1);
    return rung;
}

// Without pidfds the first rungs cannot be used at all, so that they do not count as refused.
bool Ladder::isRefused(Rung rung) noexcept
{
    return mayUsePidFds() && (givenUp().load(std::memory_order_relaxed) & bitOf(rung)) != 0;
}

void Ladder::giveUp(Rung rung) noexcept
{
    givenUp().fetch_or(bitOf(rung), std::memory_order_relaxed);
}

void Ladder::giveUpSharedMemory() noexcept
{
    for (const Rung rung : {Rung::Clone3, Rung::Clone, Rung::CloneAndOpen, Rung::NumberedClone})
        giveUp(rung);
}

bool Ladder::giveUpAfter(Rung rung, int errorCode) noexcept
{
    if (isLast(rung) || !isRefusal(errorCode))
        return false;
    giveUp(rung);
    return true;
}

} // namespace ForkFd::Internal
