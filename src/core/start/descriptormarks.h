// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_START_DESCRIPTORMARKS_H
#define FORKFD_CORE_START_DESCRIPTORMARKS_H

namespace ForkFd::Internal::DescriptorMarks {

/// Above the numbers of all descriptors that are open, as far as can be known; others may open more at
/// any time. Runs in the parent.
int endOfOpen() noexcept;

/// Makes every open descriptor from `lowest` on close-on-exec, looking at one number after another. It
/// ends where none was open among the last thousand beyond `end`: a soft limit that was lowered says
/// nothing of those that are open already.
// Runs in the child between clone and exec: async-signal-safe calls only.
void markEachFrom(int lowest, int end) noexcept;

} // namespace ForkFd::Internal::DescriptorMarks

#endif
