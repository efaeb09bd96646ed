// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "childprocesstest.h"

#include <QtCore/QElapsedTimer>

/// closeReadChannel(): further output of the channel is discarded, and the child does not notice.
/// Holds: H13.
class tst_CloseReadChannel : public ChildProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void atOnce_data();
    void atOnce();
    void withUnreadData();
    void otherChannel();
    void bothChannels();
    void merged();
    void waitForReadyRead();
    void childGoesOn_data();
    void childGoesOn();
    void nextStart();
    void beforeTheStart();
    void insideSlot();

private:
    static constexpr Process::ProcessChannel channels[] = {Process::StandardOutput,
                                                           Process::StandardError};
};

void tst_CloseReadChannel::atOnce_data()
{
    QTest::addColumn<Process::ProcessChannel>("channel");
    QTest::newRow("output") << Process::StandardOutput;
    QTest::newRow("error") << Process::StandardError;
}

void tst_CloseReadChannel::atOnce()
{
    QFETCH(const Process::ProcessChannel, channel);
    const int other = 1 - channel;
    Process process;
    QSignalSpy finished(&process, &Process::finished);
    QSignalSpy channelReadyRead(&process, &Process::channelReadyRead);
    QSignalSpy readyRead(&process, &Process::readyRead);
    QSignalSpy readyOutput(&process, &Process::readyReadStandardOutput);
    QSignalSpy readyError(&process, &Process::readyReadStandardError);
    process.setReadChannel(channel);
    process.start(childProgram(), words("write 3 1 write 3 2 exit 3"));
    process.closeReadChannel(channel);
    QVERIFY(process.isReadable());
    QVERIFY(comes(finished));
    QCOMPARE(process.exitCode(), 3);
    QCOMPARE(process.bytesAvailable(), 0);
    QCOMPARE(process.readAll(), "");
    QCOMPARE(readyRead.size(), 0);
    QCOMPARE(channelReadyRead.size(), 1);
    QCOMPARE(channelReadyRead[0][0].toInt(), other);
    QCOMPARE(readyOutput.size(), other == Process::StandardOutput ? 1 : 0);
    QCOMPARE(readyError.size(), other == Process::StandardError ? 1 : 0);
    process.setReadChannel(channels[other]);
    QCOMPARE(process.readAll(), "xxx");
}

// Output that came before can still be read.
void tst_CloseReadChannel::withUnreadData()
{
    Process process;
    process.start(childProgram(), words("write 3 1 echo"));
    QVERIFY(process.waitForReadyRead());
    QCOMPARE(process.read(1), "x");
    process.closeReadChannel(Process::StandardOutput);
    QCOMPARE(process.bytesAvailable(), 2);
    process.write("more");
    process.closeWriteChannel();
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.bytesAvailable(), 2);
    QCOMPARE(process.readAll(), "xx");
    QVERIFY(process.atEnd());
}

void tst_CloseReadChannel::otherChannel()
{
    Process process;
    process.start(childProgram(), words("write 3 1 write 5 2"));
    process.closeReadChannel(Process::StandardError);
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.readAllStandardOutput(), "xxx");
    QCOMPARE(process.readAllStandardError(), "");
}

void tst_CloseReadChannel::bothChannels()
{
    Process process;
    QSignalSpy channelReadyRead(&process, &Process::channelReadyRead);
    process.start(childProgram(), words("write 100000 1 write 100000 2 exit 3"));
    for (const auto channel : channels) {
        process.closeReadChannel(channel);
        process.closeReadChannel(channel);
    }
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitCode(), 3);
    QCOMPARE(channelReadyRead.size(), 0);
}

void tst_CloseReadChannel::merged()
{
    Process process;
    process.setProcessChannelMode(Process::MergedChannels);
    process.start(childProgram(), words("write 3 1 write 5 2"));
    process.closeReadChannel(Process::StandardOutput);
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.bytesAvailable(), 0);
}

// The closed channel has nothing to wait for. waitForReadyRead() does not wait for the child's end.
void tst_CloseReadChannel::waitForReadyRead()
{
    Process process;
    process.start(childProgram(), words("write 3 1 sleep"));
    QVERIFY(process.waitForStarted());
    process.closeReadChannel(Process::StandardOutput);
    QElapsedTimer timer;
    timer.start();
    QVERIFY(!process.waitForReadyRead(30000));
    QVERIFY(timer.elapsed() < 20000);
    QCOMPARE(process.state(), Process::Running);
    QCOMPARE(process.error(), Process::UnknownError);
    process.setReadChannel(Process::StandardError);
    QVERIFY(!process.waitForReadyRead(10)); // This channel is open.
    QCOMPARE(process.error(), Process::Timedout);
    process.kill();
    QVERIFY(process.waitForFinished());
}

void tst_CloseReadChannel::childGoesOn_data()
{
    QTest::addColumn<bool>("waits");
    QTest::newRow("event loop") << false;
    QTest::newRow("waitForFinished") << true;
}

// The child writes more than a pipe holds. It neither blocks nor gets SIGPIPE.
void tst_CloseReadChannel::childGoesOn()
{
    QFETCH(const bool, waits);
    Process process;
    QSignalSpy finished(&process, &Process::finished);
    process.start(childProgram(), words("write 10000000 1 exit 3"));
    process.closeReadChannel(Process::StandardOutput);
    QVERIFY(waits ? process.waitForFinished() : comes(finished));
    QCOMPARE(process.exitStatus(), Process::NormalExit);
    QCOMPARE(process.exitCode(), 3);
    QCOMPARE(process.bytesAvailable(), 0);
}

void tst_CloseReadChannel::nextStart()
{
    Process process;
    process.start(childProgram(), words("write 3 1"));
    process.closeReadChannel(Process::StandardOutput);
    QVERIFY(process.waitForFinished());
    process.closeReadChannel(Process::StandardOutput);
    process.start(childProgram(), words("write 3 1"));
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.readAll(), "xxx");
}

void tst_CloseReadChannel::beforeTheStart()
{
    Process process;
    process.closeReadChannel(Process::StandardOutput);
    process.start(childProgram(), words("write 3 1"));
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.readAll(), "xxx");
}

void tst_CloseReadChannel::insideSlot()
{
    Process process;
    QSignalSpy readyRead(&process, &Process::readyRead);
    connect(&process, &Process::readyRead,
            [&process] { process.closeReadChannel(Process::StandardOutput); });
    process.start(childProgram(), words("write 10000000 1"));
    QVERIFY(process.waitForFinished());
    QCOMPARE(readyRead.size(), 1);
    QVERIFY(process.bytesAvailable() > 0);
    QVERIFY(process.bytesAvailable() < 10000000);
}

QTEST_GUILESS_MAIN(tst_CloseReadChannel)
#include "tst_closereadchannel.moc"
