// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_STARTTHREADS_H
#define FORKFD_STARTTHREADS_H

#include "forkedcopy.h"

#include <QtCore/QDir>
#include <QtCore/QFile>

#include <algorithm>

/// Whether the library's thread of a start exists.
inline bool startsGoOn()
{
    const QDir tasks(QStringLiteral("/proc/self/task"));
    const QStringList numbers = tasks.entryList(QDir::Dirs | QDir::NoDotAndDotDot);
    return std::any_of(numbers.begin(), numbers.end(), [&tasks](const QString &number) {
        QFile name(tasks.filePath(number + QStringLiteral("/comm")));
        return name.open(QFile::ReadOnly) && name.readAll() == "forkfd-start\n";
    });
}

/// Whether all starts end within a minute, and no child is left.
inline bool startsComeToRest()
{
    return eventually([] { return !startsGoOn() && !hasChildren(); });
}

#endif
