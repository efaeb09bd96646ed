// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "testcgroups.h"

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtTest/QTest>

#include <atomic>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

std::atomic<bool> areRefused;

// The mount point of cgroup v2, or empty.
QString mountPoint()
{
    QFile file(QStringLiteral("/proc/self/mounts"));
    if (!file.open(QIODevice::ReadOnly))
        return {};
    for (const QByteArray &line : file.readAll().split('\n')) {
        const QByteArrayList words = line.split(' ');
        if (words.value(2) == "cgroup2")
            return QString::fromLocal8Bit(words[1]);
    }
    return {};
}

} // namespace

// Interposes libc's function, for the library too.
extern "C" int mkdir(const char *path, mode_t mode) noexcept
{
    if (areRefused && std::strstr(path, "/forkfd-")) {
        errno = EACCES;
        return -1;
    }
    return static_cast<int>(syscall(SYS_mkdirat, AT_FDCWD, path, mode));
}

namespace TestCgroups {

QString ownDirectory()
{
    QFile file(QStringLiteral("/proc/self/cgroup"));
    if (mountPoint().isEmpty() || !file.open(QIODevice::ReadOnly))
        return {};
    for (const QByteArray &line : file.readAll().split('\n')) {
        if (line.startsWith("0::"))
            return mountPoint() + QString::fromLocal8Bit(line.mid(3));
    }
    return {};
}

bool canBeMade()
{
    if (FORKFD_TEST_PORTABLE) // The library makes none: POSIX has no cgroups.
        return false;
    const QByteArray path = QFile::encodeName(ownDirectory() + QStringLiteral("/test-%1").arg(getpid()));
    if (ownDirectory().isEmpty() || mkdir(path.constData(), 0755) != 0)
        return false;
    const pid_t pid = fork();
    if (pid == 0) {
        const int file = open((path + "/cgroup.procs").constData(), O_WRONLY);
        _exit(write(file, "0", 1) == 1 && access((path + "/cgroup.kill").constData(), W_OK) == 0 ? 0
                                                                                                 : 1);
    }
    int status = -1;
    waitpid(pid, &status, 0);
    rmdir(path.constData());
    return status == 0;
}

void addTrees()
{
    QTest::addColumn<bool>("hasCgroup");
    if (canBeMade())
        QTest::newRow("cgroup") << true;
    QTest::newRow("walk") << false;
}

QStringList left(qint64 pid)
{
    const QString pattern = QStringLiteral("forkfd-%1-*").arg(pid);
    return ownDirectory().isEmpty() ? QStringList()
                                    : QDir(ownDirectory()).entryList({pattern}, QDir::Dirs);
}

QString prepareBelow(const QString &name)
{
    const QString path = ownDirectory() + u'/' + name + QStringLiteral("/prepared");
    return QDir().mkdir(path) ? path : QString();
}

void remove(const QString &name)
{
    QDir(ownDirectory()).rmdir(name);
}

bool makeReadOnly()
{
    return mount(nullptr, QFile::encodeName(mountPoint()).constData(), nullptr,
                 MS_REMOUNT | MS_BIND | MS_RDONLY, nullptr)
        == 0;
}

Refusal::Refusal(bool isWanted)
{
    areRefused = isWanted;
}

Refusal::~Refusal()
{
    areRefused = false;
}

} // namespace TestCgroups
