// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_FAULTS_INSPECTION_H
#define FORKFD_FAULTS_INSPECTION_H

#include <map>
#include <string>
#include <vector>

#include <sys/types.h>

namespace Faults {

/// The belongings of a process, read from /proc without its help.
struct Belongings
{
    std::map<std::string, int>
        descriptors; ///< The count of each kind: "pipe", "anon_inode:[pidfd]", a file's name.
    std::string mask; ///< The blocked signals of its first thread, in hexadecimal, as the next two.
    std::string ignored;
    std::string caught;
    int threads = 0;
    int mappings = 0; ///< Areas of memory.

    static Belongings of(pid_t pid);
    /// Keeps only the descriptors that exceed those in `before`.
    void subtract(const Belongings &before);
    /// The differences of the blocked and ignored signals, for a message. Empty: none.
    std::string signalChanges(const Belongings &before) const;
    /// The surplus over `other`, for a message. Empty: none.
    std::string beyond(const Belongings &other) const;
};

/// All descendants of a process, zombies too.
std::vector<pid_t> descendantsOf(pid_t pid);
/// "sleeping child 123, zombie 124", for a message.
std::string describe(const std::vector<pid_t> &processes);
/// The activity of the threads of a process, for a message about a hang.
std::string activityOf(pid_t pid);

/// The number of the process that a thread belongs to.
pid_t processOf(pid_t thread);

} // namespace Faults

#endif
