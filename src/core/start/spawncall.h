// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_START_SPAWNCALL_H
#define FORKFD_CORE_START_SPAWNCALL_H

#include <spawn.h>
#include <sys/types.h>

namespace ForkFd::Internal {

/// The arguments of posix_spawn(3) or posix_spawnp(3).
struct SpawnCall
{
    bool searchesPath;
    const char *path;
    const posix_spawn_file_actions_t *actions; ///< May be null.
    const posix_spawnattr_t *attributes; ///< May be null.
    char *const *argv;
    char *const *envp;

    /// Whether the child becomes the leader of a new process group.
    bool leadsGroup() const
    {
        short flags = 0;
        pid_t group = -1;
        return attributes && ::posix_spawnattr_getflags(attributes, &flags) == 0
            && (flags & POSIX_SPAWN_SETPGROUP) != 0
            && ::posix_spawnattr_getpgroup(attributes, &group) == 0 && group == 0;
    }

    /// Starts the program. Returns 0 or an errno.
    int start(pid_t *pid) const
    {
        return (searchesPath ? ::posix_spawnp : ::posix_spawn)(pid, path, actions, attributes, argv,
                                                               envp);
    }
};

} // namespace ForkFd::Internal

#endif
