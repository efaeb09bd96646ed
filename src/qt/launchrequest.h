// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_QT_LAUNCHREQUEST_H
#define FORKFD_QT_LAUNCHREQUEST_H

#include "qt/childsettings.h"
#include "qt/standardstreams.h"

#include "core/start/failure.h"
#include "core/start/plan.h"
#include "core/stop/stoppablechild.h"

namespace ForkFd::Internal {

/// The core's form of the settings, in the bytes of the file system's encoding; findProgram() is still
/// to be called. A modifier is called where it stands: the settings must not move while the request is
/// in use.
LaunchRequest makeLaunchRequest(ChildSettings &settings, const ChildEnds &ends);

/// Searches the program in this value of PATH. The failure is QProcess's: it searches in the parent,
/// too, but only its child finds out.
LaunchFailure findProgram(LaunchRequest &request, const std::string &path);

/// What signals are to reach.
StoppableChild::Scope scopeOf(const StopSettings &settings);
/// Whether the options leave the child the process group that the scope needs.
bool isScopePossible(const ChildSettings &settings, const StopSettings &stopSettings);

} // namespace ForkFd::Internal

#endif
