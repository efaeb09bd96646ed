// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_BASE_SIGNALRESULT_H
#define FORKFD_CORE_BASE_SIGNALRESULT_H

#include <cerrno>

namespace ForkFd::Internal {

/// The result of several signals: 0 if one was sent, otherwise the first errno other than ESRCH,
/// otherwise ESRCH.
class SignalResult
{
public:
    void add(int errorCode) noexcept
    {
        if (errorCode == 0 || m_errorCode == ESRCH)
            m_errorCode = errorCode;
    }
    int errorCode() const noexcept { return m_errorCode; }

private:
    int m_errorCode = ESRCH;
};

} // namespace ForkFd::Internal

#endif
