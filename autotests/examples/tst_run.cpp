// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "processtest.h"

#include <QtCore/QFile>
#include <QtCore/QProcess>
#include <QtCore/QProcessEnvironment>
#include <QtCore/QTemporaryDir>

#include <csignal>

/// forkfd-run: a command behaves the same with it and without it. A QProcess starts it,
/// as a program without ForkFd does.
/// Holds: none (it tests an example).
class tst_Run : public ProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void endsAsAShell_data();
    void endsAsAShell();
    void tellsFoundFromMissing();
    void forwardsPipes();
    void keepsSigPipeIgnored();
    void runsWithoutStandardStreams();
    void passesSignalsOn_data();
    void passesSignalsOn();
    void takesTime_data();
    void takesTime();
    void refuses_data();
    void refuses();
    void keepsWords_data();
    void keepsWords();
    void isSilentInEachLocale();
    void printsHelp();
    void noticesAFullDisk();
    void describes();
    void tour();

protected:
    void warmUp() override
    {
        ProcessTest::warmUp();
        QProcess process; // Ignores SIGPIPE after its first write.
        process.start(runProgram(), {childProgram(), "echo"});
        process.write("x");
        process.closeWriteChannel();
        QVERIFY(process.waitForFinished());
    }

private:
    static QString runProgram() { return QStringLiteral(FORKFD_TEST_RUN); }
    static QString childProgram() { return QStringLiteral(FORKFD_TEST_CHILD); }
};

void tst_Run::endsAsAShell_data()
{
    QTest::addColumn<QStringList>("command");
    QTest::addColumn<int>("status");
    QTest::addColumn<QString>("summary");

    QTest::newRow("succeeds") << QStringList{childProgram(), "exit", "0"} << 0
                              << "forkfd-run: exited with code 0; wall ";
    QTest::newRow("exit code 3") << QStringList{childProgram(), "exit", "3"} << 3
                                 << "forkfd-run: exited with code 3; wall ";
    QTest::newRow("killed") << QStringList{childProgram(), "signal", "9"} << 128 + SIGKILL
                            << "forkfd-run: killed by SIGKILL; wall ";
    QTest::newRow("after two dashes") << QStringList{"--", childProgram(), "exit", "4"} << 4
                                      << "forkfd-run: exited with code 4; wall ";
    QTest::newRow("missing")
        << QStringList{"/no/such/program"} << 127
        << "forkfd-run: did not start: exec: /no/such/program: No such file or directory\n";
    QTest::newRow("not executable") << QStringList{
        "/etc/passwd"} << 126 << "forkfd-run: did not start: exec: /etc/passwd: Permission denied\n";
    QTest::newRow("control characters")
        << QStringList{"/no\n/\33such"} << 127
        << "forkfd-run: did not start: exec: /no\\x0a/\\x1bsuch: No such file or directory\n";
    QTest::newRow("empty name") << QStringList{""} << 127 << "forkfd-run: did not start: program";
    QTest::newRow("time limit") << QStringList{"--time-limit", "1ms", childProgram(), "sleep"} << 124
                                << "forkfd-run: killed by SIGTERM, time limit exceeded; wall ";
    QTest::newRow("time limit, shortened names")
        << QStringList{"--time=1ms", "--stop=sigusr1", childProgram(), "sleep"} << 124
        << "forkfd-run: killed by SIGUSR1, time limit exceeded; wall ";
    QTest::newRow("time limit, real-time signal")
        << QStringList{"--time-limit=1ms", "--stop-signal=SIGRTMIN+1", childProgram(), "sleep"} << 124
        << "forkfd-run: killed by SIGRTMIN+1, time limit exceeded; wall ";
    QTest::newRow("time limit and SIGKILL")
        << QStringList{"--time-limit=0.001", "--stop-signal=9", childProgram(), "sleep"} << 137
        << "forkfd-run: killed by SIGKILL, time limit exceeded; wall ";
    QTest::newRow("options of the command") << QStringList{"sh", "-c", "exit 5", "--time-limit=1ms"} << 5
                                            << "forkfd-run: exited with code 5; wall ";
}

void tst_Run::endsAsAShell()
{
    QFETCH(QStringList, command);
    QFETCH(int, status);
    QFETCH(QString, summary);

    QProcess process;
    process.start(runProgram(), command);
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitStatus(), QProcess::NormalExit);
    QCOMPARE(process.exitCode(), status);
    const QString text = QString::fromLocal8Bit(process.readAllStandardError());
    QVERIFY2(text.startsWith(summary), qPrintable(text));
    QCOMPARE(text.count('\n'), 1);
}

// As with env(1), a file in PATH that may not be executed was found.
void tst_Run::tellsFoundFromMissing()
{
    const QTemporaryDir folder;
    QFile file(folder.filePath("forkfd-plain-file"));
    QVERIFY(file.open(QIODevice::WriteOnly));
    QProcess process;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert("PATH", "/no/such/folder:" + folder.path());
    process.setProcessEnvironment(environment);
    process.start(runProgram(), {"forkfd-plain-file"});
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitCode(), 126);
    process.start(runProgram(), {"forkfd-no-file"});
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitCode(), 127);
}

// systemd starts its units so.
void tst_Run::keepsSigPipeIgnored()
{
    if (!QFile::exists("/proc/self/status"))
        QSKIP("There is no /proc.");
    QProcess process;
    process.start("sh",
                  {"-c", "trap '' PIPE; exec \"$0\" -q grep SigIgn /proc/self/status", runProgram()});
    QVERIFY(process.waitForFinished());
    const QByteArray line = process.readAllStandardOutput().simplified();
    QVERIFY2(line.mid(line.indexOf(' ') + 1).toULongLong(nullptr, 16) & (1U << (SIGPIPE - 1)),
             line.constData());
}

// forkfd-run once wrote its report into its own pipe for signals, and waited for ever when that was
// full. The command finds the descriptors closed.
void tst_Run::runsWithoutStandardStreams()
{
    const QString command = "for fd in 0 1 2; do test ! -e /proc/$$/fd/$fd || exit 4; done; exit 3";
    QStringList words(20000, "x");
    words =
        QStringList{"-c", "exec \"$0\" \"$@\" <&- >&- 2>&-", runProgram(), "--json", "sh", "-c", command}
        + words;
    QProcess process;
    process.start("sh", words);
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitCode(), 3);
}

void tst_Run::forwardsPipes()
{
    const QByteArray text(1'000'000, 'a');
    QProcess process;
    process.start(runProgram(), {childProgram(), "echo"});
    process.write(text);
    process.closeWriteChannel();
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.readAllStandardOutput(), text);
}

void tst_Run::passesSignalsOn_data()
{
    QTest::addColumn<int>("signal");
    QTest::newRow("SIGTERM") << SIGTERM;
    QTest::newRow("SIGINT") << SIGINT;
    QTest::newRow("SIGQUIT") << SIGQUIT;
    QTest::newRow("SIGHUP") << SIGHUP;
    QTest::newRow("SIGUSR1") << SIGUSR1;
    QTest::newRow("SIGUSR2") << SIGUSR2;
}

void tst_Run::passesSignalsOn()
{
    QFETCH(int, signal);

    QProcess process;
    // The output shows that the child runs.
    process.start(runProgram(), {childProgram(), "write", "1", "1", "sleep"});
    QVERIFY(process.waitForReadyRead());
    QCOMPARE(::kill(static_cast<pid_t>(process.processId()), signal), 0);
    QVERIFY(process.waitForFinished());
    // A shell ends its loop only if it sees that SIGINT has killed its child.
    const bool diesOfIt = signal == SIGINT;
    QCOMPARE(process.exitStatus(), diesOfIt ? QProcess::CrashExit : QProcess::NormalExit);
    QCOMPARE(process.exitCode(), diesOfIt ? signal : 128 + signal);
}

void tst_Run::takesTime_data()
{
    QTest::addColumn<QString>("time");
    QTest::addColumn<bool>("isTime");
    for (const char *time :
         {"0", "10", "10s", "1.5s", ".5", "5.", "1m30s", "500ms", "2h", "1d12h", "0.1s0.2s"})
        QTest::newRow(time) << QString::fromLatin1(time) << true;
    for (const char *time : {"", ".", "s", "10x", "1m30", "-1", "+1", "1e3", "1..5s", " 1s", "1 s",
                             "0x10", "infinity", "36501d", "99999999999999999999999h"})
        QTest::newRow(*time ? time : "empty") << QString::fromLatin1(time) << false;
}

void tst_Run::takesTime()
{
    QFETCH(QString, time);
    QFETCH(bool, isTime);

    QProcess process;
    process.start(runProgram(), {"--grace", time, childProgram(), "exit", "3"});
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitCode(), isTime ? 3 : 125);
}

void tst_Run::refuses_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QString>("text");
    QTest::newRow("unknown option") << QStringList{"--no-such-option", "true"} << "--no-such-option";
    QTest::newRow("time") << QStringList{"--time-limit", "soon", "true"} << "not a duration such as";
    QTest::newRow("signal") << QStringList{"--stop-signal", "SIGNONE", "true"} << "not a signal such as";
    QTest::newRow("real-time signal")
        << QStringList{"--stop-signal", "RTMAX+1", "true"} << "not a signal such as";
    QTest::newRow("no real-time signal")
        << QStringList{"--stop-signal", "RTMIN+99", "true"} << "not a signal such as";
    QTest::newRow("signal number") << QStringList{"--stop-signal", "1000", "true"}
                                   << "not a signal such as";
    QTest::newRow("no command") << QStringList{"--tree"} << "no command";
    QTest::newRow("not UTF-8") << QStringList{"sh", "-c", "exec \"$0\" echo \"$(printf '\\377')\"",
                                              runProgram()}
                               << "not valid UTF-8";
}

void tst_Run::refuses()
{
    QFETCH(QStringList, arguments);
    QFETCH(QString, text);

    QProcess process;
    const bool isShell = arguments.front() == QLatin1String("sh");
    process.start(isShell ? "sh" : runProgram(), isShell ? arguments.mid(1) : arguments);
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitCode(), 125);
    const QString error = QString::fromLocal8Bit(process.readAllStandardError());
    QVERIFY2(error.contains(text), qPrintable(error));
}

void tst_Run::keepsWords_data()
{
    QTest::addColumn<QString>("word");
    // QCoreApplication removes it from the arguments that it is given.
    QTest::newRow("option of Qt") << "-qmljsdebugger=1";
    // QFile::decodeName() drops it.
    QTest::newRow("byte order mark") << QString(QChar::ByteOrderMark) + "a";
}

void tst_Run::keepsWords()
{
    QFETCH(QString, word);
    QProcess process;
    process.start(runProgram(), {"printf", "%s", word});
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.readAllStandardOutput(), word.toUtf8());
}

void tst_Run::isSilentInEachLocale()
{
    QProcess process;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert("LC_ALL", "C");
    process.setProcessEnvironment(environment);
    process.start(runProgram(), {"--quiet", childProgram(), "exit", "0"});
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.readAllStandardError(), "");
}

void tst_Run::printsHelp()
{
    QProcess process;
    process.start(runProgram(), {"--help"});
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitCode(), 0);
    QVERIFY(process.readAllStandardOutput().startsWith("Usage: forkfd-run "));
    process.start(runProgram(), {"--version"});
    QVERIFY(process.waitForFinished());
    QVERIFY(process.readAllStandardOutput().startsWith("forkfd-run 0."));
}

void tst_Run::noticesAFullDisk()
{
    if (!QFile::exists("/dev/full"))
        QSKIP("There is no /dev/full.");
    QProcess process;
    process.setStandardOutputFile("/dev/full");
    process.start(runProgram(), {"--version"});
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitCode(), 125);
}

void tst_Run::describes()
{
    QProcess process;
    process.start(runProgram(), {"--version", "--describe"});
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitCode(), 0);
    const QByteArray text = process.readAllStandardOutput();
    for (const char *line : {"forkfd-run 0.", "\nlibrary: ForkFd 0.", "\nsystem: ", "\nbackend: ",
                             "\nrung: ", "\nQt: ", "\ntrial: exited with code 0; wall ", "\ntree: "})
        QVERIFY2(text.contains(line), text.constData());
    process.start(runProgram(), {"--describe", "--time-limit=3s", "--tree", childProgram(), "secret"});
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitCode(), 0);
    const QByteArray described = process.readAllStandardOutput();
    QVERIFY2(described.contains("\nprogram: " + childProgram().toLocal8Bit() + '\n'),
             described.constData());
    QVERIFY2(described.contains("\ntime limit: 3000 ms\n"), described.constData());
    QVERIFY2(described.contains("\nscope: Tree\n"), described.constData());
    QVERIFY2(!described.contains("secret"), described.constData());
}

void tst_Run::tour()
{
    QProcess process;
    process.start(runProgram(), QStringList());
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitCode(), 0);
    const QByteArray text = process.readAllStandardOutput();
    for (const char *part : {"exited with code 0", "exited with code 3", "killed by SIGSEGV",
                             "did not start: exec: /no/such/program: No such file or directory"})
        QVERIFY2(text.contains(part), text.constData());
}

QTEST_GUILESS_MAIN(tst_Run)
#include "tst_run.moc"
