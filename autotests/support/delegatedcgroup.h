// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_DELEGATEDCGROUP_H
#define FORKFD_DELEGATEDCGROUP_H

#include "testcontrolgroup.h"

#include <string>

#include <fcntl.h>
#include <unistd.h>

/// The ordinary user that becomeOrdinaryUser() becomes.
inline constexpr uid_t nobody = 65534;

/// Gives the cgroup to a user, who may then make cgroups in it and move processes below it (cgroups(7),
/// "Delegation"). Only root may.
inline bool delegate(const std::string &path, uid_t user = nobody)
{
    return chown(path.c_str(), user, user) == 0
        && chown((path + "/cgroup.procs").c_str(), user, user) == 0;
}

/// Moves this process to the cgroup.
inline bool enterCgroup(const std::string &path)
{
    const int file = open((path + "/cgroup.procs").c_str(), O_WRONLY | O_CLOEXEC);
    const bool hasEntered = file >= 0 && write(file, "0", 1) == 1;
    close(file);
    return hasEntered;
}

/// In a forked copy: root goes to the cgroup, and becomes an ordinary user who may read all. False if it
/// cannot go there.
inline bool becomeOrdinaryUserIn(const TestControlGroup &group)
{
    if (!enterCgroup(group.path()))
        return false;
    becomeOrdinaryUserWhoMayReadAll();
    return true;
}

#endif
