// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_QT_PARENTENVIRONMENT_H
#define FORKFD_QT_PARENTENVIRONMENT_H

#include <QtCore/QProcessEnvironment>

#include <unistd.h>

namespace ForkFd::Internal {

/// The variables of this process. After clearenv(3) there is no array of them, and Qt would crash.
inline QProcessEnvironment parentEnvironment()
{
    return environ ? QProcessEnvironment::systemEnvironment() : QProcessEnvironment();
}

} // namespace ForkFd::Internal

#endif
