// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// POSIX lists no processes: all that can be known is whether the child's group has a process.

#include "core/stop/treemembers.h"

#include <cerrno>

namespace ForkFd::Internal {

struct TreeMembers::Private
{
    bool isGroupHeld = false;
};

TreeMembers::TreeMembers(pid_t, Reach)
    : m_private(std::make_unique<Private>())
{
}

TreeMembers::~TreeMembers() = default;

void TreeMembers::walk(bool isGroupHeld, Means)
{
    m_private->isGroupHeld = isGroupHeld;
}

// A walk is cheap here.
bool TreeMembers::dropEnded()
{
    return m_private->isGroupHeld;
}

bool TreeMembers::isEmpty() const noexcept
{
    return !m_private->isGroupHeld;
}

bool TreeMembers::needsLooks() const noexcept
{
    return m_private->isGroupHeld;
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

// POSIX has no way to ask for it.
std::string nameOfProcess(pid_t)
{
    return {};
}

} // namespace ForkFd::Internal
