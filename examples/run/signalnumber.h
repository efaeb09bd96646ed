// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_EXAMPLES_RUN_SIGNALNUMBER_H
#define FORKFD_EXAMPLES_RUN_SIGNALNUMBER_H

#include <optional>
#include <string>
#include <string_view>

/// Returns the signal that `text` names: "TERM", "SIGTERM", "sigterm" or "15".
std::optional<int> signalNumberOf(std::string_view text);

/// Returns the name of a signal, such as "SIGTERM"; without a name, its number.
std::string nameOfSignal(int number);

#endif
