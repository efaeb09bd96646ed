// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "pipelinetest.h"

#include <csignal>

/// A connection of two objects lasts until one of them gets another one, or is destroyed.
/// Holds: H13.
class tst_PipelineConnections : public PipelineTest
{
    Q_OBJECT

private Q_SLOTS:
    void connectedAgain_data();
    void connectedAgain();
    void anotherSink();
    void anotherSource();
    void sinkDestroyed();
    void sinkDestroyedBeforeItsStart();
    void sourceDestroyed();
    void takenBackBySource();
    void takenBackBySink();
#ifndef FORKFD_TEST_QPROCESS // QProcess follows a null pointer, and accepts itself as the sink.
    void noDestination();
#endif

private:
    static bool hasOwnInput(Process &process);
    static bool hasOwnOutput(Process &process);
};

// Whether a child gets what the test writes to it.
bool tst_PipelineConnections::hasOwnInput(Process &process)
{
    process.start(childProgram(), words("echo"));
    process.write("abc");
    process.closeWriteChannel();
    return ends(process) && process.readAll() == "abc";
}

// Whether the test gets what a child writes.
bool tst_PipelineConnections::hasOwnOutput(Process &process)
{
    process.start(childProgram(), words("args abc"));
    return ends(process) && process.readAll() == "abc\n";
}

void tst_PipelineConnections::connectedAgain_data()
{
    QTest::addColumn<bool>("isSinkFirst");
    QTest::newRow("sink first") << true;
    QTest::newRow("source first") << false;
}

// The second call, between the two starts, changes nothing.
void tst_PipelineConnections::connectedAgain()
{
    QFETCH(const bool, isSinkFirst);
    Process source;
    Process sink;
    source.setStandardOutputProcess(&sink);
    if (isSinkFirst)
        sink.start(childProgram(), words("echo"));
    else
        source.start(childProgram(), words("args abc"));
    source.setStandardOutputProcess(&sink);
    if (isSinkFirst)
        source.start(childProgram(), words("args abc"));
    else
        sink.start(childProgram(), words("echo"));
    QVERIFY(ends(source));
    QVERIFY(ends(sink));
    QCOMPARE(sink.readAll(), "abc\n");
}

// The former sink has an ordinary input again.
void tst_PipelineConnections::anotherSink()
{
    Process source;
    Process sink;
    source.setStandardOutputProcess(&sink);
    source.start(childProgram(), words("args one"));
    QVERIFY(ends(source));
    Process other;
    source.setStandardOutputProcess(&other);
    source.start(childProgram(), words("args two"));
    other.start(childProgram(), words("echo"));
    QVERIFY(ends(source));
    QVERIFY(ends(other));
    QCOMPARE(other.readAll(), "two\n");
    QVERIFY(hasOwnInput(sink));
}

void tst_PipelineConnections::anotherSource()
{
    Process source;
    Process sink;
    source.setStandardOutputProcess(&sink);
    Process other;
    other.setStandardOutputProcess(&sink);
    other.start(childProgram(), words("args two"));
    sink.start(childProgram(), words("echo"));
    source.start(childProgram(), words("args one"));
    QVERIFY(ends(other));
    QVERIFY(ends(sink));
    QVERIFY(ends(source));
    QCOMPARE(sink.readAll(), "two\n");
    QCOMPARE(source.readAll(), "one\n");
}

void tst_PipelineConnections::sinkDestroyed()
{
    Process source;
    {
        Process sink;
        source.setStandardOutputProcess(&sink);
    }
    QVERIFY(hasOwnOutput(source));
}

void tst_PipelineConnections::sinkDestroyedBeforeItsStart()
{
    Process source;
    {
        Process sink;
        source.setStandardOutputProcess(&sink);
        source.start(childProgram(), words("echo"));
        QVERIFY(source.waitForStarted());
    }
    source.write("discarded");
    QVERIFY(source.waitForFinished());
    QCOMPARE(source.exitStatus(), Process::CrashExit);
    QCOMPARE(source.exitCode(), SIGPIPE);
    QVERIFY(hasOwnOutput(source));
}

void tst_PipelineConnections::sourceDestroyed()
{
    Process sink;
    {
        Process source;
        source.setStandardOutputProcess(&sink);
    }
    QVERIFY(hasOwnInput(sink));
}

void tst_PipelineConnections::takenBackBySource()
{
    Process source;
    Process sink;
    source.setStandardOutputProcess(&sink);
    source.setStandardOutputFile(QString());
    QVERIFY(hasOwnOutput(source));
}

void tst_PipelineConnections::takenBackBySink()
{
    Process source;
    Process sink;
    source.setStandardOutputProcess(&sink);
    sink.setStandardInputFile(QString());
    QVERIFY(hasOwnInput(sink));
}

#ifndef FORKFD_TEST_QPROCESS

void tst_PipelineConnections::noDestination()
{
    Process process;
    const char *const warning = "QProcess::setStandardOutputProcess: invalid destination";
    QTest::ignoreMessage(QtWarningMsg, warning);
    process.setStandardOutputProcess(nullptr);
    QTest::ignoreMessage(QtWarningMsg, warning);
    process.setStandardOutputProcess(&process);
    QVERIFY(hasOwnInput(process));
}

#endif

QTEST_GUILESS_MAIN(tst_PipelineConnections)
#include "tst_pipelineconnections.moc"
