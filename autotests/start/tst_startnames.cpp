// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "childprocesstest.h"

#include <ForkFd/run.h>

#include <QtCore/QFile>
#include <QtCore/QTemporaryDir>
#include <QtCore/QTranslator>

#include <cerrno>

using ForkFd::StartError;

/// The message of a failed start names the program, file, directory or interpreter that caused the
/// failure.
/// Holds: L3.
class tst_StartNames : public ChildProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void exec_data();
    void exec();
    void ofSpawn_data();
    void ofSpawn();
    void ofObject_data();
    void ofObject();
    void afterModifier();
    void notPartOfEquality();
    void translated();

protected:
    void warmUp() override;

private:
    using Preparation = void (*)(Process &);
    QString path(const char *name) const { return m_directory.filePath(QString::fromLatin1(name)); }
    void makeScript(const char *name, const QByteArray &content) const;
    void makeLoaderless() const;

    QTemporaryDir m_directory;
};

void tst_StartNames::makeScript(const char *name, const QByteArray &content) const
{
    QFile file(path(name));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(content);
    QVERIFY(file.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner));
}

// A copy of the helper program whose loader does not exist, like that of many 32-bit programs.
void tst_StartNames::makeLoaderless() const
{
    QFile program(childProgram());
    QVERIFY(program.open(QIODevice::ReadOnly));
    QByteArray bytes = program.readAll();
    const qsizetype loader = bytes.indexOf("/lib");
    QVERIFY(loader > 0);
    bytes.replace(loader, 4, "/LIB");
    makeScript("loaderless", bytes);
}

void tst_StartNames::initTestCase()
{
    qputenv("PATH", "/usr/bin:/bin"); // PATH may hold folders that this user may not search.
    makeScript("script", "#!/no/such/interpreter -x\n");
    makeScript("spaced", "#! \t/no/such/interpreter\n");
    makeScript("empty", "#!\n");
    makeScript("relative", "#!no/such/interpreter\n");
    makeScript("ofscript", "#!" + QFile::encodeName(path("script")) + '\n');
    makeScript("ofplain", "#!" + QFile::encodeName(path("plain")) + '\n');
    makeScript("text", "This is no program.");
    QFile plain(path("plain"));
    QVERIFY(plain.open(QIODevice::WriteOnly));
    makeLoaderless();
}

// Also makes the threads and descriptors that run() and stop() keep.
void tst_StartNames::warmUp()
{
    ChildProcessTest::warmUp();
    ForkFd::run(childProgram(), words("exit 0")).waitForFinished();
    Process stopped;
    stopped.start(childProgram(), words("sleep"));
    stopped.stop();
    stopped.waitForFinished();
    awaitLibrary();
}

void tst_StartNames::exec_data()
{
    QTest::addColumn<QString>("program");
    QTest::addColumn<int>("errorCode");
    QTest::addColumn<QString>("subject");
    const auto row = [](const char *name, const QString &program, int errorCode,
                        const QString &subject) {
        QTest::newRow(name) << program << errorCode << subject;
    };
    const auto interpreter = [](const QString &name, const QString &file) {
        return u"interpreter %1 of %2"_s.arg(name, file);
    };
    const QString missing = u"/no/such/interpreter"_s;
    row("missing", u"/no/such/program"_s, ENOENT, u"/no/such/program"_s);
    row("missing in PATH", u"no-such-program"_s, ENOENT, u"no-such-program"_s);
    row("not executable", path("plain"), EACCES, path("plain"));
    row("no program inside", path("text"), ENOEXEC, path("text"));
    row("script", path("script"), ENOENT, interpreter(missing, path("script")));
    row("spaces before it", path("spaced"), ENOENT, interpreter(missing, path("spaced")));
    row("no name in the line", path("empty"), ENOEXEC, path("empty"));
    row("a relative one", path("relative"), ENOENT,
        interpreter(u"no/such/interpreter"_s, path("relative")));
    row("script of a script", path("ofscript"), ENOENT, interpreter(missing, path("script")));
    row("interpreter not executable", path("ofplain"), EACCES,
        interpreter(path("plain"), path("ofplain")));
}

void tst_StartNames::exec()
{
    QFETCH(const QString, program);
    QFETCH(const int, errorCode);
    QFETCH(const QString, subject);
    StartError error;
    QVERIFY(!ForkFd::spawn({.argv = {program.toStdString()}}, {}, &error));
    QCOMPARE(error, (StartError{"exec", errorCode}));
    QCOMPARE(QString::fromStdString(error.subject), subject);
    QCOMPARE(QString::fromStdString(error.toString()),
             u"exec: %1: %2"_s.arg(subject, qt_error_string(errorCode)));

    Process process;
    process.start(program);
    QVERIFY(!process.waitForStarted());
    QCOMPARE(QString::fromStdString(process.startError().subject), subject);
    const QString text = u"Child process set up failed: execve: %1: %2"_s;
    if (errorCode != EACCES || program.contains(u'/'))
        QCOMPARE(process.errorString(), text.arg(qt_error_string(errorCode), subject));

    process.setProgram(program);
    QVERIFY(!process.startDetached());
    QCOMPARE(QString::fromStdString(process.startError().subject), subject);

    const auto future = ForkFd::run(program);
    QCOMPARE(QString::fromStdString(future.result().startError.subject), subject);
}

void tst_StartNames::ofSpawn_data()
{
    QTest::addColumn<ForkFd::Command>("command");
    QTest::addColumn<ForkFd::LaunchOptions>("options");
    QTest::addColumn<QByteArray>("text");
    const ForkFd::Command command = child({"exit", "0"});
    ForkFd::Command inDirectory = command;
    inDirectory.workingDirectory = "/no/such";
    QTest::newRow("directory") << inDirectory << ForkFd::LaunchOptions()
                               << QByteArray("workingDirectory: /no/such: No such file or directory");
    QTest::newRow("control group") << command << ForkFd::LaunchOptions{.controlGroup = "/no/such"}
                                   << QByteArray("controlGroup: /no/such: No such file or directory");
    QTest::newRow("descriptor") << command << ForkFd::LaunchOptions{.fileDescriptors = {{3, -1}}}
                                << QByteArray("fileDescriptors: " FORKFD_TEST_CHILD
                                              ": Bad file descriptor");
    ForkFd::Command withArgument = command;
    withArgument.argv.push_back(std::string("a\0b", 3));
    QTest::newRow("argument") << withArgument << ForkFd::LaunchOptions()
                              << QByteArray("argument: " FORKFD_TEST_CHILD ": Invalid argument");
    QTest::newRow("no program") << ForkFd::Command{.argv = {}} << ForkFd::LaunchOptions()
                                << QByteArray("program: Invalid argument");
    QTest::newRow("relative interpreter")
        << ForkFd::Command{.argv = {"./relative"}, .workingDirectory = m_directory.path().toStdString()}
        << ForkFd::LaunchOptions()
        << QByteArray("exec: interpreter no/such/interpreter of ./relative: No such file or directory");
#ifdef __linux__
    QTest::newRow("loader") << ForkFd::Command{.argv = {path("loaderless").toStdString()}}
                            << ForkFd::LaunchOptions() << QByteArray();
#endif
}

void tst_StartNames::ofSpawn()
{
    QFETCH(const ForkFd::Command, command);
    QFETCH(const ForkFd::LaunchOptions, options);
    QFETCH(const QByteArray, text);
    StartError error;
    if (options.controlGroup.empty() || QFile::exists(u"/sys/fs/cgroup/cgroup.controllers"_s)) {
        QVERIFY(!ForkFd::spawn(command, options, &error));
        if (!text.isEmpty())
            QCOMPARE(QByteArray::fromStdString(error.toString()), text);
        else
            QVERIFY2(error.subject.find("interpreter /LIB") == 0, error.subject.c_str());
    }
}

void tst_StartNames::ofObject_data()
{
    QTest::addColumn<Preparation>("prepare");
    QTest::addColumn<QString>("text");
    const QString reason = u"No such file or directory"_s;
    const auto row = [](const char *name, Preparation prepare, const QString &text) {
        QTest::newRow(name) << prepare << text;
    };
    row(
        "directory", [](Process &p) { p.setWorkingDirectory(u"/no/such"_s); },
        parentText("chdir: No such file or directory: /no/such"));
    row(
        "input file", [](Process &p) { p.setStandardInputFile(u"/no/such/in"_s); },
        u"Could not open input redirection for reading: /no/such/in: "_s + reason);
    row(
        "output file", [](Process &p) { p.setStandardOutputFile(u"/no/such/out"_s); },
        u"Could not open output redirection for writing: /no/such/out: "_s + reason);
    row(
        "error file", [](Process &p) { p.setStandardErrorFile(u"/no/such/err"_s); },
        u"Could not open output redirection for writing: /no/such/err: "_s + reason);
    row(
        "scope",
        [](Process &p) {
            p.setSignalScope(Process::SignalScope::Group);
            p.setLaunchOptions({.processGroup = 1});
        },
        u"Child process set up failed: signalScope: Invalid argument: " FORKFD_TEST_CHILD ""_s);
}

void tst_StartNames::ofObject()
{
    QFETCH(const Preparation, prepare);
    QFETCH(const QString, text);
    Process process;
    prepare(process);
    process.start(childProgram(), words("exit 0"));
    QCOMPARE(process.errorString(), text);
    QVERIFY(!process.startError().subject.empty());
}

// The child reports after start() has returned.
void tst_StartNames::afterModifier()
{
    Process process;
    process.setChildProcessModifier([] {});
    process.start(path("script"));
    QVERIFY(!process.waitForStarted());
    QCOMPARE(QString::fromStdString(process.startError().subject),
             u"interpreter /no/such/interpreter of %1"_s.arg(path("script")));
}

void tst_StartNames::notPartOfEquality()
{
    StartError error = {"exec", ENOENT};
    error.subject = "/no/such/program";
    QCOMPARE(error, (StartError{"exec", ENOENT}));
}

namespace {

/// Marks each text that it translates.
class Marker : public QTranslator
{
    Q_OBJECT

public:
    bool isEmpty() const override { return false; }
    QString translate(const char *context, const char *sentence, const char *, int) const override
    {
        return u"<%1|%2>"_s.arg(QString::fromLatin1(context), QString::fromLatin1(sentence));
    }
};

} // namespace

// Qt's sentences and errno texts use Qt's translations. Ours use the context of the class.
void tst_StartNames::translated()
{
    Marker marker;
    QCoreApplication::installTranslator(&marker);
    Process process;
    process.start(path("script"));
    const bool hasStarted = process.waitForStarted();
    const QString missing = process.errorString();
    const QString reason = qt_error_string(ENOENT); // QProcess's text.
    process.setTimeLimit(std::chrono::milliseconds(1));
    QString exceeded;
    connect(&process, &Process::errorOccurred, [&](Process::ProcessError error) {
        if (error == Process::Timedout)
            exceeded = process.errorString();
    });
    process.start(childProgram(), words("sleep"));
    process.waitForFinished();
    QCoreApplication::removeTranslator(&marker);

    QVERIFY(!hasStarted);
    QVERIFY2(missing.contains(u"<QProcess|Child process set up failed: execve: "_s),
             qPrintable(missing));
    QVERIFY2(missing.contains(u"<ForkFd::ChildProcess|interpreter /no/such/interpreter of "_s),
             qPrintable(missing));
    QVERIFY2(missing.contains(reason), qPrintable(missing));
    QCOMPARE(exceeded, u"<ForkFd::ChildProcess|Time limit exceeded>"_s);
}

QTEST_GUILESS_MAIN(tst_StartNames)
#include "tst_startnames.moc"
