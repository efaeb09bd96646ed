// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "backgroundtest.h"

using ForkFd::LaunchOptions;

/// The channels of a child that is being started in the background.
/// Holds: H15.
class tst_BackgroundChannels : public BackgroundTest
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void written_data();
    void written();
    void closedWriteChannel();
    void readBuffer();
    void pseudoTerminal();
    void pipeline_data();
    void pipeline();
    void givenUpSourceEndsItsSink();

private:
    static Process::StartMode mode(bool isBackground)
    {
        return isBackground ? Process::StartMode::Background : Process::StartMode::Direct;
    }
};

void tst_BackgroundChannels::initTestCase()
{
    setPath();
    HeldSystemCall probe(SYS_execve);
    if (!probe.isPossible())
        QSKIP("This system cannot hold up a system call (seccomp(2), Linux 5.5).");
}

void tst_BackgroundChannels::written_data()
{
    QTest::addColumn<bool>("isWaiting");
    QTest::newRow("event loop") << false;
    QTest::newRow("waits") << true;
}

void tst_BackgroundChannels::written()
{
    QFETCH(const bool, isWaiting);
    HeldSystemCall search(statCall);
    const auto process = startHeld(search, u"child"_s, "echo");
    QVERIFY(search.await());
    const QByteArray data(200000, 'x'); // More than a pipe holds.
    QCOMPARE(process->write("abc"), 3);
    QCOMPARE(process->write(data), data.size());
    process->closeWriteChannel();
    QCOMPARE(process->bytesToWrite(), data.size() + 3);
    QSignalSpy finished(process.get(), &Process::finished);
    search.letGo();
    if (isWaiting) {
        QVERIFY(process->waitForBytesWritten());
        QVERIFY(process->waitForReadyRead());
        QVERIFY(process->waitForFinished());
    }
    QVERIFY(comes(finished));
    QCOMPARE(process->readAllStandardOutput(), "abc" + data);
}

void tst_BackgroundChannels::closedWriteChannel()
{
    Process process;
    process.setStartMode(Process::StartMode::Background);
    process.start(childProgram(), words("echo exit 3"));
    process.closeWriteChannel();
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitCode(), 3);
}

void tst_BackgroundChannels::readBuffer()
{
    Process process;
    process.setStartMode(Process::StartMode::Background);
    process.setReadBufferSize(1000);
    process.start(childProgram(), words("write 150000 1 exit 3"));
    qint64 size = 0;
    connect(&process, &Process::readyRead, this, [&] {
        QVERIFY(process.bytesAvailable() <= 1000 || process.state() == Process::NotRunning
                || size > 80000); // At the end the rest of the pipe is read.
        size += process.readAll().size();
    });
    QSignalSpy finished(&process, &Process::finished);
    QVERIFY(comes(finished));
    QCOMPARE(size + process.readAll().size(), 150000);
}

void tst_BackgroundChannels::pseudoTerminal()
{
    HeldSystemCall search(statCall);
    const auto process = startHeld(search, u"child"_s, "echo exit 3", [](Process &it) {
        LaunchOptions options;
        options.pseudoTerminal.emplace();
        it.setLaunchOptions(options);
    });
    QVERIFY(search.await());
    QVERIFY(process->setTerminalSize(90, 30));
    process->write("abc\n");
    process->closeWriteChannel(); // VEOF, not before the line.
    search.letGo();
    QVERIFY(process->waitForFinished());
    QCOMPARE(process->exitCode(), 3);
    QCOMPARE(process->readAll(), "abc\r\n");
}

void tst_BackgroundChannels::pipeline_data()
{
    QTest::addColumn<bool>("isSourceInBackground");
    QTest::addColumn<bool>("isSinkInBackground");
    QTest::addColumn<bool>("isSinkFirst");
    for (const bool isSinkFirst : {false, true}) {
        const QByteArray order = isSinkFirst ? ", sink first" : "";
        QTest::newRow("both" + order) << true << true << isSinkFirst;
        QTest::newRow("source" + order) << true << false << isSinkFirst;
        QTest::newRow("sink" + order) << false << true << isSinkFirst;
    }
}

void tst_BackgroundChannels::pipeline()
{
    QFETCH(const bool, isSourceInBackground);
    QFETCH(const bool, isSinkInBackground);
    QFETCH(const bool, isSinkFirst);
    Process source;
    Process sink;
    source.setStartMode(mode(isSourceInBackground));
    sink.setStartMode(mode(isSinkInBackground));
    source.setStandardOutputProcess(&sink);
    if (isSinkFirst)
        sink.start(childProgram(), words("echo"));
    source.start(childProgram(), words("write 100000 1"));
    if (!isSinkFirst)
        sink.start(childProgram(), words("echo"));
    QVERIFY(source.waitForFinished());
    QVERIFY(sink.waitForFinished());
    QCOMPARE(sink.readAll().size(), 100000);
}

// The pipe of a start that was given up closes at once.
void tst_BackgroundChannels::givenUpSourceEndsItsSink()
{
    Fifo fifo;
    Process source;
    Process sink;
    source.setStartMode(Process::StartMode::Background);
    source.setStandardOutputProcess(&sink);
    source.setStandardInputFile(fifo.name());
    source.start(childProgram(), words("write 1 1"));
    sink.start(childProgram(), words("echo exit 4"));
    source.kill();
    QVERIFY(sink.waitForFinished());
    QCOMPARE(sink.exitCode(), 4);
    QVERIFY(!source.waitForFinished());
    fifo.letGo();
}

QTEST_GUILESS_MAIN(tst_BackgroundChannels)
#include "tst_backgroundchannels.moc"
