// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/base/waitstatus.h"

#include <sys/wait.h>

namespace ForkFd::Internal {

bool isEnd(const siginfo_t &info) noexcept
{
    return info.si_code == CLD_EXITED || info.si_code == CLD_KILLED || info.si_code == CLD_DUMPED;
}

ExitInfo exitInfoOf(const siginfo_t &info) noexcept
{
    ExitInfo result;
    if (info.si_code == CLD_EXITED) {
        result.reason = ExitInfo::Exited;
        result.code = info.si_status;
    } else {
        result.reason = ExitInfo::Signaled;
        result.signal = info.si_status;
        result.coreDumped = info.si_code == CLD_DUMPED;
    }
    return result;
}

ExitInfo exitInfoOfWaitStatus(int status) noexcept
{
    ExitInfo result;
    if (WIFEXITED(status)) {
        result.reason = ExitInfo::Exited;
        result.code = WEXITSTATUS(status);
    } else {
        result.reason = ExitInfo::Signaled;
        result.signal = WTERMSIG(status);
        result.coreDumped = WCOREDUMP(status);
    }
    return result;
}

} // namespace ForkFd::Internal
