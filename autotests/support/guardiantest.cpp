// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "guardiantest.h"

#include "testpipe.h"

#include <QtCore/QDir>
#include <QtCore/QFile>

#include <cerrno>

QByteArray GuardianTest::fileOf(pid_t pid, const char *name)
{
    QFile file(QStringLiteral("/proc/%1/%2").arg(pid).arg(QLatin1String(name)));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

QList<pid_t> GuardianTest::guardians(pid_t program)
{
    QList<pid_t> found;
    const QStringList entries = QDir(QStringLiteral("/proc")).entryList(QDir::Dirs);
    for (const QString &entry : entries) {
        const QByteArrayList words = fileOf(entry.toInt(), "cmdline").split('\0');
        if (words.value(0) == "forkfd-guardian" && words.value(1).toInt() == program)
            found.append(entry.toInt());
    }
    return found;
}

bool GuardianTest::hasEnded(pid_t pid)
{
    const QByteArray status = fileOf(pid, "stat");
    return status.isEmpty() || status.contains(") Z");
}

quint64 GuardianTest::startOf(pid_t pid)
{
    const QByteArray status = fileOf(pid, "stat");
    return status.mid(status.lastIndexOf(')') + 2).split(' ').value(19).toULongLong();
}

int GuardianTest::privateKiB(pid_t pid)
{
    int sum = 0;
    const QByteArrayList lines = fileOf(pid, "smaps_rollup").split('\n');
    for (const QByteArray &line : lines) {
        if (line.startsWith("Private_"))
            sum += line.simplified().split(' ').value(1).toInt();
    }
    return sum;
}

static QStringList descriptorsOf(pid_t pid)
{
    const QDir directory(QStringLiteral("/proc/%1/fd").arg(pid));
    const QStringList numbers =
        directory.entryList(QDir::AllEntries | QDir::System | QDir::NoDotAndDotDot);
    QStringList targets;
    for (const QString &number : numbers) {
        char target[256];
        const ssize_t size = readlink(qPrintable(directory.filePath(number)), target, sizeof target);
        if (size > 0)
            targets.append(QString::fromLocal8Bit(target, size));
    }
    return targets;
}

qsizetype GuardianTest::descriptorCount(pid_t pid)
{
    return descriptorsOf(pid).size();
}

QByteArray GuardianTest::foreignDescriptors(pid_t pid)
{
    QByteArray lines;
    int socketCount = 0;
    const QStringList targets = descriptorsOf(pid);
    for (const QString &target : targets) {
        const bool isSocket = target.startsWith(QLatin1String("socket:"));
        socketCount += isSocket ? 1 : 0;
        if (!isSocket && !target.startsWith(QLatin1String("anon_inode:"))
            && !target.startsWith(QLatin1String("pidfd:"))
            && !target.contains(QLatin1String("/forkfd-")))
            lines += target.toLocal8Bit() + '\n';
    }
    return socketCount == 1 ? lines : lines + "more than one socket\n";
}

void GuardianTest::expectTreeDied(const QByteArray &result, Lifeline &lifeline)
{
    lifeline.letGo();
    QVERIFY2(result.contains("wait status 9"), result.constData());
    QVERIFY(lifeline.comesToBeCut());
}

std::optional<ForkFd::Child> GuardianTest::startTree(const Lifeline &lifeline,
                                                     std::vector<std::string> words)
{
    const TestPipe ready;
    words.insert(words.begin(), FORKFD_TEST_CHILD);
    auto process = ForkFd::spawn({.argv = words},
                                 {.fileDescriptors = {{3, ready.writeEnd()}, lifeline.asDescriptor()},
                                  .treeDiesWithParent = true});
    if (process)
        ready.read();
    return process;
}

std::optional<ForkFd::Child> GuardianTest::startBranch(const Lifeline &lifeline, const char *branch)
{
    return startTree(lifeline, {"branch", branch, "stamp", "3", "sleep"});
}

void GuardianTest::initTestCase()
{
    if (FORKFD_TEST_HAS_VFORK)
        return;
    QCOMPARE(outcomeOf(child({}), {.treeDiesWithParent = true}),
             text(ForkFd::StartError{"treeDiesWithParent", ENOTSUP}));
    QCOMPARE(outcomeOf(child({"exit", "3"}), {.treeDiesWithParentIfPossible = true}),
             "exited with code 3");
    QSKIP("POSIX knows nothing of this.");
}
