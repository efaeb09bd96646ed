// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_LAUNCHFAILURE_H
#define FORKFD_LAUNCHFAILURE_H

#include <ForkFd/spawn.h>

#include <array>

namespace ForkFd::Internal {

/// Text that needs no allocation; what is too long for it is cut off.
using ShortText = std::array<char, 256>;

/// Why a start has failed, in full.
struct LaunchFailure
{
    StartError error = {};
    bool isInChild = false; ///< It got as far as to have a child.
    bool modifierThrew = false; ///< With step `modifier`: it was left by an exception.
    ShortText details = {}; ///< What the modifier said, or the function that failed; may be empty.
};

} // namespace ForkFd::Internal

#endif
