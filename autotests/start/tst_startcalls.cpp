// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "childprocesstest.h"

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QTemporaryDir>

#include <unistd.h>

using Starter = void (*)(Process &);

/// The functions that start a program, and what they do while a child runs.
/// Holds: L12 (searchInPath), H13.
class tst_StartCalls : public ChildProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void startCommand();
    void emptyCommand_data();
    void emptyCommand();
    void startWithName();
    void startWithoutName();
    void noProgram_data();
    void noProgram();
    void open();
    void overriddenOpen();
    void nameOfTheProgram_data();
    void nameOfTheProgram();
    void searchInPath_data();
    void searchInPath();
    void whileRunning();
    void settingsWhileRunning();
#ifndef FORKFD_TEST_QPROCESS
    void category();
#endif
};

void tst_StartCalls::startCommand()
{
    Process process;
    process.startCommand(u"\"%1\"  args 'b c' \"d e\""_s.arg(childProgram()), QIODevice::ReadOnly);
    QCOMPARE(process.openMode(), QIODevice::ReadOnly);
    QCOMPARE(process.program(), childProgram());
    QCOMPARE(process.arguments(), QStringList({u"args"_s, u"'b"_s, u"c'"_s, u"d e"_s}));
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.readAll(), "'b\nc'\nd e\n");
}

void tst_StartCalls::emptyCommand_data()
{
    QTest::addColumn<QString>("command");
    QTest::newRow("nothing") << QString();
    QTest::newRow("spaces") << u" \t\n"_s;
}

void tst_StartCalls::emptyCommand()
{
#if defined(FORKFD_TEST_QPROCESS) && QT_VERSION < QT_VERSION_CHECK(6, 8, 0)
    QSKIP("QProcess crashed then.");
#endif
    QFETCH(const QString, command);
    Process process;
    process.setProgram(childProgram());
    QStringList record;
    atEverySignal(&process, [&record](const QString &signal) { record += signal; });
    QTest::ignoreMessage(QtWarningMsg,
                         "QProcess::startCommand: empty or whitespace-only command was provided");
    process.startCommand(command);
    QCOMPARE(record, QStringList());
    QCOMPARE(process.error(), Process::UnknownError);
    QCOMPARE(process.program(), childProgram());
    QVERIFY(!process.isOpen());
}

void tst_StartCalls::startWithName()
{
    Process process;
    process.setProgram(u"/no/such/program"_s);
    process.setArguments(words("exit 4"));
    process.start(childProgram(), words("exit 3"));
    QCOMPARE(process.program(), childProgram());
    QCOMPARE(process.arguments(), words("exit 3"));
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitCode(), 3);
    process.start(childProgram());
    QCOMPARE(process.arguments(), QStringList());
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitCode(), 0);
}

void tst_StartCalls::startWithoutName()
{
    Process process;
    process.setProgram(childProgram());
    process.setArguments(words("exit 3"));
    for (int i = 0; i < 2; ++i) {
        process.start(QIODevice::ReadOnly);
        QCOMPARE(process.openMode(), QIODevice::ReadOnly);
        QVERIFY(process.waitForFinished());
        QCOMPARE(process.exitCode(), 3);
    }
    process.start();
    QCOMPARE(process.openMode(), QIODevice::ReadWrite);
    QVERIFY(process.waitForFinished());
}

void tst_StartCalls::noProgram_data()
{
    QTest::addColumn<Starter>("start");
#if !defined(FORKFD_TEST_QPROCESS) \
    || QT_VERSION >= QT_VERSION_CHECK(6, 8, 0) // QProcess before 6.8 warned and did nothing.
    QTest::newRow("none was set") << Starter([](Process &process) { process.start(); });
#endif
    QTest::newRow("an empty one is given")
        << Starter([](Process &process) { process.start(QString(), words("exit 3")); });
}

void tst_StartCalls::noProgram()
{
    QFETCH(const Starter, start);
    Process process;
    QStringList record;
    atEverySignal(&process, [&record](const QString &signal) { record += signal; });
    start(process);
    QCOMPARE(record, QStringList(u"errorOccurred FailedToStart"_s));
    QCOMPARE(process.error(), Process::FailedToStart);
    QCOMPARE(process.errorString(), u"No program defined"_s);
    QCOMPARE(process.state(), Process::NotRunning);
    QVERIFY(!process.isOpen());
    QCOMPARE(process.arguments(), QStringList());
}

void tst_StartCalls::open()
{
    Process process;
    QSignalSpy failed(&process, &Process::errorOccurred);
    QTest::ignoreMessage(QtWarningMsg, "QProcess::start: program not set");
    QVERIFY(!process.open());
    QCOMPARE(failed.size(), 0);
    process.setProgram(childProgram());
    process.setArguments(words("exit 3"));
    QIODevice *const device = &process;
    QVERIFY(device->open(QIODevice::ReadOnly));
    QCOMPARE(process.openMode(), QIODevice::ReadOnly);
    QCOMPARE(process.state(), Process::Starting);
    QTest::ignoreMessage(QtWarningMsg, "QProcess::start: Process is already running");
    QVERIFY(!process.open());
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitCode(), 3);
}

// start() does not call the virtual open(): an override serves only callers of open().
void tst_StartCalls::overriddenOpen()
{
    class Subclass : public Process
    {
    public:
        bool open(OpenMode mode = ReadWrite) override
        {
            ++calls;
            return Process::open(mode);
        }
        int calls = 0;
    };
    Subclass process;
    process.start(childProgram(), words("exit 3"));
    QVERIFY(process.waitForFinished());
    process.startCommand(u'"' + childProgram() + u"\" exit 3"_s);
    QVERIFY(process.waitForFinished());
    process.start();
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.calls, 0);
    QVERIFY(static_cast<QIODevice *>(&process)->open(QIODevice::ReadWrite));
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.calls, 1);
    QCOMPARE(process.exitCode(), 3);
}

void tst_StartCalls::nameOfTheProgram_data()
{
    QTest::addColumn<QString>("program");
    QTest::addColumn<QString>("name");
    QTest::newRow("a path") << childProgram() << childProgram();
    QTest::newRow("searched in PATH") << QFileInfo(childProgram()).fileName() << childProgram();
}

void tst_StartCalls::nameOfTheProgram()
{
    QFETCH(const QString, program);
    const QByteArray path = qgetenv("PATH");
    qputenv("PATH", QFile::encodeName(QFileInfo(childProgram()).path()));
    Process process;
    process.start(program, words("name"));
    qputenv("PATH", path);
    QVERIFY(process.waitForFinished());
    QFETCH(const QString, name);
    QCOMPARE(process.readAll(), QFile::encodeName(name) + '\n');
    QCOMPARE(process.program(), program);
}

void tst_StartCalls::searchInPath_data()
{
    QTest::addColumn<QByteArray>("before");
    QTest::addColumn<QByteArray>("after");
    QTest::addColumn<bool>("isFound");
    QTest::newRow("a circle of links first") << QByteArray("./knot:") << QByteArray() << true;
    QTest::newRow("a name too long first") << "/" + QByteArray(300, 'x') + ':' << QByteArray() << true;
    QTest::newRow("no such folder first") << QByteArray("/no/such/folder:") << QByteArray() << true;
    QTest::newRow("a slash last") << QByteArray() << QByteArray("/") << true;
    QTest::newRow("a dot last") << QByteArray() << QByteArray("/.") << true;
#ifndef FORKFD_TEST_QPROCESS
    // execvp(3) takes an empty entry for the current directory. ChildProcess skips it, as QProcess
    // does; QProcess 6.4 then leaks a pipe.
    QTest::newRow("an empty entry alone") << QByteArray(":/no/such/folder") << QByteArray() << false;
    QTest::newRow("bytes that are no text first") << QByteArray("/\xff:") << QByteArray() << true;
#endif
}

// PATH is `before`, the program's folder if `isFound`, and `after`.
void tst_StartCalls::searchInPath()
{
    QFETCH(const QByteArray, before);
    QFETCH(const QByteArray, after);
    QFETCH(const bool, isFound);
    const QTemporaryDir directory;
    const QString current = QDir::currentPath();
    QVERIFY(symlink("knot", qPrintable(directory.filePath(u"knot"_s))) == 0);
    QVERIFY(QDir::setCurrent(isFound ? directory.path() : QFileInfo(childProgram()).path()));
    const QByteArray path = qgetenv("PATH");
    qputenv("PATH",
            before + (isFound ? QFile::encodeName(QFileInfo(childProgram()).path()) : "") + after);
    Process process;
    process.start(QFileInfo(childProgram()).fileName(), words("name"));
    qputenv("PATH", path);
    QVERIFY(QDir::setCurrent(current));
    QCOMPARE(process.waitForFinished(), isFound);
    if (isFound)
        QCOMPARE(process.readAll(), QFile::encodeName(childProgram()) + '\n');
    else
        QCOMPARE(process.error(), Process::FailedToStart);
}

void tst_StartCalls::whileRunning()
{
    Process process;
    process.start(childProgram(), words("sleep"));
    const char *const start = "QProcess::start: Process is already running";
    const char *const set = "QProcess::setProgram: Process is already running";
    for (int i = 0; i < 3; ++i)
        QTest::ignoreMessage(QtWarningMsg, start);
    process.start(u"/no/such/program"_s);
    process.start();
    process.startCommand(u"/no/such/program"_s);
    QTest::ignoreMessage(QtWarningMsg, set);
    QTest::ignoreMessage(QtWarningMsg, set);
    process.setProgram(u"/no/such/program"_s);
    process.setArguments({});
    QCOMPARE(process.state(), Process::Starting);
    QCOMPARE(process.program(), childProgram());
    QCOMPARE(process.arguments(), words("sleep"));
    process.kill();
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitStatus(), Process::CrashExit);
}

// Settings that change while a child runs take effect at the next start.
void tst_StartCalls::settingsWhileRunning()
{
    const QTemporaryDir directory;
    Process process;
    process.start(childProgram(), words("echo write 2 2"));
    process.setWorkingDirectory(directory.path());
    process.setEnvironment({u"FORKFD_TEST=set"_s});
    process.setProcessChannelMode(Process::MergedChannels);
    process.setInputChannelMode(Process::ForwardedInputChannel);
    process.setInputChannelMode(Process::ManagedInputChannel);
    process.setStandardInputFile(Process::nullDevice());
    QVERIFY(process.waitForStarted());
    QCOMPARE(process.write("abc"), 3);
    process.closeWriteChannel();
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.readAll(), "abc");

    process.start(childProgram(), words("write 2 2 echo cwd env FORKFD_TEST"));
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.readAll(),
             "xx" + QFile::encodeName(QDir(directory.path()).canonicalPath()) + "\nset\n");
}

#ifndef FORKFD_TEST_QPROCESS

namespace {

QString loggedCategory; // clazy:exclude=non-pod-global-static

}

void tst_StartCalls::category()
{
    const auto handler = [](QtMsgType, const QMessageLogContext &context, const QString &) {
        loggedCategory = QString::fromLatin1(context.category);
    };
    const auto previousHandler = qInstallMessageHandler(handler);
    Process process;
    process.open();
    qInstallMessageHandler(previousHandler);
    QCOMPARE(loggedCategory, u"forkfd.childprocess"_s);
}

#endif

QTEST_GUILESS_MAIN(tst_StartCalls)
#include "tst_startcalls.moc"
