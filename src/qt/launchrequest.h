// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_QT_LAUNCHREQUEST_H
#define FORKFD_QT_LAUNCHREQUEST_H

#include "childsettings.h"

#include "../core/launchplan.h"

namespace ForkFd::Internal {

/// The core's form of the settings, in the bytes of the file system's encoding. A program that PATH does
/// not have gives an empty `executable`. A modifier is called where it stands: the settings must not
/// move while the request is in use.
LaunchRequest makeLaunchRequest(ChildSettings &settings);

} // namespace ForkFd::Internal

#endif
