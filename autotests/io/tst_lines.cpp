// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "childprocesstest.h"
#include "testpipe.h"

using ForkFd::ChildProcess;

/// Lines of a given channel, and whether the output is complete.
/// Holds: H18.
class tst_Lines : public ChildProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void bothChannels();
    void unfinishedLine();
    void searchesWhatIsNew();
    void kindsOfEnds_data();
    void kindsOfEnds();
    void withOtherReads();
    void inATransaction();
    void longerThanTheBuffer();
    void complete_data();
    void complete();
    void completeAfterRestart();
};

void tst_Lines::bothChannels()
{
    Process process;
    process.start(u"sh"_s, {u"-c"_s, u"echo a; echo b >&2; echo; echo c; echo d >&2"_s});
    QVERIFY(process.waitForFinished());
    QVERIFY(process.hasLine(Process::StandardError));
    QCOMPARE(process.takeLine(Process::StandardError), "b");
    QCOMPARE(process.takeLine(Process::StandardOutput), "a");
    QVERIFY(process.hasLine(Process::StandardOutput));
    QCOMPARE(process.takeLine(Process::StandardOutput), "");
    QCOMPARE(process.takeLine(Process::StandardOutput), "c");
    QVERIFY(!process.hasLine(Process::StandardOutput));
    QVERIFY(process.takeLine(Process::StandardOutput).isNull());
    QCOMPARE(process.readChannel(), Process::StandardOutput);
    QCOMPARE(process.readAllStandardError(), "d\n");
}

// It is a line when the output has ended, and not before.
void tst_Lines::unfinishedLine()
{
    TestPipe go;
    ForkFd::LaunchOptions options;
    options.fileDescriptors = {{8, go.readEnd()}};
    Process process;
    process.setLaunchOptions(options);
    process.start(childProgram(), words("write 5 1 eof 8 write 1 1"));
    QVERIFY(process.waitForReadyRead());
    QVERIFY(!process.hasLine(Process::StandardOutput));
    QVERIFY(process.takeLine(Process::StandardOutput).isNull());
    QCOMPARE(process.bytesAvailable(), 5);
    go.closeWriteEnd();
    QVERIFY(process.waitForFinished());
    QVERIFY(process.hasLine(Process::StandardOutput));
    QCOMPARE(process.takeLine(Process::StandardOutput), "xxxxxx");
    QVERIFY(!process.hasLine(Process::StandardOutput));
}

// The search remembers how far it has come. Reads at the front and bytes that are put back change that.
void tst_Lines::searchesWhatIsNew()
{
    Process process;
    process.start(childProgram(), words("echo"));
    const auto has = [&process] { return process.hasLine(Process::StandardOutput); };
    const auto echo = [&process](const char *text) {
        process.write(text);
        return process.waitForReadyRead();
    };
    QVERIFY(echo("abcd"));
    QVERIFY(!has());
    QCOMPARE(process.read(3), "abc");
    QVERIFY(!has());
    QVERIFY(echo("e\nf\n"));
    QVERIFY(has());
    QCOMPARE(process.takeLine(Process::StandardOutput), "de");
    QVERIFY(has());
    process.ungetChar('\n');
    QVERIFY(has());
    QCOMPARE(process.takeLine(Process::StandardOutput), "");
    QCOMPARE(process.takeLine(Process::StandardOutput), "f");
    QVERIFY(!has());
    QVERIFY(echo("g"));
    QVERIFY(!has());
    QCOMPARE(process.readAll(), "g");
    QVERIFY(echo("h\n"));
    QCOMPARE(process.takeLine(Process::StandardOutput), "h");
    process.closeWriteChannel();
    QVERIFY(process.waitForFinished());
}

void tst_Lines::kindsOfEnds_data()
{
    QTest::addColumn<bool>("isText");
    QTest::newRow("binary") << false;
    QTest::newRow("text") << true;
}

void tst_Lines::kindsOfEnds()
{
    QFETCH(const bool, isText);
    Process process;
    process.start(u"printf"_s, {u"a\\r\\nb\\rc\\n\\r"_s},
                  isText ? Process::ReadWrite | Process::Text : Process::ReadWrite);
    QVERIFY(process.waitForFinished());
    QByteArrayList lines;
    while (process.hasLine(Process::StandardOutput))
        lines += process.takeLine(Process::StandardOutput);
    QCOMPARE(lines, (QByteArrayList{"a", "b\rc", "\r"}));
}

// QIODevice has read ahead.
void tst_Lines::withOtherReads()
{
    Process process;
    process.start(childProgram(), words("args one two three"));
    QVERIFY(process.waitForFinished());
    char byte = 0;
    QVERIFY(process.getChar(&byte));
    QCOMPARE(process.takeLine(Process::StandardOutput), "ne");
    QCOMPARE(process.readLine(), "two\n");
    QCOMPARE(process.takeLine(Process::StandardOutput), "three");
    process.ungetChar('y');
    QCOMPARE(process.takeLine(Process::StandardOutput), "y");
}

void tst_Lines::inATransaction()
{
    Process process;
    process.start(childProgram(), words("args one two"));
    QVERIFY(process.waitForFinished());
    process.startTransaction();
    QCOMPARE(process.readLine(), "one\n");
    QVERIFY(!process.hasLine(Process::StandardOutput));
    process.rollbackTransaction();
    QCOMPARE(process.takeLine(Process::StandardOutput), "one");
}

// If hasLine() waited for the end of the line, nothing would be read, and the child would block.
void tst_Lines::longerThanTheBuffer()
{
    Process process;
    process.setReadBufferSize(1000);
    QSignalSpy finished(&process, &Process::finished);
    qsizetype size = 0;
    connect(&process, &Process::readyReadStandardOutput, [&] {
        while (process.hasLine(Process::StandardOutput))
            size += process.takeLine(Process::StandardOutput).size();
    });
    process.start(childProgram(), words("write 300000 1"));
    QVERIFY(comes(finished));
    while (process.hasLine(Process::StandardOutput))
        size += process.takeLine(Process::StandardOutput).size();
    QCOMPARE(size, 300000);
}

void tst_Lines::complete_data()
{
    QTest::addColumn<QString>("command");
    QTest::addColumn<int>("drain");
    QTest::addColumn<bool>("isClosed");
    QTest::addColumn<bool>("isComplete");
    const auto row = [](const char *name, const char *command, int drain, bool isClosed,
                        bool isComplete) {
        QTest::newRow(name) << QString::fromLatin1(command) << drain << isClosed << isComplete;
    };
    row("no output", "exit 0", 0, false, true);
    row("output", "write 100000 1", 0, false, true);
    row("held open", "heir 0 eof 8", 0, false, false);
    row("held open for too long", "heir 0 eof 8", 20, false, false);
    row("not read any further", "write 5 1", 0, true, false);
}

void tst_Lines::complete()
{
    QFETCH(const QString, command);
    QFETCH(const int, drain);
    QFETCH(const bool, isClosed);
    TestPipe hold;
    ForkFd::LaunchOptions options;
    options.fileDescriptors = {{8, hold.readEnd()}};
    Process process;
    QVERIFY(!process.outputComplete());
    process.setLaunchOptions(options);
    process.setDrainTimeout(std::chrono::milliseconds(drain));
    process.start(childProgram(), command.split(u' '));
    QVERIFY(!process.outputComplete());
    if (isClosed)
        process.closeReadChannel(Process::StandardOutput);
    QVERIFY(process.waitForFinished());
    QTEST(process.outputComplete(), "isComplete");
    hold.closeWriteEnd();
}

// The drain ends with the output. Files do not count.
void tst_Lines::completeAfterRestart()
{
    TestPipe hold;
    ForkFd::LaunchOptions options;
    options.fileDescriptors = {{8, hold.readEnd()}};
    Process process;
    process.setLaunchOptions(options);
    process.start(childProgram(), words("heir 0 eof 8"));
    QVERIFY(process.waitForFinished());
    QVERIFY(!process.outputComplete());
    process.start(u"/no/such/program"_s);
    QVERIFY(!process.waitForFinished());
    QVERIFY(!process.outputComplete());
    hold.closeWriteEnd();
    process.setDrainTimeout(std::chrono::minutes(1));
    process.start(childProgram(), words("heir 0 exit 0"));
    QVERIFY(process.waitForFinished());
    QVERIFY(process.outputComplete());
    process.setDrainTimeout({});
    process.setStandardOutputFile(Process::nullDevice());
    process.setStandardErrorFile(Process::nullDevice());
    process.start(childProgram(), words("heir 0 exit 0"));
    QVERIFY(process.waitForFinished());
    QVERIFY(process.outputComplete());
}

QTEST_GUILESS_MAIN(tst_Lines)
#include "tst_lines.moc"
