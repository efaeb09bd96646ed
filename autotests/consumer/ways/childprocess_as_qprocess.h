// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef CHILDPROCESS_AS_QPROCESS_H
#define CHILDPROCESS_AS_QPROCESS_H

// The macro must not change Qt's headers. So include those that name QProcess first.
#include <ForkFd/ChildProcess>
#include <QtCore/QProcess>

#define QProcess ForkFd::ChildProcess

#endif
