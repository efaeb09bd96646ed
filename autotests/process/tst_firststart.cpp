// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "forkfdtest.h"

#include <QtCore/QFile>
#include <QtCore/QTemporaryDir>

/// The first start of a process takes no lock that another thread may hold: neither the compiler's lock
/// for a static, which stays locked for ever in a forked copy, nor the dynamic loader's.
/// Holds: B4, S13.
class tst_FirstStart : public ProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void inForkedCopyOfAFirstStart();
    void inForkedCopyOfAFirstRun();
    void afterForkInAHandler();
    void withALockThatForkWaitsFor();
    void whileAPluginIsLoaded();
    void besideAFifoOfItsName();
};

void tst_FirstStart::initTestCase()
{
#ifndef FORKFD_TEST_INTERPOSES
    QSKIP("The started program replaces functions of libc.");
#endif
}

void tst_FirstStart::inForkedCopyOfAFirstStart()
{
    QCOMPARE(outcomeOf({{FORKFD_TEST_FIRSTSTART, "fork"}}), "exited with code 0");
}

// The thread pool that replaces Qt's was a static of a function.
void tst_FirstStart::inForkedCopyOfAFirstRun()
{
    QCOMPARE(outcomeOf({{FORKFD_TEST_FIRSTRUN, "copy"}}), "exited with code 0");
}

// The library's handler of pthread_atfork(3) waited for a lock that its own thread held.
void tst_FirstStart::afterForkInAHandler()
{
    QCOMPARE(outcomeOf({{FORKFD_TEST_FIRSTRUN, "handler"}}), "exited with code 0");
}

// The first run() waited for the end of a fork() that waited for the thread of this run().
void tst_FirstStart::withALockThatForkWaitsFor()
{
    QCOMPARE(outcomeOf({{FORKFD_TEST_FIRSTRUN, "lock"}}), "exited with code 0");
}

void tst_FirstStart::whileAPluginIsLoaded()
{
    if (!FORKFD_TEST_HAS_VFORK)
        QSKIP("Only on Linux the library knows without the loader where its code lies.");
    QCOMPARE(outcomeOf({{FORKFD_TEST_FIRSTSTART, "loader", FORKFD_TEST_WAITINGPLUGIN}}),
             "exited with code 0");
}

// The loader knows a program by the name with which it was executed, and opens that name again when
// asked for the program.
void tst_FirstStart::besideAFifoOfItsName()
{
    const QTemporaryDir directory;
    const QString name = directory.filePath(QStringLiteral("firststart"));
    QVERIFY(QFile::copy(QStringLiteral(FORKFD_TEST_FIRSTSTART), name));
    ForkFd::Command command{{"./firststart", "fifo"}};
    command.workingDirectory = directory.path().toStdString();
    QCOMPARE(outcomeOf(command), "exited with code 0");
}

QTEST_GUILESS_MAIN(tst_FirstStart)
#include "tst_firststart.moc"
