// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "childprocesstest.h"
#include "lifeline.h"

#include <QtCore/QDir>
#include <QtCore/QStandardPaths>

#include <csignal>

/// Each small example does what its first comment says.
/// Holds: none (it tests the examples).
class tst_Examples : public ChildProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void background();
    void coroutine();
    void futures();
    void live_data();
    void live();
    void terminal_data();
    void terminal();
    void timeout_data();
    void timeout();
    void timeoutOfAFilter();
    void timeoutOfDescendants();
    void timeoutIsKilled();
    void treekill();
    void treetop_data();
    void treetop();
    void treetopInterrupted();
    void treetopHangsUp();
    void treetopLeavesOne();

private:
    /// The end of the example, and all its output.
    static QByteArray run(const char *name, const QStringList &arguments = {});
};

QByteArray tst_Examples::run(const char *name, const QStringList &arguments)
{
    Process example;
    // Where a tree can only be a group, the library warns.
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(u"QT_LOGGING_RULES"_s, u"forkfd.childprocess.warning=false"_s);
    example.setProcessEnvironment(environment);
    example.setProcessChannelMode(Process::MergedChannels);
    example.start(
        QDir(QStringLiteral(FORKFD_TEST_EXAMPLES)).filePath(u"forkfd-"_s + QLatin1String(name)),
        arguments);
    if (!example.waitForFinished(120000))
        return example.errorString().toUtf8();
    return text(example.exitInfo()) + '\n' + example.readAll();
}

void tst_Examples::background()
{
    QByteArray result = run("background", {childProgram(), u"exit"_s, u"3"_s});
    QVERIFY2(result.startsWith("exited with code 0\ndirect: "), result.constData());
    QCOMPARE(result.count("; exited with code 3\n"), 2);
    result = run("background", {u"/no/such/program"_s});
    QVERIFY2(result.startsWith("exited with code 127\ndirect: "), result.constData());
    QCOMPARE(result.count("; exec: /no/such/program: No such file or directory\n"), 2);
}

void tst_Examples::coroutine()
{
    if (!QFile::exists(QStringLiteral(FORKFD_TEST_EXAMPLES "/forkfd-coroutine")))
        QSKIP("QCoro was not found.");
    QCOMPARE(run("coroutine"),
             "exited with code 0\na\nb\nc\nexec: /no/such/program: No such file or directory\n");
}

void tst_Examples::futures()
{
    QCOMPARE(run("futures"), "exited with code 0\n1000 programs, sum 1001000\n");
}

void tst_Examples::live_data()
{
    QTest::addColumn<QStringList>("way");
    QTest::newRow("run()") << QStringList{};
    QTest::newRow("object") << QStringList{u"--object"_s};
}

void tst_Examples::live()
{
    QFETCH(const QStringList, way);
    const QStringList shell = {u"sh"_s, u"-c"_s, u"echo a; printf b"_s};
    QCOMPARE(run("live", way + shell),
             "exited with code 0\n> a\n> b\nexited with code 0, output complete\n");
    QCOMPARE(run("live", way + QStringList{u"/no/such/program"_s}),
             "exited with code 0\nCannot start '/no/such/program': No such file or directory, "
             "output incomplete\n");
    QVERIFY(run("live", way + QStringList{u""_s}).startsWith("exited with code 0\nCannot start"));
    QCOMPARE(run("live", way + QStringList{u"sh"_s, u"-c"_s, u"echo stop; exec sleep 600"_s}),
             QByteArray("exited with code 0\n> stop\nkilled by SIGTERM")
                 + (way.isEmpty() ? "" : " after it was asked to stop") + ", output complete\n");
}

void tst_Examples::terminal_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QByteArray>("input");
    QTest::addColumn<QByteArray>("result");
    QTest::newRow("a shell") << QStringList{}
                             << QByteArray("PS1=; test -t 0 && echo ter''minal; exit 3\n")
                             << QByteArray("terminal\r\n");
    QTest::newRow("end of input") << QStringList{childProgram(), u"echo"_s, u"exit"_s, u"3"_s}
                                  << QByteArray("abc\n") << QByteArray("abc\r\n");
    QTest::newRow("not there")
        << QStringList{u"/no/such/program"_s} << QByteArray()
        << QByteArray("forkfd-terminal: exec: /no/such/program: No such file or directory\n");
}

void tst_Examples::terminal()
{
    QFETCH(const QStringList, arguments);
    QFETCH(const QByteArray, input);
    QFETCH(const QByteArray, result);
    Process example;
    example.setProcessChannelMode(Process::MergedChannels);
    example.start(QDir(QStringLiteral(FORKFD_TEST_EXAMPLES)).filePath(u"forkfd-terminal"_s), arguments);
    example.write(input);
    example.closeWriteChannel();
    QVERIFY(example.waitForFinished());
    const QByteArray output = example.readAll();
    QVERIFY2(output.endsWith(result), output.constData());
    QCOMPARE(example.exitCode(), input.isEmpty() ? 127 : 3);
}

void tst_Examples::timeout_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QByteArray>("result");
    const QString child = childProgram();
    QTest::newRow("in time") << QStringList{u"60"_s, u"1"_s, child, u"exit"_s, u"3"_s}
                             << QByteArray("exited with code 3\nforkfd-timeout: exited with code 3\n");
    QTest::newRow("obeys") << QStringList{u"0.01"_s, u"60"_s, child, u"sleep"_s}
                           << QByteArray("exited with code 124\nforkfd-timeout: time is "
                                         "over\nforkfd-timeout: killed by SIGTERM\n");
    QTest::newRow("does not obey") << QStringList{u"0.3"_s,    u"0.01"_s, child,
                                                  u"ignore"_s, u"15"_s,   u"sleep"_s}
                                   << QByteArray("exited with code 124\nforkfd-timeout: time is "
                                                 "over\nforkfd-timeout: its grace, too\n"
                                                 "forkfd-timeout: killed by SIGKILL\n");
    QTest::newRow("not there") << QStringList{u"1"_s, u"1"_s, u"/no/such/program"_s}
                               << QByteArray("exited with code 127\nforkfd-timeout: exec: "
                                             "/no/such/program: No such file or directory\n");
    QTest::newRow("no name") << QStringList{u"1"_s, u"1"_s, QString()}
                             << QByteArray("exited with code 126\nforkfd-timeout: program: Invalid "
                                           "argument\n");
    QTest::newRow("no number") << QStringList{u"soon"_s, u"1"_s, child}
                               << QByteArray("exited with code 125\n"
                                             "forkfd-timeout SECONDS GRACE COMMAND [ARGUMENT...]\n");
    QTest::newRow("too few words") << QStringList{u"1"_s}
                                   << QByteArray("exited with code 125\n"
                                                 "forkfd-timeout SECONDS GRACE COMMAND [ARGUMENT...]\n");
}

void tst_Examples::timeout()
{
    QFETCH(const QStringList, arguments);
    QTEST(run("timeout", arguments), "result");
}

// The command reads the input of forkfd-timeout, as with timeout(1).
void tst_Examples::timeoutOfAFilter()
{
    Process example;
    example.start(QDir(QStringLiteral(FORKFD_TEST_EXAMPLES)).filePath(u"forkfd-timeout"_s),
                  {u"600"_s, u"1"_s, childProgram(), u"echo"_s});
    example.write("a\n");
    example.closeWriteChannel();
    QVERIFY(example.waitForFinished(120000));
    QCOMPARE(example.readAllStandardOutput(), "a\n");
}

// They were once killed as soon as the command had ended.
void tst_Examples::timeoutOfDescendants()
{
    const QString script = u"(trap 'sleep 0.2; echo cleaned; exit' TERM; echo ready; "
                           "while :; do sleep 0.05; done) & wait"_s;
    QByteArray result;
    // On a busy machine the limit may expire before the trap is set.
    for (int limit = 1; limit < 60 && !result.contains("ready\n"); limit *= 2)
        result = run("timeout", {QString::number(limit), u"60"_s, u"sh"_s, u"-c"_s, script});
    QVERIFY2(result.startsWith("exited with code 124\n"), result.constData());
    QVERIFY2(result.contains("cleaned\n"), result.constData());
}

// The command is in a process group of its own, so that Ctrl-C does not reach it.
void tst_Examples::timeoutIsKilled()
{
    Lifeline lifeline;
    Process example;
    example.setLaunchOptions({.fileDescriptors = {lifeline.asDescriptor()}});
    example.start(QDir(QStringLiteral(FORKFD_TEST_EXAMPLES)).filePath(u"forkfd-timeout"_s),
                  QStringList{u"600"_s, u"1"_s, childProgram()} + words("write 1 1 sleep"));
    QVERIFY(example.waitForReadyRead());
    example.terminate();
    lifeline.letGo();
    QVERIFY(lifeline.comesToBeCut());
    QVERIFY(example.waitForFinished());
    QCOMPARE(text(example.exitInfo()), "killed by SIGTERM");
}

void tst_Examples::treekill()
{
    if (QStandardPaths::findExecutable(u"make"_s).isEmpty())
        QSKIP("There is no make.");
    const QByteArray result = run("treekill");
    QVERIFY2(result.startsWith("exited with code 0\nbuilding "), result.constData());
    // With SIGCHLD and without a cgroup no signal reaches the new session, which ends by itself.
    QVERIFY2(result.endsWith("make was killed by SIGKILL, and no process is left\n"),
             result.constData());
}

void tst_Examples::treetop_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QByteArray>("begin");
    QTest::addColumn<QByteArray>("end");
    const QString child = childProgram();
    QTest::newRow("ends") << QStringList{child, u"burn"_s, u"20"_s, u"exit"_s, u"3"_s}
                          << QByteArray("exited with code 3\nexited with code 3; 0.0")
                          << QByteArray("left\n");
    QTest::newRow("not there")
        << QStringList{u"/no/such/program"_s}
        << QByteArray("exited with code 127\nexec: /no/such/program: No such file or directory\n")
        << QByteArray();
    QTest::newRow("no name") << QStringList{QString()} << QByteArray("exited with code 127\nprogram")
                             << QByteArray("\n");
    QTest::newRow("too few words") << QStringList{}
                                   << QByteArray("exited with code 125\nforkfd-treetop COMMAND")
                                   << QByteArray();
}

void tst_Examples::treetop()
{
    QFETCH(const QStringList, arguments);
    QFETCH(const QByteArray, begin);
    QFETCH(const QByteArray, end);
    const QByteArray result = run("treetop", arguments);
    QVERIFY2(result.startsWith(begin) && result.endsWith(end), result.constData());
}

// Ctrl-C ends the child and the grandchild.
void tst_Examples::treetopInterrupted()
{
    if (FORKFD_TEST_PORTABLE)
        QSKIP("The portable library does not know what a tree uses.");
    Process example;
    example.start(QDir(QStringLiteral(FORKFD_TEST_EXAMPLES)).filePath(u"forkfd-treetop"_s),
                  {childProgram(), u"branch"_s, u"same"_s, u"say"_s, u"x"_s, u"sleep"_s});
    QVERIFY(example.waitForReadyRead());
    example.setReadChannel(Process::StandardError);
    QVERIFY(example.waitForReadyRead(-1));
    const QByteArray line = example.readLine();
    QVERIFY2(line.contains(" MiB     2 processes"), line.constData());
    QVERIFY(example.sendSignal(SIGINT));
    QVERIFY(example.waitForFinished());
    QCOMPARE(example.exitCode(), 128 + SIGTERM);
    const QByteArray rest = example.readAll();
    // With SIGCHLD the usage may be unknown.
    QVERIFY2(rest.contains("killed by SIGTERM"), rest.constData());
}

// The terminal is closed.
void tst_Examples::treetopHangsUp()
{
    if (FORKFD_TEST_PORTABLE)
        QSKIP("The portable library has no guardian.");
    Lifeline lifeline;
    Process example;
    example.setLaunchOptions({.fileDescriptors = {lifeline.asDescriptor()}});
    example.start(QDir(QStringLiteral(FORKFD_TEST_EXAMPLES)).filePath(u"forkfd-treetop"_s),
                  {childProgram(), u"say"_s, u"x"_s, u"sleep"_s});
    lifeline.letGo();
    QVERIFY(example.waitForReadyRead());
    QVERIFY(example.sendSignal(SIGHUP));
    QVERIFY(example.waitForFinished());
    QVERIFY(lifeline.comesToBeCut());
}

void tst_Examples::treetopLeavesOne()
{
    const QByteArray result = run("treetop", {childProgram(), u"fork"_s, u"exit"_s, u"0"_s});
    for (const QByteArray &line : result.split('\n')) {
        if (line.toInt() > 0)
            kill(line.toInt(), SIGKILL);
    }
    // With SIGCHLD and without a cgroup the system does not know the group of an ended child.
    if (ForkFd::backend() == ForkFd::Backend::PidFd)
        QVERIFY2(result.endsWith("; left running: 1\n"), result.constData());
}

QTEST_GUILESS_MAIN(tst_Examples)
#include "tst_examples.moc"
