// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_FAULTS_EXPECTED_H
#define FORKFD_FAULTS_EXPECTED_H

#include "fault.h"

#include <cstddef>
#include <optional>
#include <string>

namespace Faults {

/// The row of the table that explains this difference from a right result or a start error. None: the
/// result is wrong.
std::optional<std::size_t> expectedRow(const Fault &fault, const std::string &whatHappens);
/// Whether the fault may leave children that do not end, so that the walker need not wait for them.
bool mayLeaveChildren(const Fault &fault);
std::size_t expectedRowCount();
/// For a message: the patterns and the reason of a row.
std::string expectedRowText(std::size_t row);

} // namespace Faults

#endif
