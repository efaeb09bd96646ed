// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_NAMEDTHREADS_H
#define FORKFD_NAMEDTHREADS_H

#include <QtCore/QByteArray>
#include <QtCore/QDir>
#include <QtCore/QFile>

#include <algorithm>

/// How many threads of this process have the name. With `call`, only those that are in the system call
/// with this number. The threads of the library have names that begin with "forkfd-".
inline int threadsNamed(const QByteArray &name, const QByteArray &call = {})
{
    const QDir tasks(QStringLiteral("/proc/self/task"));
    const QStringList numbers = tasks.entryList(QDir::Dirs | QDir::NoDotAndDotDot);
    const auto contentOf = [&tasks](const QString &number, const char *file) {
        QFile content(tasks.filePath(number + u'/' + QLatin1String(file)));
        return content.open(QFile::ReadOnly) ? content.readAll() : QByteArray();
    };
    return static_cast<int>(std::count_if(numbers.begin(), numbers.end(), [&](const QString &number) {
        return contentOf(number, "comm") == name + '\n'
            && (call.isEmpty() || contentOf(number, "syscall").startsWith(call + ' '));
    }));
}

#endif
