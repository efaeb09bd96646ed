// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "forkedcopy.h"
#include "slowstarttest.h"
#include "systemcallfilter.h"
#include "testpipe.h"

#include <QtCore/QDir>
#include <QtCore/QTemporaryDir>

#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>

using ForkFd::RunOptions;
using ForkFd::RunResult;
using ForkFd::StartError;

/// A start of run() uses the caller's directory, environment and descriptors as they were at the call.
/// Holds: L15.
class tst_CallersState : public SlowStartTest
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { prepareSlowStarts(); }
    void copiesWhatItNeeds();
    void relativeControlGroup();
    void closedDirectory_data();
    void closedDirectory();
    void directoryLeft();
    void directoryCannotBeOpened();
    void inAService();
};

// The caller may change directory, environment and descriptors as soon as run() has returned.
void tst_CallersState::copiesWhatItNeeds()
{
    const QTemporaryDir directory;
    const QString before = QDir::currentPath();
    const QString wanted = QDir(directory.path()).canonicalPath();
    const QByteArray path = qgetenv("PATH");
    QVERIFY(QDir(wanted).mkdir(u"below"_s));
    QVERIFY(QDir::setCurrent(wanted));
    qputenv("FORKFD_TEST_INHERITED", "then");
    HeldSystemCall search(statCall);
    TestPipe pipe;
    RunOptions options;
    options.launchOptions.fileDescriptors = {{8, pipe.writeEnd()}};
    options.workingDirectory = u"below"_s;
    QFuture<RunResult> future = search.call(
        [&options] { return runByName("cwd env FORKFD_TEST_INHERITED write 1 8", options); });
    QVERIFY(search.await());
    pipe.closeWriteEnd();
    QVERIFY(QDir::setCurrent(before));
    qputenv("FORKFD_TEST_INHERITED", "now");
    qputenv("PATH", "/no/such/directory");
    search.letGo();
    const RunResult result = future.result();
    qputenv("PATH", path);
    qunsetenv("FORKFD_TEST_INHERITED");
    QCOMPARE(result.standardOutput, QFile::encodeName(wanted) + "/below\nthen\n");
    QCOMPARE(pipe.readAll(), "x");
}

void tst_CallersState::relativeControlGroup()
{
    const QTemporaryDir directory;
    const QString before = QDir::currentPath();
    const QString wanted = QDir(directory.path()).canonicalPath();
    QVERIFY(QDir::setCurrent(wanted));
    HeldSystemCall search(statCall);
    RunOptions options;
    options.launchOptions.controlGroup = "none";
    QFuture<RunResult> future = search.call([&options] { return runByName("exit 0", options); });
    QVERIFY(search.await());
    QVERIFY(QDir::setCurrent(before));
    search.letGo();
    const ForkFd::StartError error = future.result().startError;
    QCOMPARE(QByteArray(error.step), "controlGroup");
    QCOMPARE(QString::fromStdString(error.subject), wanted + u"/none"_s);
}

void tst_CallersState::closedDirectory_data()
{
    QTest::addColumn<QString>("wanted");
    QTest::addColumn<QByteArray>("expected");
    QTest::newRow("the parent's") << QString() << QByteArray("started");
    QTest::newRow("absolute") << u"/"_s << QByteArray("started");
    QTest::newRow("relative") << u"below"_s << QByteArray("workingDirectory: below: Permission denied");
}

// The process may not search its current directory, like a daemon started in another user's.
void tst_CallersState::closedDirectory()
{
    if (isUnderThreadSanitizer)
        QSKIP(noThreadsInCopies);
    QFETCH(const QString, wanted);
    if (!isChildOpenToAll())
        QSKIP("The helper program lies in a directory that is not open to all.");
    const QTemporaryDir directory;
    const QByteArray result = ::inForkedCopy([&]() -> QByteArray {
        if (!QDir::setCurrent(directory.path()) || chmod(".", 0) != 0)
            return "no such directory";
        becomeOrdinaryUser();
        RunOptions options;
        options.workingDirectory = wanted;
        const StartError error = run("exit 3", options).result().startError;
        return error.step ? QByteArray::fromStdString(error.toString()) : "started";
    });
    QTEST(result, "expected");
}

// As above, but the process leaves the directory before the child exists. The child must not start in
// the new directory.
void tst_CallersState::directoryLeft()
{
    if (isUnderThreadSanitizer)
        QSKIP(noThreadsInCopies);
    if (!FORKFD_TEST_HAS_VFORK)
        QSKIP("That library cannot open such a directory: its child inherits the later one.");
    if (!isChildOpenToAll())
        QSKIP("The helper program lies in a directory that is not open to all.");
    const QTemporaryDir directory;
    const QByteArray result = ::inForkedCopy([&]() -> QByteArray {
        run("exit 0").waitForFinished();
        if (!QDir::setCurrent(directory.path()) || chmod(".", 0) != 0)
            return "no such directory";
        becomeOrdinaryUser();
        HeldSystemCall search(statCall);
        QFuture<RunResult> future = search.call([] { return runByName("cwd"); });
        search.await();
        QDir::setCurrent(u"/"_s);
        search.letGo();
        return QByteArray::fromStdString(future.result().startError.toString());
    });
    QCOMPARE(result, "workingDirectory: .: Permission denied");
}

// The directory cannot be opened, as without /proc. The child inherits it.
void tst_CallersState::directoryCannotBeOpened()
{
    if (isUnderThreadSanitizer)
        QSKIP(noThreadsInCopies);
    const QByteArray result =
        ::inRefusedCopy({{SYS_openat, EACCES, O_PATH, O_PATH, 2}}, []() -> QByteArray {
            const RunResult outcome = run("cwd").result();
            return outcome.startError.step ? text(outcome.startError) : outcome.standardOutput;
        });
    QCOMPARE(result, QFile::encodeName(QDir::currentPath()) + '\n');
}

// A call that the filter does not know ends the whole process.
void tst_CallersState::inAService()
{
    if (isUnderThreadSanitizer)
        QSKIP(noThreadsInCopies);
    const QByteArray result = ::inForkedCopy([]() -> QByteArray {
        if (!beginServiceFilter())
            return "no filter";
        return run("cwd").result().standardOutput;
    });
    QCOMPARE(result, QFile::encodeName(QDir::currentPath()) + '\n');
}

QTEST_GUILESS_MAIN(tst_CallersState)
#include "tst_callersstate.moc"
