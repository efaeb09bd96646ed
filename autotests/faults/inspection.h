// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_FAULTS_INSPECTION_H
#define FORKFD_FAULTS_INSPECTION_H

#include <map>
#include <string>
#include <vector>

#include <sys/types.h>

namespace Faults {

/// What a process has, as /proc shows it from outside: it need not do anything for that.
struct Belongings
{
    std::map<std::string, int>
        descriptors; ///< How many of each kind: "pipe", "anon_inode:[pidfd]", a file's name.
    std::string
        mask; ///< The blocked signals of its first thread; in hexadecimal digits, as the next two.
    std::string ignored;
    std::string caught;
    int threads = 0;
    int mappings = 0; ///< Areas of memory.

    static Belongings of(pid_t pid);
    /// Only those descriptors that there are more of here, and by how many.
    void subtract(const Belongings &before);
    /// Whether the same signals are blocked and ignored, for a message. Empty: yes.
    std::string signalChanges(const Belongings &before) const;
    /// What there is more of here than there, for a message. Empty: nothing.
    std::string beyond(const Belongings &other) const;
};

/// The children of a process, theirs, and so on; zombies too.
std::vector<pid_t> descendantsOf(pid_t pid);
/// "sleeping child 123, zombie 124", for a message.
std::string describe(const std::vector<pid_t> &processes);
/// What the threads of a process are doing, for a message about one that hangs.
std::string activityOf(pid_t pid);

/// The number of the process that a thread belongs to.
pid_t processOf(pid_t thread);

} // namespace Faults

#endif
