// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/start/failure.h"

#include <iterator>

namespace ForkFd::Internal {

namespace {

struct StepInfo
{
    const char *name;
    /// Failures of the parent are reported inside start(), failures of the child later. These are
    /// exceptions, as in QProcess, which changes the directory in the parent.
    bool isAlwaysToldInsideStart = false;
};

// In the order of the enumeration.
constexpr StepInfo steps[] = {
    {nullptr},
    {"program"},
    {"argument"},
    {"environment"},
    {"backend"},
    {"descriptors", true},
    {"clone"},
    {"channels"},
    {"workingDirectory", true},
    {"modifier"},
    {"unixProcessParameters"},
    {"signalScope"},
    {"exec"},
    {"canceled"},
    {"fileDescriptors"},
    {"newSession"},
    {"processGroup"},
    {"controllingTerminal"},
    {"resourceLimits"},
    {"niceValue"},
    {"umask"},
    {"cpuAffinity"},
    {"oomScoreAdjust"},
    {"userId"},
    {"groupId"},
    {"supplementaryGroups"},
    {"controlGroup"},
    {"dieWithParent"},
    {"noNewPrivileges"},
    {"pseudoTerminal"},
    {"argumentZero"},
    {"parentDeathSignal"},
    {"treeDiesWithParent"},
};
static_assert(std::size(steps) == static_cast<std::size_t>(Step::TreeDiesWithParent) + 1);

const StepInfo &infoOf(Step step) noexcept
{
    return steps[static_cast<std::size_t>(step)];
}

} // namespace

const char *nameOf(Step step) noexcept
{
    return infoOf(step).name;
}

bool StartFailure::isToldInsideStart() const noexcept
{
    return !isInChild || infoOf(step).isAlwaysToldInsideStart;
}

} // namespace ForkFd::Internal
