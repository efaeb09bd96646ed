// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_QT_OTHERTHREAD_H
#define FORKFD_QT_OTHERTHREAD_H

#include <QtCore/qglobal.h>

QT_BEGIN_NAMESPACE
class QObject;
QT_END_NAMESPACE

namespace ForkFd::Internal {

/// Warns if `function` of ChildProcess was called in another thread than that of `object`. With
/// QProcess, the classes that it uses give the warning.
void warnInOtherThread(const QObject &object, const char *function);

} // namespace ForkFd::Internal

#endif
