// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_EXAMPLES_SIGNALNAME_H
#define FORKFD_EXAMPLES_SIGNALNAME_H

#include <optional>
#include <string>
#include <string_view>

/// Returns the signal that `text` names: "TERM", "SIGTERM", "sigterm", "15", "RTMIN+1" or "RTMAX-1".
std::optional<int> signalNumberOf(std::string_view text);

/// Returns the name of a signal, such as "SIGTERM" or "SIGRTMIN+1"; without a name, its number.
std::string nameOfSignal(int number);

#endif
