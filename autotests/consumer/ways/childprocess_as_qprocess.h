// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef CHILDPROCESS_AS_QPROCESS_H
#define CHILDPROCESS_AS_QPROCESS_H

// The macro must not reach into Qt's own headers: those that name QProcess come before it.
#include <ForkFd/ChildProcess>
#include <QtCore/QProcess>

#define QProcess ForkFd::ChildProcess

#endif
