// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_STARTTHREADS_H
#define FORKFD_STARTTHREADS_H

#include "forkedcopy.h"

#include <QtCore/QDir>
#include <QtCore/QFile>

#include <algorithm>

/// Whether the library's thread of a start exists. With `call`, only if the thread is in that system
/// call.
inline bool startsGoOn(const QByteArray &call = {})
{
    const QDir tasks(QStringLiteral("/proc/self/task"));
    const QStringList numbers = tasks.entryList(QDir::Dirs | QDir::NoDotAndDotDot);
    const auto contentOf = [&tasks](const QString &number, const char *name) {
        QFile file(tasks.filePath(number + u'/' + QLatin1String(name)));
        return file.open(QFile::ReadOnly) ? file.readAll() : QByteArray();
    };
    return std::any_of(numbers.begin(), numbers.end(), [&](const QString &number) {
        return contentOf(number, "comm") == "forkfd-start\n"
            && (call.isEmpty() || contentOf(number, "syscall").startsWith(call + ' '));
    });
}

/// Whether all starts end within a minute, and no child is left.
inline bool startsComeToRest()
{
    return eventually([] { return !startsGoOn() && !hasChildren(); });
}

#endif
