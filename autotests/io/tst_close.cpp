// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "childprocesstest.h"

#include <QtCore/QRegularExpression>

#include <csignal>
#include <utility>

/// close(), and the object as a QIODevice.
/// Holds: H13.
class tst_Close : public ChildProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void device();
    void kills_data();
    void kills();
    void writesTheRest();
    void afterTheEnd();
    void opensAgain();
    void insideSlot_data();
    void insideSlot();
    void restartedInSlot_data();
    void restartedInSlot();
#ifndef FORKFD_TEST_QPROCESS // QProcess emits aboutToClose() twice, and once for a closed device.
    void aboutToClose();
#endif
};

void tst_Close::device()
{
    Process process;
    QVERIFY(process.isSequential());
    QVERIFY(!process.isOpen());
    QCOMPARE(process.openMode(), QIODevice::NotOpen);
    QCOMPARE(process.bytesAvailable(), 0);
    QCOMPARE(process.bytesToWrite(), 0);
    QVERIFY(process.atEnd());
    QTest::ignoreMessage(QtWarningMsg, QRegularExpression(u"^QIODevice::write .*: device not open$"_s));
    QCOMPARE(process.write("discarded"), -1);
    QTest::ignoreMessage(QtWarningMsg, QRegularExpression(u"^QIODevice::read .*: device not open$"_s));
    QCOMPARE(process.readAll(), "");

    process.start(childProgram(), words("args abc"));
    QVERIFY(process.isOpen());
    QCOMPARE(process.openMode(), QIODevice::ReadWrite);
    QVERIFY(process.waitForFinished());
    QVERIFY(process.isOpen());
    QVERIFY(!process.atEnd());
    QCOMPARE(process.size(), 4);
    QCOMPARE(process.pos(), 0);
    QVERIFY(!process.reset());
    char byte;
    QVERIFY(process.getChar(&byte));
    QCOMPARE(byte, 'a');
    QCOMPARE(process.peek(2), "bc");
    QCOMPARE(process.skip(1), 1);
    QCOMPARE(process.readAll(), "c\n");
    QVERIFY(process.atEnd());
}

void tst_Close::kills_data()
{
    QTest::addColumn<bool>("isRunning");
    QTest::newRow("while Starting") << false;
    QTest::newRow("while Running") << true;
}

void tst_Close::kills()
{
    QFETCH(const bool, isRunning);
    Process process;
    QSignalSpy started(&process, &Process::started);
    QSignalSpy finished(&process, &Process::finished);
    QSignalSpy failed(&process, &Process::errorOccurred);
    process.start(childProgram(), words("write 3 1 sleep"));
    if (isRunning)
        QVERIFY(process.waitForReadyRead());
    process.close();
    QCOMPARE(process.state(), Process::NotRunning);
    QVERIFY(!process.isOpen());
    QCOMPARE(started.size(), 1);
    QCOMPARE(finished.size(), 1);
    QCOMPARE(process.exitStatus(), Process::CrashExit);
    QCOMPARE(process.exitCode(), SIGKILL);
    QCOMPARE(failed.size(), 1);
    QCOMPARE(process.bytesAvailable(), 0);
    process.close();
    QCoreApplication::processEvents();
    QCOMPARE(finished.size(), 1);
}

void tst_Close::writesTheRest()
{
    constexpr int size = 1000000;
    Process process;
    qint64 written = 0;
    connect(&process, &Process::bytesWritten, [&written](qint64 count) { written += count; });
    process.start(childProgram(), words("echo sleep"));
    QCOMPARE(process.write(QByteArray(size, 'x')), size);
    process.close();
    QCOMPARE(written, size);
    QCOMPARE(process.bytesToWrite(), 0);
}

void tst_Close::afterTheEnd()
{
    Process process;
    QSignalSpy finished(&process, &Process::finished);
    process.start(childProgram(), words("write 5 2 write 3 1 exit 3"));
    QVERIFY(comes(finished));
    QCOMPARE(process.read(1), "x");
    process.close();
    QVERIFY(!process.isOpen());
    QCOMPARE(process.bytesAvailable(), 0);
    QVERIFY(!process.canReadLine());
    const QRegularExpression notOpen(u"^QIODevice::read .*: device not open$"_s);
    QTest::ignoreMessage(QtWarningMsg, notOpen);
    QCOMPARE(process.readAllStandardOutput(), "");
    QTest::ignoreMessage(QtWarningMsg, notOpen);
    QCOMPARE(process.readAllStandardError(), "");
    QCOMPARE(process.exitCode(), 3);
    QCOMPARE(finished.size(), 1);
}

void tst_Close::opensAgain()
{
    Process process;
    process.start(childProgram(), words("write 9 1 sleep"));
    QVERIFY(process.waitForReadyRead());
    process.close();
    process.start(childProgram(), words("echo"));
    QVERIFY(process.isOpen());
    process.write("abc");
    process.closeWriteChannel();
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.readAll(), "abc");
}

void tst_Close::insideSlot_data()
{
    QTest::addColumn<QString>("signal");
    for (const char *signal :
         {"stateChanged Running", "started", "bytesWritten 3", "readyRead", "readyReadStandardOutput",
          "readyReadStandardError", "stateChanged NotRunning", "readChannelFinished",
          "finished 3 NormalExit"})
        QTest::newRow(signal) << QString::fromLatin1(signal);
}

void tst_Close::insideSlot()
{
    QFETCH(const QString, signal);
    for (const bool waits : {false, true}) {
        Process process;
        QSignalSpy finished(&process, &Process::finished);
        atEverySignal(&process, [&](const QString &name) {
            if (name == signal)
                process.close();
        });
        process.start(childProgram(), words("echo write 3 2 exit 3"));
        process.write("abc");
        process.closeWriteChannel();
        if (waits)
            process.waitForFinished(5000); // QProcess would wait for an end that the slot has consumed.
        else
            QVERIFY(comes(finished));
        QCoreApplication::processEvents();
        QCOMPARE(finished.size(), 1);
        QVERIFY(!process.isOpen());
    }
}

void tst_Close::restartedInSlot_data()
{
    QTest::addColumn<bool>("closesDeviceAlone");
    QTest::newRow("by close()") << false;
    QTest::newRow("by QIODevice::close()") << true;
}

// The device is closed, but the child runs. A second close() returned at once and left it running.
void tst_Close::restartedInSlot()
{
    QFETCH(const bool, closesDeviceAlone);
    Process process;
    process.start(childProgram(), words("sleep"));
    QVERIFY(process.waitForStarted());
    if (closesDeviceAlone) {
        process.QIODevice::close();
    } else {
        QObject context;
        connect(&process, &Process::finished, &context, [&process, isFirst = true]() mutable {
            if (std::exchange(isFirst, false))
                process.start(childProgram(), words("sleep"));
        });
        process.close();
    }
    QVERIFY(!process.isOpen());
    QVERIFY(process.state() != Process::NotRunning);
    process.close();
    QCOMPARE(process.state(), Process::NotRunning);
}

#ifndef FORKFD_TEST_QPROCESS

void tst_Close::aboutToClose()
{
    Process process;
    QStringList record;
    process.close();
    atEverySignal(&process, [&](const QString &signal) { record += signal; });
    process.close();
    QCOMPARE(record, QStringList());

    process.start(childProgram(), words("sleep"));
    QVERIFY(process.waitForStarted());
    record.clear();
    process.close();
    QCOMPARE(record,
             QStringList({u"aboutToClose"_s, u"stateChanged NotRunning"_s, u"errorOccurred Crashed"_s,
                          u"readChannelFinished"_s, u"finished 9 CrashExit"_s}));
    process.close();
    QCOMPARE(record.count(u"aboutToClose"_s), 1);
}

#endif

QTEST_GUILESS_MAIN(tst_Close)
#include "tst_close.moc"
