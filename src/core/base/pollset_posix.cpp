// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/base/pollset_backend.h"

namespace ForkFd::Internal {

bool PollSet::open() noexcept
{
    m_private = Private::makePolling();
    return m_private != nullptr;
}

} // namespace ForkFd::Internal
