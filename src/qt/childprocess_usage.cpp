// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// The resources that a child and the processes in its scope use.

#include "qt/childprocess_p.h"

#include <memory>
#include <new>
#include <utility>

namespace ForkFd {

using namespace Internal;

/// While the child runs, returns what it and the other processes in signalScope() use at this moment.
/// After its end, returns what it has used, together with what the remaining processes of the group or
/// tree use.
///
/// - Process: the times of the child and of descendants that have ended and were waited for, and the
///   memory of the child alone.
/// - Group: the same for each process of the group, added up.
/// - Tree, with a control group: the times of all processes that were ever in it. wholeTree is true.
/// - Tree, without one: the same as with Group, for each process that a walk through `/proc` finds.
///
/// Without a control group, processes that have ended without being waited for are missing: orphans, and
/// those that died together with the child in a kill(). The start of the child decides which of these
/// cases applies.
///
/// With a control group that has the memory controller, residentBytes is `memory.current`, which
/// includes the file cache and the kernel's own memory for the tree, and maxResidentBytes is
/// `memory.peak` (Linux 5.19): the peak of all processes together. Only then is isTreePeak true.
/// Elsewhere residentBytes is the sum of the resident sizes, in which shared memory counts once for each
/// process that shares it. There maxResidentBytes is the largest of these values: the peak of each
/// process that lives now; once the child has ended, the peak of the child and of each descendant that
/// it has waited for (ExitInfo::maxResidentBytes() says what that includes: at least the memory that the
/// child shared with its parent before its exec); and, for a Tree, the result of an earlier call. If
/// processes start others all the time, wholeTree may be false even with a control group.
///
/// Reads files: with a control group a fixed number, plus one for each process of the group if the
/// memory controller is off; with a walk, one for each process of the system. Blocks for that long, and
/// while another thread of the library signals this child. Costs nothing until it is called, except that
/// the usage of a tree with a control group is read once at the end.
///
/// **Errors:** the result is empty before the first start and after a failed one, while a background
/// start is in progress, without `/proc`, on systems other than Linux until the child has ended, if
/// another part of the process has reaped the child, and for lack of descriptors or memory. \since 0.1
std::optional<ResourceUsage> ChildProcess::resourceUsage() const
{
    const std::optional<ProcessesUsage> usage = d->usage();
    if (!usage)
        return std::nullopt;
    return ResourceUsage{usage->userTime,         usage->systemTime,   usage->residentBytes,
                         usage->maxResidentBytes, usage->processCount, usage->isWhole,
                         usage->isPeakWhole};
}

std::optional<ProcessesUsage> ChildProcessPrivate::usage() const noexcept
{
    if (child)
        return child->usage(exitInfo ? &exitInfo.get() : nullptr);
    if (exitInfo->treeUsage)
        return *exitInfo->treeUsage;
    return exitInfo->hasUsage ? std::optional(usageOf(exitInfo.get())) : std::nullopt;
}

// The control group is about to be removed.
void ChildProcessPrivate::keepUsage() noexcept
try {
    if (!child->wantsTree() || !exitInfo)
        return;
    ChildEnd end(static_cast<const ExitInfo &>(exitInfo.get()));
    if (const std::optional<ProcessesUsage> usage = child->usage(&end))
        end.treeUsage = std::make_unique<const ProcessesUsage>(*usage);
    exitInfo.set(std::move(end));
} catch (const std::bad_alloc &) { // Then exitInfo has to do.
}

} // namespace ForkFd
