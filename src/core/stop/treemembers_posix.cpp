// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// POSIX lists no processes: all that can be known is whether the child's group has a process.

#include "core/stop/treemembers.h"

#include <cerrno>
#include <csignal>

namespace ForkFd::Internal {

struct TreeMembers::Private
{
    const pid_t root;
    bool hasGroup = false; ///< The group was not seen empty since its number was the child's.
};

TreeMembers::TreeMembers(pid_t root, Reach)
    : m_private(new Private{root})
{
}

TreeMembers::~TreeMembers() = default;

// When the child is reaped, the number may soon be another group's. But ESRCH is still reliable: if no
// group has the number, the child's group has no process. Another group can only delay this answer.
void TreeMembers::walk(bool isGroupHeld, Means)
{
    bool &hasGroup = m_private->hasGroup;
    hasGroup = isGroupHeld || (hasGroup && (::kill(-m_private->root, 0) == 0 || errno != ESRCH));
}

// A walk is cheap here.
bool TreeMembers::dropEnded()
{
    return m_private->hasGroup;
}

bool TreeMembers::isEmpty() const noexcept
{
    return !m_private->hasGroup;
}

bool TreeMembers::needsLooks() const noexcept
{
    return m_private->hasGroup;
}

int TreeMembers::descriptor() const noexcept
{
    return -1;
}

std::vector<pid_t> TreeMembers::numbers() const
{
    return {};
}

int TreeMembers::sendSignal(int, Whom) const noexcept
{
    return ESRCH;
}

void eraseTornDown(std::vector<pid_t> &)
{
}

// POSIX has no way to find out the name.
std::string nameOfProcess(pid_t)
{
    return {};
}

} // namespace ForkFd::Internal
