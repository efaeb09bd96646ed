// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_GUARDIANTEST_H
#define FORKFD_GUARDIANTEST_H

#include <QtCore/QByteArray>
#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QList>

#include <unistd.h>

/// Looks at guardians from outside, through /proc.
namespace GuardianTest {

inline QByteArray fileOf(pid_t pid, const char *name)
{
    QFile file(QStringLiteral("/proc/%1/%2").arg(pid).arg(QLatin1String(name)));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// The living guardians of a program.
inline QList<pid_t> guardians(pid_t program = getpid())
{
    QList<pid_t> found;
    for (const QString &entry : QDir(QStringLiteral("/proc")).entryList(QDir::Dirs)) {
        const QByteArrayList words = fileOf(entry.toInt(), "cmdline").split('\0');
        if (words.value(0) == "forkfd-guardian" && words.value(1).toInt() == program)
            found.append(entry.toInt());
    }
    return found;
}

/// Whether the process has closed its files; it may be a zombie.
inline bool hasEnded(pid_t pid)
{
    const QByteArray status = fileOf(pid, "stat");
    return status.isEmpty() || status.contains(") Z");
}

/// What the process has for itself, in KiB.
inline int privateKiB(pid_t pid)
{
    int sum = 0;
    for (const QByteArray &line : fileOf(pid, "smaps_rollup").split('\n')) {
        if (line.startsWith("Private_"))
            sum += line.simplified().split(' ').value(1).toInt();
    }
    return sum;
}

inline QStringList descriptorsOf(pid_t pid)
{
    const QDir directory(QStringLiteral("/proc/%1/fd").arg(pid));
    QStringList targets;
    for (const QString &number :
         directory.entryList(QDir::AllEntries | QDir::System | QDir::NoDotAndDotDot)) {
        char target[256];
        const ssize_t size = readlink(qPrintable(directory.filePath(number)), target, sizeof target);
        if (size > 0)
            targets.append(QString::fromLocal8Bit(target, size));
    }
    return targets;
}

inline qsizetype descriptorCount(pid_t pid)
{
    return descriptorsOf(pid).size();
}

/// One line for each descriptor that a guardian does not need.
inline QByteArray foreignDescriptors(pid_t pid)
{
    QByteArray lines;
    int socketCount = 0;
    for (const QString &target : descriptorsOf(pid)) {
        const bool isSocket = target.startsWith(QLatin1String("socket:"));
        socketCount += isSocket ? 1 : 0;
        if (!isSocket && !target.startsWith(QLatin1String("anon_inode:"))
            && !target.startsWith(QLatin1String("pidfd:"))
            && !target.contains(QLatin1String("/forkfd-")))
            lines += target.toLocal8Bit() + '\n';
    }
    return socketCount == 1 ? lines : lines + "more than one socket\n";
}

} // namespace GuardianTest

#endif
