// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_NAMEDTHREADS_H
#define FORKFD_NAMEDTHREADS_H

#include <QtCore/QByteArray>
#include <QtCore/QDir>
#include <QtCore/QFile>

#include <algorithm>

/// How many threads of this process have the name, and are in a system call for which `isWanted` is
/// true: it gets the line of /proc/PID/syscall, which begins with the number of the call, or is
/// "running". The threads of the library have names that begin with "forkfd-".
template<typename Predicate>
int threadsNamed(const QByteArray &name, Predicate isWanted)
{
    const QDir tasks(QStringLiteral("/proc/self/task"));
    const QStringList numbers = tasks.entryList(QDir::Dirs | QDir::NoDotAndDotDot);
    const auto contentOf = [&tasks](const QString &number, const char *file) {
        QFile content(tasks.filePath(number + u'/' + QLatin1String(file)));
        return content.open(QFile::ReadOnly) ? content.readAll() : QByteArray();
    };
    return static_cast<int>(std::count_if(numbers.begin(), numbers.end(), [&](const QString &number) {
        return contentOf(number, "comm") == name + '\n' && isWanted(contentOf(number, "syscall"));
    }));
}
inline int threadsNamed(const QByteArray &name)
{
    return threadsNamed(name, [](const QByteArray &) { return true; });
}

#endif
