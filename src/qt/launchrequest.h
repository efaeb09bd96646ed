// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_QT_LAUNCHREQUEST_H
#define FORKFD_QT_LAUNCHREQUEST_H

#include "../core/launchplan.h"

#include <QtCore/QProcessEnvironment>
#include <QtCore/QString>
#include <QtCore/QStringList>

namespace ForkFd::Internal {

/// The core's form of a program, its arguments, directory and environment, in the bytes of the file
/// system's encoding. A program that PATH does not have gives an empty `executable`.
LaunchRequest makeLaunchRequest(const QString &program, const QStringList &arguments,
                                const QString &workingDirectory, const QProcessEnvironment &environment);

} // namespace ForkFd::Internal

#endif
