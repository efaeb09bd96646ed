// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_START_FAILURE_H
#define FORKFD_CORE_START_FAILURE_H

#include <ForkFd/export.h>
#include <ForkFd/spawn.h>

#include <array>
#include <cstdint>
#include <string>
#include <utility>

namespace ForkFd::Internal {

/// The parts of a start that can fail. From FileDescriptors on, the members of LaunchOptions.
enum class Step : std::uint8_t {
    None,
    Program,
    Argument,
    Environment,
    Backend,
    Descriptors,
    Clone,
    Channels,
    WorkingDirectory,
    Modifier,
    UnixProcessParameters,
    SignalScope,
    Exec,
    Canceled,
    FileDescriptors,
    NewSession,
    ProcessGroup,
    ControllingTerminal,
    ResourceLimits,
    NiceValue,
    Umask,
    CpuAffinity,
    OomScoreAdjust,
    UserId,
    GroupId,
    SupplementaryGroups,
    ControlGroup,
    DieWithParent,
    NoNewPrivileges,
    PseudoTerminal,
    ArgumentZero,
    ParentDeathSignal,
    TreeDiesWithParent
};

/// StartError::step; null for None.
FORKFD_EXPORT const char *nameOf(Step step) noexcept;

/// A step that failed, and its errno.
struct FailedStep
{
    Step step = Step::None;
    int errorCode = 0;

    explicit operator bool() const noexcept { return step != Step::None; }
};

/// Text that needs no allocation; longer text is cut off.
using ShortText = std::array<char, 256>;

/// A child's report of its failure. Plain bytes, because the child must not allocate.
struct ReportedFailure : FailedStep
{
    bool modifierThrew = false; ///< With step Modifier: it threw an exception.
    ShortText details = {}; ///< The modifier's reason, or the function that failed; may be empty.
};

/// Why a start has failed, with the names that the parent adds.
struct FORKFD_EXPORT StartFailure : ReportedFailure
{
    StartFailure() = default;
    /// Found out by the parent.
    StartFailure(Step itsStep, int itsErrorCode, std::string itsSubject = {}) noexcept
        : StartFailure(FailedStep{itsStep, itsErrorCode})
    {
        subject = std::move(itsSubject);
    }
    StartFailure(FailedStep failed) noexcept
        : ReportedFailure{failed}
    {
    }
    /// Reported by the child.
    StartFailure(const ReportedFailure &reported) noexcept
        : ReportedFailure(reported)
        , isInChild(true)
    {
    }

    /// Whether ChildProcess reports the failure inside start(), as QProcess does.
    bool isToldInsideStart() const noexcept;
    StartError error() const { return {nameOf(step), errorCode, subject}; }

    std::string subject; ///< StartError::subject.
    bool isInChild = false; ///< It happened in a child.
    int redirectedStream = -1; ///< With step Channels: the standard stream whose file cannot be opened.
    /// With step Exec, if an interpreter cannot be executed: its path and the file that names it.
    std::string interpreter;
    std::string interpreted;
};

} // namespace ForkFd::Internal

#endif
