// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "childprocesstest.h"

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QTemporaryDir>

#include <cerrno>

using ForkFd::StartError;

/// start() knows the outcome when it returns. The event loop or a wait reports it.
/// Holds: L3, H13.
class tst_Starting : public ChildProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void success_data();
    void success();
    void failure_data();
    void failure();
    void failureInsideStart_data();
    void failureInsideStart();
    void failureBeforeStarting_data();
    void failureBeforeStarting();
    void emptyNameChangesNothing();
    void noProgram();
    void whileRunning();
    void open();
    void changedInSlot();

private:
    using Starter = void (*)(Process &);
    using Preparation = void (*)(Process &);
    static void addStarters();
    static void makeFile(const QString &name, QFile::Permissions permissions);

    QTemporaryDir m_directory;
};

// The event loop, or the wait that reports the outcome.
void tst_Starting::addStarters()
{
    QTest::addColumn<Starter>("finishStart");
    QTest::newRow("event loop") << Starter([](Process &) {});
    QTest::newRow("waitForStarted") << Starter([](Process &process) { process.waitForStarted(0); });
    QTest::newRow("waitForReadyRead") << Starter([](Process &process) { process.waitForReadyRead(0); });
    QTest::newRow("waitForFinished") << Starter([](Process &process) { process.waitForFinished(0); });
}

void tst_Starting::success_data()
{
    addStarters();
}

void tst_Starting::success()
{
    QFETCH(const Starter, finishStart);
    Process process;
    QSignalSpy stateChanged(&process, &Process::stateChanged);
    QSignalSpy started(&process, &Process::started);
    QSignalSpy failed(&process, &Process::errorOccurred);
    process.start(childProgram(), words("sleep"));
    QCOMPARE(process.state(), Process::Starting);
    QVERIFY(process.startError() == StartError());
    QVERIFY(process.processId() > 0);
    QVERIFY(process.isOpen());
    QCOMPARE(started.size(), 0);

    finishStart(process);
    QTRY_COMPARE(process.state(), Process::Running);
    QCOMPARE(started.size(), 1);
    QCOMPARE(stateChanged.size(), 2);
    QVERIFY(process.waitForStarted()); // Still true, without a second started().
    QCOMPARE(started.size(), 1);
    QCOMPARE(failed.size(), 0);
    QCOMPARE(process.program(), childProgram());
    QCOMPARE(process.arguments(), words("sleep"));
}

void tst_Starting::makeFile(const QString &name, QFile::Permissions permissions)
{
    QFile file(name);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("No program starts like this.");
    QVERIFY(file.setPermissions(permissions));
}

void tst_Starting::failure_data()
{
    QTest::addColumn<QString>("program");
    QTest::addColumn<QString>("step");
    QTest::addColumn<int>("errorCode");
    QTest::addColumn<QString>("text");
    const QString notExecutable = m_directory.filePath(u"not executable"_s);
    const QString noProgram = m_directory.filePath(u"no program"_s);
    makeFile(notExecutable, QFile::ReadOwner | QFile::WriteOwner);
    makeFile(noProgram, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    const auto row = [](const char *name, const QString &program, int errorCode, const char *text) {
        QTest::newRow(name) << program << u"exec"_s << errorCode
                            << u"Child process set up failed: execve: "_s + QString::fromLatin1(text);
    };
    row("missing file", u"/no/such/program"_s, ENOENT, "No such file or directory");
    row("missing in PATH", u"no-such-program"_s, ENOENT, "No such file or directory");
    row("not executable", notExecutable, EACCES, "Permission denied");
    row("a directory", m_directory.path(), EACCES, "Permission denied");
    row("no program inside", noProgram, ENOEXEC, "Exec format error");
}

void tst_Starting::failure()
{
    QFETCH(const QString, program);
    Process process;
    QSignalSpy stateChanged(&process, &Process::stateChanged);
    QSignalSpy failed(&process, &Process::errorOccurred);
    QSignalSpy finished(&process, &Process::finished);
    process.start(program, words("exit 0"));
    QCOMPARE(process.state(), Process::Starting);
    QCOMPARE(process.error(), Process::UnknownError);
    QCOMPARE(failed.size(), 0);
    QCOMPARE(process.processId(), 0);
    QTEST(QString::fromLatin1(process.startError().step), "step");
    QTEST(process.startError().errorCode, "errorCode");

    QVERIFY(comes(failed));
    QCoreApplication::processEvents();
    QCOMPARE(failed.size(), 1);
    QCOMPARE(failed[0][0].value<Process::ProcessError>(), Process::FailedToStart);
    QCOMPARE(process.error(), Process::FailedToStart);
    QFETCH(const QString, text);
    QCOMPARE(process.errorString(), text + u": "_s + program);
    QCOMPARE(process.state(), Process::NotRunning);
    QCOMPARE(stateChanged.size(), 2);
    QCOMPARE(finished.size(), 0);
    QVERIFY(!process.waitForStarted());
    QVERIFY(!process.waitForFinished());

    process.start(childProgram(), words("exit 3"));
    QVERIFY(process.startError() == StartError());
    QVERIFY(comes(finished));
    QCOMPARE(process.exitCode(), 3);
    QCOMPARE(failed.size(), 1);
}

void tst_Starting::failureInsideStart_data()
{
    QTest::addColumn<QString>("program");
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<StartError>("error");
    QTest::addColumn<QString>("text");
    QTest::newRow("no program") << QString() << QStringList() << StartError{"program", EINVAL}
                                << u"No program defined"_s;
    QTest::newRow("a zero in an argument")
        << childProgram() << QStringList({u"args"_s, u"a\0b"_s}) << StartError{"argument", EINVAL}
        << u"Child process set up failed: argument: Invalid argument"_s;
    QTest::newRow("a zero in the program")
        << childProgram() + u'\0' << QStringList() << StartError{"program", EINVAL}
        << u"Child process set up failed: program: Invalid argument"_s;
}

void tst_Starting::failureInsideStart()
{
    QFETCH(const QString, program);
    QFETCH(const QStringList, arguments);
    QFETCH(const QString, text);
    Process process;
    QSignalSpy failed(&process, &Process::errorOccurred);
    QSignalSpy finished(&process, &Process::finished);
    process.start(program, arguments);
    QCOMPARE(failed.size(), 1);
    QCOMPARE(process.state(), Process::NotRunning);
    QCOMPARE(process.error(), Process::FailedToStart);
    QTEST(process.startError(), "error");
    QVERIFY(says(process, text));
    QVERIFY(!process.waitForStarted());
    QVERIFY(!process.waitForFinished());

    process.start(childProgram(), words("exit 3"));
    QVERIFY(comes(finished));
    QCOMPARE(process.exitCode(), 3);
    QCOMPARE(failed.size(), 1);
}

void tst_Starting::failureBeforeStarting_data()
{
    QTest::addColumn<Preparation>("prepare");
    QTest::addColumn<StartError>("error");
    QTest::addColumn<QString>("text");
    QTest::newRow("no such working directory")
        << Preparation([](Process &process) { process.setWorkingDirectory(u"/no/such"_s); })
        << StartError{"workingDirectory", ENOENT} << parentText("chdir: No such file or directory");
    QTest::newRow("no such working directory and program") << Preparation([](Process &process) {
        process.setWorkingDirectory(u"/no/such"_s);
        process.setProgram(u"no-such-program"_s);
    }) << StartError{"workingDirectory", ENOENT} << parentText("chdir: No such file or directory");
    QTest::newRow("a file for a working directory")
        << Preparation([](Process &process) { process.setWorkingDirectory(childProgram()); })
        << StartError{"workingDirectory", ENOTDIR} << parentText("chdir: Not a directory");
    QTest::newRow("no such input file")
        << Preparation([](Process &process) { process.setStandardInputFile(u"/no/such"_s); })
        << StartError{"channels", ENOENT} << u"Could not open input redirection for reading"_s;
    QTest::newRow("an output file that cannot be")
        << Preparation([](Process &process) { process.setStandardOutputFile(u"/no/such/file"_s); })
        << StartError{"channels", ENOENT} << u"Could not open output redirection for writing"_s;
    QTest::newRow("an error file that cannot be")
        << Preparation([](Process &process) { process.setStandardErrorFile(u"/no/such/file"_s); })
        << StartError{"channels", ENOENT} << u"Could not open output redirection for writing"_s;
}

// The order of QProcess 6.8, which reports these failures before it forks.
void tst_Starting::failureBeforeStarting()
{
    QFETCH(const Preparation, prepare);
    QFETCH(const QString, text);
    Process process;
    QStringList signalsSeen;
    atEverySignal(&process, [&signalsSeen](const QString &name) { signalsSeen += name; });
    process.setProgram(childProgram());
    process.setArguments(words("exit 3"));
    prepare(process);
    process.start();
    QCOMPARE(signalsSeen,
             QStringList({u"stateChanged Starting"_s, u"errorOccurred FailedToStart"_s,
                          u"stateChanged NotRunning"_s}));
    QTEST(process.startError(), "error");
    QVERIFY(says(process, text));
    QVERIFY(!process.waitForStarted());
    QVERIFY(!process.waitForFinished());
    QCOMPARE(signalsSeen.size(), 3);
}

void tst_Starting::emptyNameChangesNothing()
{
    Process process;
    process.setProgram(childProgram());
    process.setArguments(words("exit 3"));
    process.start(QString(), words("exit 4"));
    QCOMPARE(process.error(), Process::FailedToStart);
    QCOMPARE(process.program(), childProgram());
    QCOMPARE(process.arguments(), words("exit 3"));
}

// start() reports it by a signal, open() by a warning.
void tst_Starting::noProgram()
{
    Process process;
    QSignalSpy failed(&process, &Process::errorOccurred);
    process.start();
    QCOMPARE(failed.size(), 1);
    QCOMPARE(process.error(), Process::FailedToStart);
    QCOMPARE(process.errorString(), u"No program defined"_s);
    QVERIFY(process.startError() == (StartError{"program", EINVAL}));
    QVERIFY(!process.isOpen());
}

namespace {

QStringList &loggedWarnings()
{
    static QStringList warnings;
    return warnings;
}

void logWarning(QtMsgType type, const QMessageLogContext &context, const QString &message)
{
    if (type == QtWarningMsg)
        loggedWarnings() += QString::fromLatin1(context.category) + u": "_s + message;
}

} // namespace

void tst_Starting::whileRunning()
{
    Process process;
    process.start(childProgram(), words("sleep"));
    QVERIFY(process.waitForStarted());
    const qint64 pid = process.processId();
    QSignalSpy stateChanged(&process, &Process::stateChanged);
    QSignalSpy failed(&process, &Process::errorOccurred);

    const auto previousHandler = qInstallMessageHandler(logWarning);
    process.start(u"/no/such/program"_s);
    process.start();
    const bool isOpened = process.open();
    process.setProgram(u"/no/such/program"_s);
    process.setArguments({});
    qInstallMessageHandler(previousHandler);

    const QString start = u"forkfd.childprocess: QProcess::start: Process is already running"_s;
    const QString set = u"forkfd.childprocess: QProcess::setProgram: Process is already running"_s;
    QCOMPARE(loggedWarnings(), QStringList({start, start, start, set, set}));
    QVERIFY(!isOpened);
    QCOMPARE(process.state(), Process::Running);
    QCOMPARE(process.processId(), pid);
    QCOMPARE(process.program(), childProgram());
    QCOMPARE(process.arguments(), words("sleep"));
    QCOMPARE(stateChanged.size() + failed.size(), 0);
}

void tst_Starting::open()
{
    Process process;
    QSignalSpy failed(&process, &Process::errorOccurred);
    QTest::ignoreMessage(QtWarningMsg, "QProcess::start: program not set");
    QVERIFY(!process.open());
    QCOMPARE(failed.size(), 0);
    QCOMPARE(process.error(), Process::UnknownError);

    process.setProgram(childProgram());
    process.setArguments(words("exit 3"));
    QVERIFY(process.open(QIODevice::ReadOnly));
    QCOMPARE(process.openMode(), QIODevice::ReadOnly);
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitCode(), 3);

    process.setStandardInputFile(u"/no/such/file"_s);
    QVERIFY(!process.open());
    QCOMPARE(failed.size(), 1);
}

// The child exists when the first signal of its start comes.
void tst_Starting::changedInSlot()
{
    Process process;
    connect(&process, &Process::stateChanged, &process, [&process](Process::ProcessState state) {
        if (state == Process::Starting)
            process.setWorkingDirectory(u"/"_s);
    });
    process.setWorkingDirectory(m_directory.path());
    process.start(childProgram(), words("cwd"));
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.readAll().trimmed(), QFile::encodeName(QDir(m_directory.path()).canonicalPath()));
    process.start();
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.readAll(), "/\n");
}

QTEST_GUILESS_MAIN(tst_Starting)
#include "tst_starting.moc"
