// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_START_CHILD_DESCRIPTORS_H
#define FORKFD_CORE_START_CHILD_DESCRIPTORS_H

#include "core/start/failure.h"

namespace ForkFd::Internal {

struct ProgramContext;

/// Gives the child its descriptors. The functions that return a step return the one that failed, with
/// errno, or Step::None.
// Runs in the child between clone and exec: async-signal-safe calls only.
namespace ChildDescriptors {

/// Closes the write ends that belong to other children or to the parent: this child may take long.
void closeForeignWriteEnds(ProgramContext &child) noexcept;

/// Duplicates each descriptor that a later dup2() would overwrite.
Step stepAside(ProgramContext &child) noexcept;

/// Call the next two after stepAside().
Step placeChannels(const ProgramContext &child) noexcept;
Step placeMapped(const ProgramContext &child) noexcept;

/// If the plan asks for it, makes all descriptors that the plan does not name close-on-exec. Does not
/// close them: the child still needs one of them to report a failed exec.
Step closeUnmapped(const ProgramContext &child) noexcept;

} // namespace ChildDescriptors

} // namespace ForkFd::Internal

#endif
