// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "childprocesstest.h"
#include "detour.h"

#include <csignal>

#include <unistd.h>

/// Where the child's input comes from and its outputs go to.
/// Holds: H13.
class tst_Channels : public ChildProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void echo_data();
    void echo();
    void outputs_data();
    void outputs();
    void forwardedInput();
    void writeOnly_data();
    void writeOnly();
    void readOnly();
    void notOpen();
    void mergedNumbers();
    void modeWhileRunning();
    void openModes_data();
    void openModes();
    void grandchildKeepsThePipe_data();
    void grandchildKeepsThePipe();
#ifndef FORKFD_TEST_QPROCESS
    void afterWriteOnly();
    void channelNumbers();
#endif
};

void tst_Channels::echo_data()
{
    QTest::addColumn<int>("size");
    QTest::addColumn<bool>("waits");
    for (const bool waits : {false, true}) {
        const char *const driver = waits ? "waitForFinished" : "event loop";
        QTest::addRow("nothing, %s", driver) << 0 << waits;
        QTest::addRow("one byte, %s", driver) << 1 << waits;
        QTest::addRow("as much as a pipe holds, %s", driver) << 65536 << waits;
        QTest::addRow("one byte more, %s", driver) << 65537 << waits;
        QTest::addRow("a lot, %s", driver) << 10 * 1024 * 1024 << waits;
    }
}

void tst_Channels::echo()
{
    QFETCH(const int, size);
    QFETCH(const bool, waits);
    QByteArray sent(size, Qt::Uninitialized);
    for (int i = 0; i < size; ++i)
        sent[i] = static_cast<char>(i ^ (i >> 8) ^ (i >> 16));
    QByteArray received;
    qint64 written = 0;

    Process process;
    QSignalSpy finished(&process, &Process::finished);
    QSignalSpy failed(&process, &Process::errorOccurred);
    connect(&process, &Process::readyRead, [&] { received += process.readAll(); });
    connect(&process, &Process::bytesWritten, [&](qint64 count) { written += count; });
    process.start(childProgram(), words("echo"));
    QCOMPARE(process.write(sent), size);
    QCOMPARE(process.bytesToWrite(), size);
    process.closeWriteChannel();
    QCOMPARE(process.write("too late"), 0);
    QVERIFY(waits ? process.waitForFinished() : comes(finished));
    QCOMPARE(process.exitCode(), 0);
    QVERIFY(received == sent); // QCOMPARE would print it all.
    QCOMPARE(written, size);
    QCOMPARE(process.bytesToWrite(), 0);
    QCOMPARE(failed.size(), 0);
}

void tst_Channels::outputs_data()
{
    QTest::addColumn<Process::ProcessChannelMode>("mode");
    // Bytes read from the two channels, and bytes that arrive at our standard output and error.
    QTest::addColumn<QList<qint64>>("expected");
    QTest::newRow("separate") << Process::SeparateChannels << QList<qint64>{3, 5, 0, 0};
    QTest::newRow("merged") << Process::MergedChannels << QList<qint64>{8, 0, 0, 0};
    QTest::newRow("forwarded") << Process::ForwardedChannels << QList<qint64>{0, 0, 3, 5};
    QTest::newRow("output forwarded") << Process::ForwardedOutputChannel << QList<qint64>{0, 5, 3, 0};
    QTest::newRow("error forwarded") << Process::ForwardedErrorChannel << QList<qint64>{3, 0, 0, 5};
}

void tst_Channels::outputs()
{
    QFETCH(const Process::ProcessChannelMode, mode);
    Process process;
    QSignalSpy readyOutput(&process, &Process::readyReadStandardOutput);
    QSignalSpy readyError(&process, &Process::readyReadStandardError);
    process.setProcessChannelMode(mode);
    QCOMPARE(process.processChannelMode(), mode);
    QList<qint64> counts;
    {
        Detour output(STDOUT_FILENO);
        Detour error(STDERR_FILENO);
        process.start(childProgram(), words("write 3 1 write 5 2"));
        process.waitForFinished();
        counts = {process.readAllStandardOutput().size(), 0, output.file().size(), error.file().size()};
    }
    if (mode == Process::MergedChannels)
        QTest::ignoreMessage(QtWarningMsg, "QProcess::readAllStandardError: Called with MergedChannels");
    counts[1] = process.readAllStandardError().size();
    QTEST(counts, "expected");
    QCOMPARE(process.exitCode(), 0);
    QCOMPARE(!readyOutput.isEmpty(), counts[0] > 0);
    QCOMPARE(!readyError.isEmpty(), counts[1] > 0);
}

void tst_Channels::forwardedInput()
{
    Process process;
    process.setInputChannelMode(Process::ForwardedInputChannel);
    QCOMPARE(process.inputChannelMode(), Process::ForwardedInputChannel);
    {
        Detour input(STDIN_FILENO);
        input.file().write("from our own input");
        input.file().seek(0);
        process.start(childProgram(), words("echo"));
        QVERIFY(process.waitForFinished());
    }
    QCOMPARE(process.readAll(), "from our own input");
}

void tst_Channels::writeOnly_data()
{
    QTest::addColumn<Process::ProcessChannelMode>("mode");
    QTest::newRow("separate") << Process::SeparateChannels;
    QTest::newRow("merged") << Process::MergedChannels;
}

// The child may still write. Its output is discarded, and the pipe is not broken.
void tst_Channels::writeOnly()
{
    QFETCH(const Process::ProcessChannelMode, mode);
    Process process;
    process.setProcessChannelMode(mode);
    process.start(childProgram(), words("echo write 3 2 exit 3"), QIODevice::WriteOnly);
    QCOMPARE(process.openMode(), QIODevice::WriteOnly);
    QCOMPARE(process.write("discarded"), 9);
    process.closeWriteChannel();
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitStatus(), Process::NormalExit);
    QCOMPARE(process.exitCode(), 3);
    QCOMPARE(process.bytesAvailable(), 0);
}

void tst_Channels::readOnly()
{
    Process process;
    process.start(childProgram(), words("write 3 1 echo exit 3"), QIODevice::ReadOnly);
    QCOMPARE(process.openMode(), QIODevice::ReadOnly);
    QVERIFY(!process.isWritable());
    QVERIFY(process.waitForReadyRead());
    QCOMPARE(process.readAll(), "xxx");
    // The child has an input, and we hold the other end.
    QVERIFY(!process.waitForFinished(20));
    QCOMPARE(process.state(), Process::Running);
    process.closeWriteChannel();
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitCode(), 3);
}

void tst_Channels::notOpen()
{
    Process process;
    process.start(childProgram(), words("write 3 1 echo exit 3"), QIODevice::NotOpen);
    QVERIFY(process.isOpen());
    QVERIFY(!process.isReadable());
    QVERIFY(!process.isWritable());
    process.closeWriteChannel();
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitCode(), 3);
}

void tst_Channels::openModes_data()
{
    QTest::addColumn<QIODevice::OpenMode>("wanted");
    QTest::addColumn<QIODevice::OpenMode>("open");
    const auto row = [](const char *name, QIODevice::OpenMode wanted, QIODevice::OpenMode open) {
        QTest::newRow(name) << wanted << open;
    };
    const QIODevice::OpenMode readWrite = QIODevice::ReadWrite;
    row("neither", QIODevice::NotOpen, QIODevice::Unbuffered);
    row("read", QIODevice::ReadOnly, QIODevice::ReadOnly);
    row("write", QIODevice::WriteOnly, QIODevice::WriteOnly);
    row("both", readWrite, readWrite);
    row("text", readWrite | QIODevice::Text, readWrite | QIODevice::Text);
    row("unbuffered", readWrite | QIODevice::Unbuffered, readWrite | QIODevice::Unbuffered);
    row("read, unbuffered", QIODevice::ReadOnly | QIODevice::Unbuffered,
        QIODevice::ReadOnly | QIODevice::Unbuffered);
    row("append", readWrite | QIODevice::Append, readWrite | QIODevice::Append);
    row("truncate", readWrite | QIODevice::Truncate, readWrite | QIODevice::Truncate);
    row("text alone", QIODevice::Text, QIODevice::Text);
}

void tst_Channels::openModes()
{
    QFETCH(const QIODevice::OpenMode, wanted);
    Process process;
    QSignalSpy channelReadyRead(&process, &Process::channelReadyRead);
    process.start(childProgram(), words("echo write 2 2"), wanted);
    QVERIFY(process.isOpen());
    QTEST(process.openMode(), "open");
    const bool isRead = wanted.testFlag(QIODevice::ReadOnly);
    const bool isWritten = wanted.testFlag(QIODevice::WriteOnly);
    QCOMPARE(process.isReadable(), isRead);
    QCOMPARE(process.isWritable(), isWritten);
    QCOMPARE(process.isTextModeEnabled(), wanted.testFlag(QIODevice::Text));
    if (isWritten)
        QCOMPARE(process.write("abc"), 3);
    process.closeWriteChannel();
    QVERIFY(process.waitForFinished());
    QTEST(process.openMode(), "open");
    QCOMPARE(process.bytesAvailable(), isRead && isWritten ? 3 : 0);
    QCOMPARE(channelReadyRead.size(), !isRead ? 0 : isWritten ? 2 : 1);
    if (isRead) {
        QCOMPARE(process.read(2), isWritten ? "ab" : "");
        QCOMPARE(process.readAllStandardError(), "xx");
        QCOMPARE(process.readAll(), isWritten ? "c" : "");
    }
}

void tst_Channels::grandchildKeepsThePipe_data()
{
    QTest::addColumn<bool>("waits");
    QTest::newRow("event loop") << false;
    QTest::newRow("waitForFinished") << true;
}

void tst_Channels::grandchildKeepsThePipe()
{
    QFETCH(const bool, waits);
    Process process;
    QSignalSpy finished(&process, &Process::finished);
    process.start(childProgram(), words("fork exit 3"));
    QVERIFY(waits ? process.waitForFinished() : comes(finished));
    QCOMPARE(process.exitCode(), 3);
    const pid_t grandchild = process.readAll().trimmed().toInt();
    QVERIFY(grandchild > 0);
    QCOMPARE(::kill(grandchild, SIGKILL), 0); // The grandchild kept the pipe open.
}

// Found by the fuzzer iodevice: there were two.
void tst_Channels::mergedNumbers()
{
    Process process;
    process.setProcessChannelMode(Process::MergedChannels);
    process.start(childProgram(), words("write 3 1 write 5 2"));
    QCOMPARE(process.readChannelCount(), 1);
    QCOMPARE(process.currentReadChannel(), 0);
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.readAll(), "xxxxxxxx");
}

// A new mode is for the next child.
void tst_Channels::modeWhileRunning()
{
    Process process;
    process.start(childProgram(), words("echo"));
    QVERIFY(process.waitForStarted());
    process.setProcessChannelMode(Process::MergedChannels);
    QCOMPARE(process.readChannelCount(), 2);
    process.closeWriteChannel();
    QVERIFY(process.waitForFinished());
    process.start(childProgram(), words("echo"));
    QCOMPARE(process.readChannelCount(), 1);
    process.closeWriteChannel();
    QVERIFY(process.waitForFinished());
}

#ifndef FORKFD_TEST_QPROCESS

// QProcess redirects the outputs to the null device, and keeps that for later starts.
void tst_Channels::afterWriteOnly()
{
    Process process;
    process.start(childProgram(), words("write 3 1"), QIODevice::WriteOnly);
    QVERIFY(process.waitForFinished());
    process.start(childProgram(), words("write 3 1 write 5 2"));
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.openMode(), QIODevice::ReadWrite);
    QCOMPARE(process.readAllStandardOutput(), "xxx");
    QCOMPARE(process.readAllStandardError(), "xxxxx");
}

// QProcess has the channel numbers of QIODevice.
void tst_Channels::channelNumbers()
{
    Process process;
    QCOMPARE(process.readChannelCount(), 0);
    QCOMPARE(process.currentReadChannel(), 0);
    process.start(childProgram(), words("write 3 1 write 5 2"));
    QCOMPARE(process.readChannelCount(), 2);
    process.setCurrentReadChannel(1);
    QCOMPARE(process.currentReadChannel(), 1);
    QCOMPARE(process.readChannel(), Process::StandardError);
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.readAll(), "xxxxx");
    process.setReadChannel(Process::StandardOutput);
    QCOMPARE(process.currentReadChannel(), 0);
    process.setCurrentReadChannel(2);
    process.setCurrentReadChannel(-1);
    QCOMPARE(process.currentReadChannel(), 0);
    QCOMPARE(process.readAll(), "xxx");
    process.start(childProgram(), words("exit 0"), QIODevice::WriteOnly);
    QCOMPARE(process.readChannelCount(), 0);
    QVERIFY(process.waitForFinished());
    // Without Qt's private headers QIODevice has one read channel at most: the current one.
    QCOMPARE(static_cast<QIODevice &>(process).readChannelCount(), 0);
}

#endif

QTEST_GUILESS_MAIN(tst_Channels)
#include "tst_channels.moc"
