// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// Systems without a guardian.

#include "core/stop/guardian.h"

#include <cerrno>

namespace ForkFd::Internal {

namespace {

constinit OnePerProcess<Guardian> guardians;

} // namespace

Guardian &Guardian::findOrMake(Launch program)
{
    return *guardians.findOrMake([program] { return std::make_unique<Guardian>(program, uid_t()); });
}

int Guardian::open(const PrivateCgroup &, bool, TreeTicket &)
{
    return ENOTSUP;
}

void Guardian::keep(const TreeTicket &, ExitWatch &, PrivateCgroup) noexcept
{
}

void Guardian::close(const TreeTicket &) noexcept
{
}

} // namespace ForkFd::Internal
