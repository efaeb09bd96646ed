// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_QT_PARENTENVIRONMENT_H
#define FORKFD_QT_PARENTENVIRONMENT_H

#include <QtCore/QProcessEnvironment>

#include <unistd.h>

namespace ForkFd::Internal {

/// Whether there is an array of variables. After clearenv(3) there is none, and Qt's functions would
/// crash.
inline bool hasEnvironment()
{
    return environ != nullptr;
}

/// The variables of this process.
inline QProcessEnvironment parentEnvironment()
{
    return hasEnvironment() ? QProcessEnvironment::systemEnvironment() : QProcessEnvironment();
}

} // namespace ForkFd::Internal

#endif
