// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_STOP_TREETICKET_H
#define FORKFD_CORE_STOP_TREETICKET_H

#include "core/base/uniquefd.h"

#include <cstdint>
#include <memory>

namespace ForkFd::Internal {

/// A child uses it to tell the guardian that it leads a tree, before it executes its program.
struct TreeTicket
{
    using Line = std::shared_ptr<const UniqueFd>;

    explicit operator bool() const noexcept { return static_cast<bool>(line); }

    Line line = {}; ///< The socket stays open as long as a ticket names it. Null: there is no guardian.
    std::uint64_t tree = 0;
    bool usesPidFds = false;
};

} // namespace ForkFd::Internal

#endif
