// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "childprocesstest.h"
#include "detour.h"
#include "forkedcopy.h"
#include "testpipe.h"

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QTemporaryDir>

#include <csignal>
#include <thread>

#include <unistd.h>

/// Programs that startDetached() starts. They are not children of this process.
/// Holds: H13.
class tst_StartDetached : public ChildProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void isNoChild();
    void staticForm();
    void settings();
    void ownStreams();
    void mergedStreams_data();
    void mergedStreams();
    void contradiction_data();
    void contradiction();
    void failure_data();
    void failure();
    void staticFailure();
    void afterFailure();
    void whileRunning();
    void fromAnotherThread();
    void nothingIsLeft();

private:
    using Preparation = void (*)(Process &);
    /// A path by which another process can open our descriptor.
    static QString nameOf(int fd) { return u"/proc/%1/fd/%2"_s.arg(getpid()).arg(fd); }
    static QByteArray outputOf(Process &process, const QStringList &words);

    QTemporaryDir m_directory;
};

// Returns the program's standard output up to its end of file, or why the program did not start.
QByteArray tst_StartDetached::outputOf(Process &process, const QStringList &words)
{
    TestPipe output;
    process.setProgram(childProgram());
    process.setArguments(words);
    process.setStandardOutputFile(nameOf(output.writeEnd()));
    if (!process.startDetached())
        return process.errorString().toUtf8();
    output.closeWriteEnd();
    return output.readAll();
}

void tst_StartDetached::isNoChild()
{
    TestPipe input;
    TestPipe output;
    qint64 pid = 0;
    {
        Process process;
        QStringList record;
        atEverySignal(&process, [&record](const QString &signal) { record += signal; });
        process.setProgram(childProgram());
        process.setArguments(words("eof 0 session"));
        process.setStandardInputFile(nameOf(input.readEnd()));
        process.setStandardOutputFile(nameOf(output.writeEnd()));
        QVERIFY(process.startDetached(&pid));
        QVERIFY(pid > 0);
        QCOMPARE(process.state(), Process::NotRunning);
        QCOMPARE(process.processId(), 0);
        QVERIFY(!process.isOpen());
        QVERIFY(!process.waitForStarted());
        QVERIFY(!process.waitForFinished());
        QCOMPARE(record, QStringList());
    }
    QVERIFY(!hasChildren());
    const pid_t session = getsid(static_cast<pid_t>(pid));
    QVERIFY(session > 0); // The program survives the object.
    QVERIFY(session != getsid(0));
    input.closeWriteEnd();
    output.closeWriteEnd();
    const QList<QByteArray> seen = output.readAll().trimmed().split(' ');
    QCOMPARE(seen.size(), 3);
    QVERIFY(seen[0].toInt() != getpid()); // Another process has adopted it.
    QCOMPARE(seen[1].toInt(), session);
    QCOMPARE(seen[2].toInt(), session);
}

void tst_StartDetached::staticForm()
{
    const QString directory = QDir(m_directory.path()).canonicalPath();
    TestPipe output;
    const QString script = m_directory.filePath(u"link"_s);
    QVERIFY(QFile::link(childProgram(), script));
    qint64 pid = 0;
    {
        const Detour detour(STDOUT_FILENO);
        QVERIFY(dup2(output.writeEnd(), STDOUT_FILENO) >= 0);
        QVERIFY(Process::startDetached(u"./link"_s, words("cwd"), directory, &pid));
    }
    output.closeWriteEnd();
    QVERIFY(pid > 0);
    QCOMPARE(output.readAll(), QFile::encodeName(directory) + '\n');
}

void tst_StartDetached::settings()
{
    const QString directory = QDir(m_directory.path()).canonicalPath();
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(u"FORKFD_TEST"_s, u"set"_s);
    Process process;
    process.setWorkingDirectory(directory);
    process.setProcessEnvironment(environment);
    QCOMPARE(outputOf(process, words("cwd env FORKFD_TEST args one") << u"two words"_s << QString()),
             QFile::encodeName(directory) + "\nset\none\ntwo words\n\n");
}

// Streams without a redirection are the parent's, whatever the channel modes are.
void tst_StartDetached::ownStreams()
{
    TestPipe error;
    Detour output(STDOUT_FILENO);
    Process process;
    process.setProgram(childProgram());
    process.setArguments(words("write 3 1 write 5 2"));
    process.setStandardErrorFile(nameOf(error.writeEnd()));
    QVERIFY(process.startDetached());
    error.closeWriteEnd();
    QCOMPARE(error.readAll(), "xxxxx");
    QCOMPARE(output.file().size(), 3);
}

void tst_StartDetached::mergedStreams_data()
{
    QTest::addColumn<bool>("hasFile");
    QTest::newRow("into a file") << true;
    QTest::newRow("into the parent's") << false;
}

void tst_StartDetached::mergedStreams()
{
    QFETCH(const bool, hasFile);
    TestPipe output;
    Process process;
    process.setProgram(childProgram());
    process.setArguments(words("write 3 1 write 5 2"));
    process.setProcessChannelMode(Process::MergedChannels);
    if (hasFile)
        process.setStandardOutputFile(nameOf(output.writeEnd()));
    bool isStarted = false;
    {
        const Detour detour(STDOUT_FILENO);
        if (!hasFile)
            dup2(output.writeEnd(), STDOUT_FILENO);
        isStarted = process.startDetached();
    }
    QVERIFY(isStarted);
    output.closeWriteEnd();
    QCOMPARE(output.readAll(), "xxxxxxxx");
}

void tst_StartDetached::contradiction_data()
{
    QTest::addColumn<Process::InputChannelMode>("inputMode");
    QTest::addColumn<Process::ProcessChannelMode>("mode");
    QTest::addColumn<QStringList>("streams");
    const auto row = [](const char *name, Process::InputChannelMode inputMode,
                        Process::ProcessChannelMode mode, const QStringList &streams) {
        QTest::newRow(name) << inputMode << mode << streams;
    };
    row("none", Process::ManagedInputChannel, Process::SeparateChannels, {});
    row("input", Process::ForwardedInputChannel, Process::SeparateChannels, {u"stdin"_s});
    row("all outputs", Process::ManagedInputChannel, Process::ForwardedChannels,
        {u"stdout"_s, u"stderr"_s});
    row("output", Process::ManagedInputChannel, Process::ForwardedOutputChannel, {u"stdout"_s});
    row("error", Process::ManagedInputChannel, Process::ForwardedErrorChannel, {u"stderr"_s});
    row("merged", Process::ManagedInputChannel, Process::MergedChannels, {u"stderr"_s});
}

// Files win over channel modes, unlike with start().
void tst_StartDetached::contradiction()
{
    QFETCH(const QStringList, streams);
    QFETCH(const Process::InputChannelMode, inputMode);
    QFETCH(const Process::ProcessChannelMode, mode);
    TestPipe input;
    input.write("abc");
    TestPipe error;
    Process process;
    process.setInputChannelMode(inputMode);
    process.setProcessChannelMode(mode);
    process.setStandardInputFile(nameOf(input.readEnd()));
    process.setStandardErrorFile(nameOf(error.writeEnd()));
    for (const QString &stream : streams) {
        const QString warning =
            u"QProcess::openChannelsForDetached: Inconsistent %1 channel configuration"_s.arg(stream);
        QTest::ignoreMessage(QtWarningMsg, qPrintable(warning));
    }
    input.closeWriteEnd();
    QCOMPARE(outputOf(process, words("echo write 5 2")), "abc");
    error.closeWriteEnd();
    QCOMPARE(error.readAll(), "xxxxx");
}

void tst_StartDetached::failure_data()
{
    QTest::addColumn<Preparation>("prepare");
    QTest::addColumn<QString>("text"); // The text of QProcess 6.8.
    QTest::addColumn<QByteArray>("startError");
    const auto row = [](const char *name, Preparation prepare, const QString &text, const char *error) {
        QTest::newRow(name) << prepare << text << QByteArray(error);
    };
    row(
        "no program", [](Process &process) { process.setProgram(QString()); }, u"No program defined"_s,
        "program: Invalid argument");
    row(
        "missing program", [](Process &process) { process.setProgram(u"/no/such/program"_s); },
        u"Child process set up failed: execve: No such file or directory"_s,
        "exec: No such file or directory");
    row(
        "missing in PATH", [](Process &process) { process.setProgram(u"no-such-program"_s); },
        u"Child process set up failed: execve: No such file or directory"_s,
        "exec: No such file or directory");
    row(
        "a directory", [](Process &process) { process.setProgram(u"/proc"_s); },
        u"Child process set up failed: execve: Permission denied"_s, "exec: Permission denied");
    row(
        "no such working directory",
        [](Process &process) { process.setWorkingDirectory(u"/no/such"_s); },
        ChildProcessTest::parentText("chdir: No such file or directory"),
        "workingDirectory: No such file or directory");
    row(
        "no such input file", [](Process &process) { process.setStandardInputFile(u"/no/such"_s); },
        u"Could not open input redirection for reading"_s, "channels: No such file or directory");
    row(
        "no such output file", [](Process &process) { process.setStandardOutputFile(u"/no/such/f"_s); },
        u"Could not open output redirection for writing"_s, "channels: No such file or directory");
    row(
        "no such error file", [](Process &process) { process.setStandardErrorFile(u"/no/such/f"_s); },
        u"Could not open output redirection for writing"_s, "channels: No such file or directory");
}

void tst_StartDetached::failure()
{
    QFETCH(const Preparation, prepare);
    Process process;
    QStringList record;
    atEverySignal(&process, [&record](const QString &signal) { record += signal; });
    process.setProgram(childProgram());
    prepare(process);
    qint64 pid = 5;
    QVERIFY(!process.startDetached(&pid));
    QCOMPARE(record, QStringList(u"errorOccurred FailedToStart"_s));
    QCOMPARE(process.state(), Process::NotRunning);
    QCOMPARE(process.error(), Process::FailedToStart);
#ifndef FORKFD_TEST_QPROCESS // QProcess may leave the pid alone, had other texts, and mixes up two.
    QCOMPARE(pid, -1);
    QFETCH(const QString, text);
    QVERIFY(says(process, text));
    QTEST(ChildProcessTest::text(process.startError()), "startError");
#endif
    QVERIFY(!process.startDetached());
    QVERIFY(!hasChildren());
}

void tst_StartDetached::staticFailure()
{
    QVERIFY(!Process::startDetached(QString()));
    QVERIFY(!Process::startDetached(u"/no/such/program"_s, words("exit 0")));
    QVERIFY(!Process::startDetached(childProgram(), words("exit 0"), u"/no/such/directory"_s));
}

void tst_StartDetached::afterFailure()
{
    Process process;
    process.setProgram(u"/no/such/program"_s);
    QVERIFY(!process.startDetached());
    QCOMPARE(outputOf(process, words("args abc")), "abc\n");
    process.setStandardOutputFile(QString());
    process.start(childProgram(), words("args abc"));
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.readAll(), "abc\n");
    QCOMPARE(process.error(), Process::UnknownError);
#ifndef FORKFD_TEST_QPROCESS
    process.start(u"/no/such/program"_s, {});
    QVERIFY(!process.waitForFinished());
    QCOMPARE(process.exitCode(), 255);
    process.setProgram(childProgram());
    process.setArguments(words("exit 0"));
    QVERIFY(process.startDetached());
    QCOMPARE(process.exitCode(), 0);
    process.setStandardInputFile(u"/no/such/file"_s);
    QVERIFY(!process.startDetached());
    process.setLaunchOptions({.fileDescriptors = {{60, 1000000}}});
    QVERIFY(!process.startDetached());
    QVERIFY(says(process, u"Child process set up failed: fileDescriptors: Bad file descriptor"_s));
#endif
}

void tst_StartDetached::whileRunning()
{
    Process process;
    process.start(childProgram(), words("sleep"));
    QVERIFY(process.waitForStarted());
    const qint64 pid = process.processId();
    QSignalSpy failed(&process, &Process::errorOccurred);
    QTest::ignoreMessage(QtWarningMsg, "QProcess::startDetached: Process is already running");
    QVERIFY(!process.startDetached());
    QCOMPARE(process.state(), Process::Running);
    QCOMPARE(process.processId(), pid);
    QCOMPARE(failed.size(), 0);
    process.kill();
    QVERIFY(process.waitForFinished());
}

void tst_StartDetached::fromAnotherThread()
{
    QByteArray output;
    std::thread([&output] {
        Process process;
        output = outputOf(process, words("args abc"));
    }).join();
    QCOMPARE(output, "abc\n");
}

// Twenty starts show a descriptor or zombie that each start would leave. ProcessTest looks again.
void tst_StartDetached::nothingIsLeft()
{
    const auto before = ProcessState::now().descriptors;
    for (int i = 0; i < 20; ++i) {
        Process process;
        QCOMPARE(outputOf(process, words("args abc")), "abc\n");
        QVERIFY(!Process::startDetached(u"/no/such/program"_s));
        QVERIFY(!hasChildren());
    }
    QCOMPARE(ProcessState::now().descriptors, before);
}

QTEST_GUILESS_MAIN(tst_StartDetached)
#include "tst_startdetached.moc"
