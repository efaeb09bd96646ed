// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_START_DESCRIPTORMARKS_H
#define FORKFD_CORE_START_DESCRIPTORMARKS_H

namespace ForkFd::Internal::DescriptorMarks {

/// Returns a number above all open descriptors, as far as can be known: other threads may open more at
/// any time. Runs in the parent.
int endOfOpen() noexcept;

/// Makes every open descriptor from `lowest` on close-on-exec, one number after another. Stops beyond
/// `end`, after 1024 numbers in a row that are not open: descriptors stay open above a soft limit that
/// was lowered.
// Runs in the child between clone and exec: async-signal-safe calls only.
void markEachFrom(int lowest, int end) noexcept;

} // namespace ForkFd::Internal::DescriptorMarks

#endif
