// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// Everything in this file runs in the child between clone and exec: async-signal-safe calls only, no
// allocation, no lock. Built without sanitizers, like child.cpp.

#include "core/start/child_descriptors.h"

#include "core/base/writeends.h"
#include "core/start/child.h"
#include "core/start/child_calls.h"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>

#include <fcntl.h>
#include <unistd.h>

namespace ForkFd::Internal::ChildDescriptors {

namespace {

bool isNeeded(const ProgramContext &child, int fd) noexcept
{
    for (const int needed :
         {child.reportFd, child.controllingTerminal, child.controlGroup, child.directory}) {
        if (needed == fd)
            return true;
    }
    for (const DescriptorMove &move : child.plan.moves()) {
        if (move.from == fd)
            return true;
    }
    return false;
}

// Another file may have got the number. If it is close-on-exec, the program does not get it anyway.
// Not a UniqueFd; see ChildFd.
void closeUnlessNeeded(const ProgramContext &child, int fd) noexcept
{
    const int flags = isNeeded(child, fd) ? -1 : ::fcntl(fd, F_GETFD);
    if (flags >= 0 && (flags & FD_CLOEXEC) != 0)
        ::close(fd);
}

bool isTarget(const ProgramContext &child, int fd) noexcept
{
    for (const DescriptorMove &move : child.plan.moves()) {
        if (move.to == fd)
            return true;
    }
    return false;
}

int duplicateAside(const ProgramContext &child, int fd) noexcept
{
    // A duplicate that gets the number of another target stays open: a dup2() overwrites it.
    int aside = 2;
    do {
        aside = ::fcntl(fd, F_DUPFD_CLOEXEC, aside + 1);
    } while (aside >= 0 && isTarget(child, aside));
    if (aside < 0 && errno == EINVAL) // The number exceeds RLIMIT_NOFILE (fcntl(2)).
        errno = EMFILE;
    return aside;
}

// Moves a descriptor that the setup itself needs later out of the way. False: errno says why it cannot.
bool keepAside(const ProgramContext &child, int &fd) noexcept
{
    if (!isTarget(child, fd))
        return true;
    const int aside = duplicateAside(child, fd);
    if (aside < 0)
        return false;
    fd = aside;
    return true;
}

Step place(const ProgramContext &child, std::size_t begin, std::size_t end, Step step) noexcept
{
    for (std::size_t i = begin; i < end; ++i) {
        const DescriptorMove &move = child.plan.moves()[i];
        const int from = move.isInTheWay ? child.aside[i] : move.from;
        // dup2() to the same number would leave close-on-exec set.
        const int result = from == move.to ? ::fcntl(from, F_SETFD, 0) : ::dup2(from, move.to);
        if (result < 0)
            return step;
    }
    return Step::None;
}

// Makes each open descriptor from `lowest` on close-on-exec. Stops beyond `end`, after 1024 numbers in a
// row that are not open: descriptors stay open above a soft limit that was lowered.
void markEachFrom(int lowest, int end) noexcept
{
    constexpr int patience = 1024;
    end += patience;
    for (int fd = lowest; fd < end; ++fd) {
        if (::fcntl(fd, F_SETFD, FD_CLOEXEC) == 0)
            end = std::max(end, fd + 1 + patience);
    }
}

} // namespace

void closeForeignWriteEnds(ProgramContext &child) noexcept
{
    const WriteEnds::Set ends = child.writeEnds.mayHave();
    for (std::size_t i = 0; i < ends.size(); ++i) {
        for (std::uint64_t left = ends[i]; left != 0; left &= left - 1)
            closeUnlessNeeded(child, static_cast<int>(i) * 64 + std::countr_zero(left));
    }
    child.writeEnds.end();
}

Step stepAside(ProgramContext &child) noexcept
{
    const auto &moves = child.plan.moves();
    for (std::size_t i = 0; i < moves.size(); ++i) {
        if (!moves[i].isInTheWay)
            continue;
        child.aside[i] = duplicateAside(child, moves[i].from);
        if (child.aside[i] < 0)
            return i < child.plan.channelCount() ? Step::Channels : Step::FileDescriptors;
    }
    if (!keepAside(child, child.reportFd))
        return Step::Descriptors;
    if (!keepAside(child, child.controllingTerminal))
        return Step::ControllingTerminal;
    if (!keepAside(child, child.controlGroup))
        return Step::ControlGroup;
    return keepAside(child, child.directory) ? Step::None : Step::WorkingDirectory;
}

Step placeChannels(const ProgramContext &child) noexcept
{
    return place(child, 0, child.plan.channelCount(), Step::Channels);
}

Step placeMapped(const ProgramContext &child) noexcept
{
    return place(child, child.plan.channelCount(), child.plan.moves().size(), Step::FileDescriptors);
}

// EBADF: the modifier has closed it.
Step closeUnmapped(const ProgramContext &child) noexcept
{
    const std::optional<int> lowest = child.plan.lowestToClose();
    if (!lowest)
        return Step::None;
    if (!ChildCalls::markCloseOnExecFrom(*lowest))
        markEachFrom(*lowest, child.plan.descriptorEnd());
    for (const DescriptorMove &move : child.plan.moves()) {
        if (move.to >= *lowest && ::fcntl(move.to, F_SETFD, 0) < 0 && errno != EBADF)
            return Step::FileDescriptors;
    }
    return Step::None;
}

} // namespace ForkFd::Internal::ChildDescriptors
