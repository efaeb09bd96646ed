// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "pipelinetest.h"

#include <QtCore/QRegularExpression>

#include <csignal>

/// The standard output of one child is the standard input of another.
/// Holds: H13.
class tst_Pipeline : public PipelineTest
{
    Q_OBJECT

private Q_SLOTS:
    void twoStages_data();
    void twoStages();
    void threeStages();
    void middleIsDetached();
    void merged();
    void sinkIsReadOnly();
    void restarted();
#ifndef FORKFD_TEST_QPROCESS
    void sourceStartedTwice();
    void sinkStartedTwice();
#endif
    void sourceFailsToStart_data();
    void sourceFailsToStart();
    void sinkStartedAgain();
    void forwardedSource();
    void forwardedSink();
    void sinkEndsEarly();
    void onlyOneStarted_data();
    void onlyOneStarted();
    void noDescriptorLeft();

private:
    static bool flows(Process &source, Process &sink);
};

// Whether the sink gets what the source writes.
bool tst_Pipeline::flows(Process &source, Process &sink)
{
    source.start(childProgram(), words("args abc"));
    sink.start(childProgram(), words("echo"));
    return ends(source) && ends(sink) && sink.readAll() == "abc\n";
}

void tst_Pipeline::twoStages_data()
{
    QTest::addColumn<bool>("isSinkFirst");
    QTest::addColumn<int>("size");
    for (const bool isSinkFirst : {false, true}) {
        const char *const order = isSinkFirst ? "sink first" : "source first";
        QTest::addRow("nothing, %s", order) << isSinkFirst << 0;
        QTest::addRow("a little, %s", order) << isSinkFirst << 3;
        QTest::addRow("more than pipes hold, %s", order) << isSinkFirst << 3000000;
    }
}

void tst_Pipeline::twoStages()
{
    QFETCH(const bool, isSinkFirst);
    QFETCH(const int, size);
    Process source;
    Process sink;
    source.setStandardOutputProcess(&sink);
    QSignalSpy sourceReadyRead(&source, &Process::readyRead);
    QSignalSpy sinkFinished(&sink, &Process::finished);
    if (isSinkFirst)
        sink.start(childProgram(), words("echo"));
    source.start(childProgram(), words("echo write 2 2"));
    if (!isSinkFirst)
        sink.start(childProgram(), words("echo"));
    QCOMPARE(source.write(QByteArray(size, 'x')), size);
    source.closeWriteChannel();
    QVERIFY(comes(sinkFinished));
    QVERIFY(source.state() == Process::NotRunning || ends(source));
    QCOMPARE(sink.readAll().count('x'), size);
    QCOMPARE(sourceReadyRead.size(), 0);
    QCOMPARE(source.readAllStandardOutput(), "");
    QCOMPARE(source.readAllStandardError(), "xx");
}

void tst_Pipeline::threeStages()
{
    Process first;
    Process middle;
    Process last;
    first.setStandardOutputProcess(&middle);
    middle.setStandardOutputProcess(&last);
    middle.start(childProgram(), words("echo"));
    last.start(childProgram(), words("echo"));
    first.start(childProgram(), words("args through both"));
    QVERIFY(ends(first));
    QVERIFY(ends(middle));
    QVERIFY(ends(last));
    QCOMPARE(last.readAll(), "through\nboth\n");
}

void tst_Pipeline::middleIsDetached()
{
    Process first;
    Process middle;
    Process last;
    first.setStandardOutputProcess(&middle);
    middle.setStandardOutputProcess(&last);
    middle.setProgram(childProgram());
    middle.setArguments(words("echo"));
    first.start(childProgram(), words("echo"));
    QVERIFY(middle.startDetached());
    last.start(childProgram(), words("echo"));
    first.write("through a stranger");
    first.closeWriteChannel();
    QVERIFY(ends(first));
    QVERIFY(ends(last));
    QCOMPARE(last.readAll(), "through a stranger");
}

void tst_Pipeline::merged()
{
    Process source;
    Process sink;
    source.setProcessChannelMode(Process::MergedChannels);
    source.setStandardOutputProcess(&sink);
    source.start(childProgram(), words("write 3 1 write 5 2"));
    QCOMPARE(source.openMode(), QIODevice::WriteOnly);
    sink.start(childProgram(), words("echo"));
    QVERIFY(ends(source));
    QVERIFY(ends(sink));
    QCOMPARE(sink.readAll(), "xxxxxxxx");
}

void tst_Pipeline::sinkIsReadOnly()
{
    Process source;
    Process sink;
    source.setStandardOutputProcess(&sink);
    sink.start(childProgram(), words("echo"));
    QCOMPARE(sink.openMode(), QIODevice::ReadOnly);
    QTest::ignoreMessage(QtWarningMsg, QRegularExpression(u"^QIODevice::write .*: ReadOnly device$"_s));
    QCOMPARE(sink.write("past the source"), -1);
    source.start(childProgram(), words("exit 0"));
    QCOMPARE(source.openMode(), QIODevice::ReadWrite);
    QVERIFY(ends(source));
    QVERIFY(ends(sink));
    QCOMPARE(sink.readAll(), "");
}

void tst_Pipeline::restarted()
{
    Process source;
    Process sink;
    source.setStandardOutputProcess(&sink);
    for (int i = 0; i < 6; ++i) {
        Process &first = i % 2 == 0 ? source : sink;
        Process &second = i % 2 == 0 ? sink : source;
        const QStringList arguments = words("args") + QStringList(QString::number(i));
        first.start(childProgram(), i % 2 == 0 ? arguments : words("echo"));
        second.start(childProgram(), i % 2 == 0 ? words("echo") : arguments);
        QVERIFY(ends(source));
        QVERIFY(ends(sink));
        QCOMPARE(sink.readAll(), QByteArray::number(i) + '\n');
    }
}

#ifndef FORKFD_TEST_QPROCESS // Its second source writes to the parent's standard output.
void tst_Pipeline::sourceStartedTwice()
{
    Process source;
    Process sink;
    source.setStandardOutputProcess(&sink);
    for (const char *const text : {"args one", "args two"}) {
        source.start(childProgram(), words(text));
        QVERIFY(ends(source));
    }
    sink.start(childProgram(), words("echo"));
    QVERIFY(ends(sink));
    QCOMPARE(sink.readAll(), "two\n");
}

void tst_Pipeline::sinkStartedTwice()
{
    Process source;
    Process sink;
    source.setStandardOutputProcess(&sink);
    sink.start(childProgram(), words("exit 0"));
    QVERIFY(ends(sink));
    sink.start(childProgram(), words("echo"));
    source.start(childProgram(), words("args abc"));
    QVERIFY(ends(source));
    QVERIFY(ends(sink));
    QCOMPARE(sink.readAll(), "abc\n");
}
#endif

void tst_Pipeline::sourceFailsToStart_data()
{
    QTest::addColumn<bool>("isSinkFirst");
    QTest::addColumn<QString>("program");
    QTest::addColumn<QString>("inputFile");
    QTest::addColumn<bool>("isDetached");
    const QString none = u"/no/such/file"_s;
    QTest::newRow("sink first") << true << none << QString() << false;
    QTest::newRow("source first") << false << none << QString() << false;
    QTest::newRow("no input file") << true << childProgram() << none << false;
    QTest::newRow("detached") << true << none << QString() << true;
    QTest::newRow("detached, no input file") << true << childProgram() << none << true;
}

// The sink reads end of file.
void tst_Pipeline::sourceFailsToStart()
{
#if defined(FORKFD_TEST_QPROCESS) && QT_VERSION < QT_VERSION_CHECK(6, 8, 0)
    QSKIP("QProcess left a descriptor open then.");
#endif
    QFETCH(const bool, isSinkFirst);
    QFETCH(const QString, program);
    QFETCH(const QString, inputFile);
    QFETCH(const bool, isDetached);
    Process source;
    Process sink;
    source.setStandardOutputProcess(&sink);
    source.setStandardInputFile(inputFile);
    if (isSinkFirst)
        sink.start(childProgram(), words("echo"));
    source.setProgram(program);
    if (isDetached)
        QVERIFY(!source.startDetached());
    else
        source.start();
    QVERIFY(!source.waitForStarted());
    QCOMPARE(source.error(), Process::FailedToStart);
    source.setStandardInputFile(QString());
    if (!isSinkFirst)
        sink.start(childProgram(), words("echo"));
    QVERIFY(ends(sink));
    QCOMPARE(sink.readAll(), "");

    QVERIFY(flows(source, sink));
}

// The second sink gets nothing from a source that writes to the first one.
void tst_Pipeline::sinkStartedAgain()
{
    Process source;
    Process sink;
    source.setStandardOutputProcess(&sink);
    source.start(childProgram(), words("echo"));
    sink.start(childProgram(), words("exit 0"));
    QVERIFY(ends(sink));
    sink.start(childProgram(), words("echo"));
    QVERIFY(sink.waitForStarted());
    source.closeWriteChannel();
    QVERIFY(ends(source));
    QVERIFY(ends(sink));
    QCOMPARE(sink.readAll(), "");
}

// The channel mode counts. The source's end ends the sink, although they are not connected.
void tst_Pipeline::forwardedSource()
{
    Process source;
    Process sink;
    source.setStandardOutputProcess(&sink);
    source.setProcessChannelMode(Process::ForwardedOutputChannel);
    sink.start(childProgram(), words("echo"));
    source.start(childProgram(), words("exit 0"));
    QVERIFY(ends(source));
    QVERIFY(ends(sink));
    QCOMPARE(sink.readAll(), "");
}

void tst_Pipeline::forwardedSink()
{
    Process source;
    Process sink;
    source.setStandardOutputProcess(&sink);
    sink.setInputChannelMode(Process::ForwardedInputChannel);
    source.start(childProgram(), words("write 10000000 1"));
    sink.start(childProgram(), words("exit 0"));
    QVERIFY(ends(sink));
    QVERIFY(source.waitForFinished());
    QCOMPARE(source.exitCode(), SIGPIPE);
}

// The parent keeps no end of the pipe, so the source gets SIGPIPE, as in a shell.
void tst_Pipeline::sinkEndsEarly()
{
    Process source;
    Process sink;
    source.setStandardOutputProcess(&sink);
    source.start(childProgram(), words("write 10000000 1"));
    sink.start(childProgram(), words("exit 0"));
    QVERIFY(ends(sink));
    QVERIFY(source.waitForFinished());
    QCOMPARE(source.exitStatus(), Process::CrashExit);
    QCOMPARE(source.exitCode(), SIGPIPE);
}

void tst_Pipeline::onlyOneStarted_data()
{
    QTest::addColumn<bool>("isSource");
    QTest::newRow("source") << true;
    QTest::newRow("sink") << false;
}

// ProcessTest notices a leaked descriptor.
void tst_Pipeline::onlyOneStarted()
{
    QFETCH(const bool, isSource);
    Process source;
    Process sink;
    source.setStandardOutputProcess(&sink);
    Process &started = isSource ? source : sink;
    started.start(childProgram(), words("sleep"));
    QVERIFY(started.waitForStarted());
    started.kill();
    QVERIFY(started.waitForFinished());
}

void tst_Pipeline::noDescriptorLeft()
{
    Process source;
    Process sink;
    const auto before = ProcessState::now().descriptors;
    source.setStandardOutputProcess(&sink);
    QVERIFY(flows(source, sink));
    // The thread of a background start closes its event a moment after it was read.
    QTRY_COMPARE(ProcessState::now().descriptors, before);
}

QTEST_GUILESS_MAIN(tst_Pipeline)
#include "tst_pipeline.moc"
