// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_SURROUNDINGS_LEFTOVERS_H
#define FORKFD_SURROUNDINGS_LEFTOVERS_H

#include <array>
#include <csignal>
#include <map>
#include <string>

#include <sys/types.h>

namespace Surroundings {

/// What the process has now. Needs neither /proc nor a free descriptor.
class Belongings
{
public:
    static Belongings now();
    /// Waits until nothing changes any more, but not long: the library may not have noticed yet that its
    /// last children have ended.
    static Belongings settled();
    /// What has changed since, in one line: "nothing" if nothing has.
    std::string changedIn(const Belongings &later) const;

private:
    std::map<int, ino_t> m_descriptors; ///< By number, the inode of each open descriptor.
    std::array<void (*)(int), NSIG> m_handlers = {};
    std::array<bool, NSIG> m_isBlocked = {};
    bool m_hasChildren = false;
};

/// Waits until nothing has changed, but not long: the library may need a moment to reap a child.
std::string leftSince(const Belongings &before);

} // namespace Surroundings

#endif
