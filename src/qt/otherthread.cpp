// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "qt/otherthread.h"

#include "qt/messages.h"

#include <QtCore/QObject>
#include <QtCore/QThread>

namespace ForkFd::Internal {

void warnInOtherThread(const QObject &object, const char *function)
{
    const QThread *own = object.thread();
    if (own && own != QThread::currentThread())
        qCWarning(childProcessLog, "ChildProcess::%s: Called in another thread than that of the object",
                  function);
}

} // namespace ForkFd::Internal
