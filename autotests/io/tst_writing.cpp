// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "childprocesstest.h"
#include "forkedcopy.h"

#include <QtCore/QAbstractEventDispatcher>

#include <csignal>

#include <sys/wait.h>

/// Data that is written to the child, and a child that does not read it.
/// Holds: P6 (inForkedCopy), H13.
class tst_Writing : public ChildProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void waitsForRoom();
    void childClosesItsInput_data();
    void childClosesItsInput();
    void childEnds_data();
    void childEnds();
    void afterTheEnd();
    void closesWhenWritten();
    void slotWritesMore();
    void restIsKept();
    void idleInputIsClosed();
    void waitsBetweenEventLoops();
    void inForkedCopy();

private:
    int turnsOfEventLoop();
};

// A SIGPIPE ends this program. QProcess ignores SIGPIPE from its first write on.
void tst_Writing::initTestCase()
{
    std::signal(SIGPIPE, SIG_DFL);
}

void tst_Writing::waitsForRoom()
{
    constexpr qint64 size = 1000000;
    Process process;
    process.start(childProgram(), words("sleep"));
    QCOMPARE(process.write(QByteArray(size, 'x')), size);
    QCOMPARE(process.bytesToWrite(), size);
    QVERIFY(process.waitForBytesWritten());
    QCOMPARE(process.bytesToWrite(), size - 65536); // A pipe's capacity.
    QVERIFY(!process.waitForBytesWritten(10));
    QCOMPARE(process.error(), Process::Timedout);
    QCOMPARE(process.bytesToWrite(), size - 65536);
    process.kill();
    QVERIFY(process.waitForFinished());
}

void tst_Writing::childClosesItsInput_data()
{
    QTest::addColumn<bool>("waits");
    QTest::newRow("event loop") << false;
    QTest::newRow("waitForBytesWritten") << true;
}

void tst_Writing::childClosesItsInput()
{
    QFETCH(const bool, waits);
    Process process;
    QSignalSpy failed(&process, &Process::errorOccurred);
    QSignalSpy written(&process, &Process::bytesWritten);
    process.start(childProgram(), words("leave 0 write 1 1 sleep"));
    QVERIFY(process.waitForReadyRead()); // Its input is closed now.
    QCOMPARE(process.write("unread input"), 12);
    if (waits)
        QVERIFY(!process.waitForBytesWritten());
    else
        QVERIFY(comes(failed));
    QCOMPARE(failed.size(), 1);
    QCOMPARE(failed[0][0].value<Process::ProcessError>(), Process::WriteError);
    QCOMPARE(process.error(), Process::WriteError);
    QCOMPARE(process.errorString(), u"Error writing to process"_s);
    QCOMPARE(process.state(), Process::Running);
    QCOMPARE(written.size(), 0);

    // The error is reported once. Later data is accepted, and never written.
    QCOMPARE(process.write("nor this"), 8);
#ifndef FORKFD_TEST_QPROCESS // QProcess keeps it until the next start.
    QCOMPARE(process.bytesToWrite(), 12);
#endif
    QVERIFY(!process.waitForBytesWritten(10));
    QCoreApplication::processEvents();
    QCOMPARE(failed.size(), 1);
    process.kill();
    QVERIFY(process.waitForFinished());
}

void tst_Writing::childEnds_data()
{
    QTest::addColumn<bool>("waits");
    QTest::newRow("event loop") << false;
    QTest::newRow("waitForFinished") << true;
}

// Either the failed write or the child's end is noticed first.
void tst_Writing::childEnds()
{
    QFETCH(const bool, waits);
    for (int i = 0; i < 50; ++i) {
        Process process;
        QSignalSpy finished(&process, &Process::finished);
        QSignalSpy failed(&process, &Process::errorOccurred);
        process.start(childProgram(), words("exit 3"));
        process.write(QByteArray(1000000, 'x'));
        QVERIFY(waits ? process.waitForFinished() : comes(finished));
        QCOMPARE(process.exitCode(), 3);
        QCOMPARE(finished.size(), 1);
        QVERIFY(failed.size() <= 1);
        QCOMPARE(process.error(), failed.isEmpty() ? Process::UnknownError : Process::WriteError);
    }
}

void tst_Writing::afterTheEnd()
{
    Process process;
    process.start(childProgram(), words("exit 0"));
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.write("unread input"), 12);
    QVERIFY(!process.waitForBytesWritten(10));
    QCOMPARE(process.error(), Process::UnknownError);
#ifndef FORKFD_TEST_QPROCESS // QProcess keeps it until the next start.
    QCOMPARE(process.bytesToWrite(), 0);
#endif

    process.start(childProgram(), words("echo"));
    QCOMPARE(process.bytesToWrite(), 0);
    process.closeWriteChannel();
    QVERIFY(process.waitForFinished());
    QVERIFY(process.readAll().isEmpty());
}

void tst_Writing::closesWhenWritten()
{
    Process process;
    QSignalSpy written(&process, &Process::bytesWritten);
    process.start(childProgram(), words("echo write 1 1 sleep"));
    process.write("abc");
    process.closeWriteChannel();
    process.closeWriteChannel();
    QTRY_COMPARE(process.bytesAvailable(), 4); // The child has read its input to the end.
    QCOMPARE(written.size(), 1);
    process.kill();
    QVERIFY(process.waitForFinished());
}

void tst_Writing::slotWritesMore()
{
    Process process;
    QSignalSpy finished(&process, &Process::finished);
    int count = 0;
    connect(&process, &Process::bytesWritten, [&] {
        if (++count < 100)
            process.write("x");
        else
            process.closeWriteChannel();
    });
    process.start(childProgram(), words("echo"));
    process.write("x");
    QVERIFY(comes(finished));
    QCOMPARE(process.readAll(), QByteArray(100, 'x'));
}

// bytesToWrite() counts data that the child has not read, until the next start.
void tst_Writing::restIsKept()
{
    constexpr qint64 size = 200000;
    Process process;
    process.start(childProgram(), words("sleep"));
    process.write(QByteArray(size, 'x'));
    QVERIFY(process.waitForBytesWritten());
    const qint64 rest = process.bytesToWrite();
    QVERIFY(rest > 0);
    process.kill();
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.bytesToWrite(), rest);
    QVERIFY(!process.waitForBytesWritten(10));
    process.start(childProgram(), words("echo"));
    QCOMPARE(process.bytesToWrite(), 0);
    process.closeWriteChannel();
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.readAll(), "");
}

// Counts the turns of the event loop while another child is busy for 50 ms.
int tst_Writing::turnsOfEventLoop()
{
    Process other;
    QSignalSpy finished(&other, &Process::finished);
    const QSignalSpy turns(QAbstractEventDispatcher::instance(), &QAbstractEventDispatcher::awake);
    other.start(childProgram(), words("burn 50"));
    return comes(finished) ? static_cast<int>(turns.size()) : -1;
}

// A closed input is a lasting state. It causes no events and no error until the next write.
void tst_Writing::idleInputIsClosed()
{
    Process process;
    QSignalSpy written(&process, &Process::bytesWritten);
    QSignalSpy readyRead(&process, &Process::readyRead);
    QSignalSpy failed(&process, &Process::errorOccurred);
    process.start(childProgram(), words("stop leave 0 write 1 1 sleep"));
    process.write("x");
    QVERIFY(comes(written));
    const auto pid = static_cast<pid_t>(process.processId());
    siginfo_t stopped;
    QCOMPARE(::waitid(P_PID, static_cast<id_t>(pid), &stopped, WSTOPPED | WNOWAIT), 0);
    ::kill(pid, SIGCONT);
    QVERIFY(comes(readyRead)); // Its input is closed now.
    const int turns = turnsOfEventLoop();
    QVERIFY2(turns >= 0 && turns < 100, qPrintable(QString::number(turns)));
    QCOMPARE(failed.size(), 0);
    process.write("x");
    QVERIFY(comes(failed));
    process.kill();
    QVERIFY(process.waitForFinished());
}

// A wait writes without the event loop, which then neither spins nor misses the next write.
void tst_Writing::waitsBetweenEventLoops()
{
    Process process;
    QSignalSpy started(&process, &Process::started);
    QSignalSpy written(&process, &Process::bytesWritten);
    process.start(childProgram(), words("sleep"));
    QVERIFY(comes(started)); // The event loop watches the child now.
    for (int i = 0; i < 3; ++i) {
        process.write("x");
        QVERIFY(process.waitForBytesWritten());
    }
    const int turns = turnsOfEventLoop();
    QVERIFY2(turns >= 0 && turns < 100, qPrintable(QString::number(turns)));
    written.clear();
    process.write("x");
    QVERIFY(comes(written));
    process.kill();
    QVERIFY(process.waitForFinished());
}

// A write in a forked copy does not wake the parent's event loop.
void tst_Writing::inForkedCopy()
{
    Process process;
    QSignalSpy started(&process, &Process::started);
    process.start(childProgram(), words("sleep"));
    QVERIFY(comes(started));
    QCOMPARE(::inForkedCopy([&process] { return QByteArray::number(process.write("x")); }), "1");
    const int turns = turnsOfEventLoop();
    QVERIFY2(turns >= 0 && turns < 100, qPrintable(QString::number(turns)));
    process.kill();
    QVERIFY(process.waitForFinished());
}

QTEST_GUILESS_MAIN(tst_Writing)
#include "tst_writing.moc"
