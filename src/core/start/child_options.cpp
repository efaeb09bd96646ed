// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// Everything in this file runs in the child between clone and exec: async-signal-safe calls only, no
// allocation, no lock. Built without sanitizers, like child.cpp.

#include "core/start/child_options.h"

#include "core/start/child.h"
#include "core/start/child_calls.h"
#include "core/start/childfd.h"

#include <cerrno>
#include <span>

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace ForkFd::Internal {

namespace {

bool makeSession(const ProgramContext &child) noexcept
{
    return !child.plan.options().newSession || ::setsid() >= 0;
}

bool joinGroup(const ProgramContext &child) noexcept
{
    const std::optional<pid_t> group = child.plan.processGroup();
    return !group || ::setpgid(0, *group) == 0;
}

// In a background process group, the child would be stopped as soon as it reads from the terminal that
// it shares with us, or changes its settings (POSIX, "11.1.4 Terminal Access Control"). That applies to
// a controlling terminal only. The child's descriptors of the terminal stay usable.
bool leaveTerminal(const ProgramContext &child) noexcept
{
    if (!child.plan.leavesTerminal())
        return true;
    // ENOTTY: the descriptor does not lead to the controlling terminal.
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (::ioctl(fd, TIOCNOTTY) == 0)
            return true;
    }
    const ChildFd terminal(::open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC));
    if (terminal)
        return ::ioctl(terminal.get(), TIOCNOTTY) == 0;
    // ENXIO: the child has no controlling terminal (tty(4)). If /dev/tty is missing or may not be
    // opened, the program cannot use it for prompts either.
    return errno == ENXIO || errno == ENODEV || errno == ENOENT || errno == EACCES || errno == EPERM;
}

bool takeTerminal(const ProgramContext &child) noexcept
{
    return child.controllingTerminal < 0 || ::ioctl(child.controllingTerminal, TIOCSCTTY, 0) == 0;
}

bool joinControlGroup(const ProgramContext &child) noexcept
{
    return child.controlGroup < 0 || ChildCalls::joinControlGroup(child.controlGroup);
}

bool adjustOomScore(const ProgramContext &child) noexcept
{
    const std::string &score = child.plan.oomScoreText();
    return score.empty() || ChildCalls::setOomScore(score.data(), score.size());
}

bool limitResources(const ProgramContext &child) noexcept
{
    for (const ResourceLimit &limit : child.plan.options().resourceLimits) {
        if (!ChildCalls::setLimit(limit))
            return false;
    }
    return true;
}

bool setNiceValue(const ProgramContext &child) noexcept
{
    const std::optional<int> &nice = child.plan.options().niceValue;
    return !nice || ::setpriority(PRIO_PROCESS, 0, *nice) == 0;
}

bool setUmask(const ProgramContext &child) noexcept
{
    if (const std::optional<mode_t> &mask = child.plan.options().umask)
        ::umask(*mask);
    return true;
}

bool chooseProcessors(const ProgramContext &child) noexcept
{
    const std::vector<unsigned long> &mask = child.plan.cpuMask();
    return mask.empty() || ChildCalls::setAffinity(mask.data(), mask.size() * sizeof mask.front());
}

struct Option
{
    Step step;
    bool (*apply)(const ProgramContext &) noexcept;
};

// The order is part of the interface.
constexpr Option joinOptions[] = {
    {Step::NewSession, makeSession},
    {Step::ProcessGroup, joinGroup},
    {Step::SignalScope, leaveTerminal},
    {Step::ControllingTerminal, takeTerminal},
    {Step::ControlGroup, joinControlGroup},
    {Step::OomScoreAdjust, adjustOomScore}, // Needs a descriptor.
};

// RLIMIT_NICE comes before the nice value that it limits.
constexpr Option limitOptions[] = {
    {Step::ResourceLimits, limitResources},
    {Step::NiceValue, setNiceValue},
    {Step::Umask, setUmask},
    {Step::CpuAffinity, chooseProcessors},
};

Step applyAll(std::span<const Option> options, const ProgramContext &child) noexcept
{
    for (const Option &option : options) {
        if (!option.apply(child))
            return option.step;
    }
    return Step::None;
}

} // namespace

Step ChildOptions::join(const ProgramContext &child) noexcept
{
    return applyAll(joinOptions, child);
}

Step ChildOptions::limit(const ProgramContext &child) noexcept
{
    return applyAll(limitOptions, child);
}

Step ChildOptions::takeIdentity(const ProgramContext &child) noexcept
{
    const LaunchOptions &options = child.plan.options();
    // The user comes last: setting the groups needs root's privileges.
    if (const auto &groups = options.supplementaryGroups;
        groups && !ChildCalls::setGroups(groups->data(), groups->size()))
        return Step::SupplementaryGroups;
    if (options.groupId && !ChildCalls::setGroupId(*options.groupId))
        return Step::GroupId;
    if (options.userId && !ChildCalls::setUserId(*options.userId))
        return Step::UserId;
    if (options.dieWithParent && !ChildCalls::dieWithParent(child.parent, options.parentDeathSignal))
        return Step::DieWithParent;
    if (options.noNewPrivileges && !ChildCalls::renouncePrivileges())
        return Step::NoNewPrivileges;
    return Step::None;
}

} // namespace ForkFd::Internal
