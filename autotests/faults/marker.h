// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_FAULTS_MARKER_H
#define FORKFD_FAULTS_MARKER_H

#include <string_view>

#include <sys/prctl.h>

namespace Faults {

/// The messages of a watched process to the walker: options of prctl(2) that no kernel knows, at which
/// the filter stops the call. The call returns when the walker has answered.
enum class Marker : int {
    Ready = 0x466B4600, ///< The process is ready to play the scenario.
    Begin, ///< A cycle begins.
    End, ///< It has ended. The text is its result.
    Pause, ///< The following calls are the scenario's, not the library's. Per thread; nests.
    Resume, ///< The calls are the library's again.
    Allocation ///< The library wants memory; the text is the name of its function. An error: it gets
               ///< none.
};

/// Returns 0, or -1 with errno if the walker says so.
inline int mark(Marker marker, std::string_view text = {}) noexcept
{
    return prctl(static_cast<int>(marker), text.data(), text.size(), 0, 0);
}

} // namespace Faults

#endif
