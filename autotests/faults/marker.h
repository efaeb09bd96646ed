// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_FAULTS_MARKER_H
#define FORKFD_FAULTS_MARKER_H

#include <string_view>

#include <sys/prctl.h>

namespace Faults {

/// What a watched process tells the walker: by a system call that no kernel knows and the filter stops.
/// It returns when the walker has answered.
enum class Marker : int {
    Ready = 0x466B4600, ///< The scenario is about to begin.
    Begin, ///< It begins, once more.
    End, ///< It has ended; the text is its result.
    Pause, ///< The calls that follow are the scenario's, not the library's. Per thread; nests.
    Resume ///< They are the library's again.
};

inline void mark(Marker marker, std::string_view text = {}) noexcept
{
    prctl(static_cast<int>(marker), text.data(), text.size(), 0, 0);
}

} // namespace Faults

#endif
