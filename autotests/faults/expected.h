// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_FAULTS_EXPECTED_H
#define FORKFD_FAULTS_EXPECTED_H

#include "fault.h"

#include <cstddef>
#include <optional>
#include <string>

namespace Faults {

/// The row of the table of what differs, with a reason, from a right result or a start error. Nothing:
/// it is wrong.
std::optional<std::size_t> expectedRow(const Fault &fault, const std::string &whatHappens);
/// Whether that may leave children that do not end; they need not be waited for.
bool mayLeaveChildren(const Fault &fault);
std::size_t expectedRowCount();
/// For a message: what the row stands for, and why.
std::string expectedRowText(std::size_t row);

} // namespace Faults

#endif
