// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "childprocesstest.h"
#include "forkedcopy.h"

#include <ForkFd/run.h>

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QTemporaryDir>

#include <atomic>
#include <cstdlib>
#include <thread>

#include <sys/stat.h>
#include <unistd.h>

/// The child's directory, environment, arguments and program.
/// Holds: L1 (changedByAnotherThread), L12 (programOfUndecodablePath).
class tst_Environment : public ChildProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void workingDirectory_data();
    void workingDirectory();
    void program_data();
    void program();
    void arguments_data();
    void arguments();
    void environment_data();
    void environment();
    void inherited();
    void replaced();
    void emptied();
    void undecodable_data();
    void undecodable();
    void undecodableChanged();
#ifndef FORKFD_TEST_QPROCESS
    void cleared();
    void changedByAnotherThread();
    void programOfUndecodablePath();
#endif

private:
    static QByteArray output(Process &process, const QStringList &words);
};

namespace {

/// Sets a variable of this process until the end of the scope.
class Variable
{
public:
    Variable(const char *name, const char *value)
        : m_name(name)
        , m_hadValue(getenv(name) != nullptr)
        , m_value(getenv(name))
    {
        setenv(name, value, 1);
    }
    ~Variable() { m_hadValue ? setenv(m_name, m_value, 1) : unsetenv(m_name); }
    Variable(const Variable &) = delete;
    Variable &operator=(const Variable &) = delete;

private:
    const char *m_name;
    bool m_hadValue;
    QByteArray m_value;
};

} // namespace

QByteArray tst_Environment::output(Process &process, const QStringList &words)
{
    process.start(childProgram(), words);
    return process.waitForFinished() ? process.readAll() : process.errorString().toUtf8();
}

void tst_Environment::workingDirectory_data()
{
    QTest::addColumn<QString>("name");
    QTest::newRow("plain") << u"directory"_s;
    QTest::newRow("with a space") << u"a directory"_s;
    QTest::newRow("beyond ASCII") << u"Verzeichnis für 文"_s;
}

void tst_Environment::workingDirectory()
{
    QFETCH(const QString, name);
    const QTemporaryDir parent;
    QVERIFY(QDir(parent.path()).mkdir(name));
    const QString directory = QDir(parent.filePath(name)).canonicalPath();
    Process process;
    QCOMPARE(process.workingDirectory(), QString());
    QCOMPARE(output(process, words("cwd")), QFile::encodeName(QDir::currentPath()) + '\n');
    process.setWorkingDirectory(directory);
    QCOMPARE(process.workingDirectory(), directory);
    QCOMPARE(output(process, words("cwd")), QFile::encodeName(directory) + '\n');
}

void tst_Environment::program_data()
{
    QTest::addColumn<QString>("program");
    QTest::newRow("searched in PATH") << u"our-child"_s;
    QTest::newRow("counted from the child's directory") << u"./our-child"_s;
    QTest::newRow("a directory further up") << u"below/../our-child"_s;
}

void tst_Environment::program()
{
    QFETCH(const QString, program);
    const QTemporaryDir directory;
    QVERIFY(QDir(directory.path()).mkdir(u"below"_s));
    QVERIFY(QFile::link(childProgram(), directory.filePath(u"our-child"_s)));
    const Variable path("PATH",
                        QFile::encodeName(u"/no/such/directory:"_s + directory.path()).constData());
    Process process;
    process.setWorkingDirectory(directory.path());
    process.start(program, words("exit 3"));
    QVERIFY2(process.waitForFinished(), qPrintable(process.errorString()));
    QCOMPARE(process.exitCode(), 3);
    QCOMPARE(process.program(), program);
}

void tst_Environment::arguments_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::newRow("plain") << QStringList({u"one"_s, u"two"_s});
    QTest::newRow("empty ones") << QStringList({QString(), u"two"_s, QString()});
    QTest::newRow("characters special to a shell") << QStringList({u"a b"_s, u"$HOME"_s, u"\"'`;*\\"_s});
    QTest::newRow("beyond ASCII") << QStringList({u"für 文"_s, u"\U0001F600"_s});
    QTest::newRow("long") << QStringList({QString(100000, u'x')});
    QTest::newRow("many") << QString(20000, u'x').split(QString());
}

void tst_Environment::arguments()
{
    QFETCH(const QStringList, arguments);
    Process process;
    QByteArray expected;
    for (const QString &argument : arguments)
        expected += QFile::encodeName(argument) + '\n';
    QCOMPARE(output(process, QStringList(u"args"_s) + arguments), expected);
}

void tst_Environment::environment_data()
{
    QTest::addColumn<QStringList>("set");
    QTest::addColumn<QStringList>("environment");
    const auto row = [](const char *name, const QStringList &set, const QStringList &environment) {
        QTest::newRow(name) << set << environment;
    };
    row("nothing", {}, {});
    row("in order", {u"B=2"_s, u"A=1"_s}, {u"A=1"_s, u"B=2"_s});
    row("the last one wins", {u"A=1"_s, u"B=2"_s, u"A=3"_s}, {u"A=3"_s, u"B=2"_s});
    row("empty values", {u"A="_s, u"B"_s}, {u"A="_s});
    row("no name", {u"=1"_s, u"A=1"_s}, {u"A=1"_s});
    row("equals signs", {u"A=1=2"_s}, {u"A=1=2"_s});
}

void tst_Environment::environment()
{
    QFETCH(const QStringList, set);
    QFETCH(QStringList, environment);
    Process process;
    QCOMPARE(process.environment(), QStringList());
    QVERIFY(process.processEnvironment().inheritsFromParent());
    process.setEnvironment(set);
    QCOMPARE(process.environment(), environment);
    QCOMPARE(process.processEnvironment().toStringList(), environment);
    QVERIFY(!process.processEnvironment().inheritsFromParent());
    process.start(childProgram(), words("environment"));
    QVERIFY(process.waitForFinished());
    QStringList seen = QString::fromLocal8Bit(process.readAll()).split(u'\n', Qt::SkipEmptyParts);
    seen.sort();
    QCOMPARE(seen, environment);
}

void tst_Environment::inherited()
{
    const Variable variable("FORKFD_TEST", "from the parent");
    Process process;
    QVERIFY(process.processEnvironment().inheritsFromParent());
    QCOMPARE(output(process, words("env FORKFD_TEST")), "from the parent\n");
    process.setProcessEnvironment(QProcessEnvironment(QProcessEnvironment::InheritFromParent));
    QCOMPARE(output(process, words("env FORKFD_TEST")), "from the parent\n");
}

void tst_Environment::replaced()
{
    const Variable variable("FORKFD_TEST", "from the parent");
    Process process;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(u"FORKFD_TEST"_s, u"für das Kind"_s);
    process.setProcessEnvironment(environment);
    QCOMPARE(process.processEnvironment(), environment);
    QCOMPARE(output(process, words("env FORKFD_TEST")), "für das Kind\n");
    environment.remove(u"FORKFD_TEST"_s);
    process.setProcessEnvironment(environment);
    QCOMPARE(output(process, words("env FORKFD_TEST")), "(unset)\n");
    QCOMPARE(qgetenv("FORKFD_TEST"), "from the parent"); // The parent's variable has not changed.
}

void tst_Environment::emptied()
{
    const Variable variable("FORKFD_TEST", "from the parent");
    Process process;
    QProcessEnvironment environment;
    process.setProcessEnvironment(environment);
    QCOMPARE(output(process, words("environment")), "");
    environment.insert(u"ONLY"_s, u"this one"_s);
    process.setProcessEnvironment(environment);
    QCOMPARE(output(process, words("environment")), "ONLY=this one\n");
}

void tst_Environment::undecodable_data()
{
    QTest::addColumn<QList<QByteArray>>("variables");
    QTest::newRow("value") << QList<QByteArray>{"FORKFD_TEST=\xff\xfe after"};
    QTest::newRow("name") << QList<QByteArray>{"FORKFD_\xc3(=value"};
    QTest::newRow("names that decode alike") << QList<QByteArray>{"FORKFD_\xfd=1", "FORKFD_\xfe=1"};
    QTest::newRow("beside a name that decodes alike")
        << QList<QByteArray>{"FORKFD_\xfd=1", "FORKFD_\xef\xbf\xbd=1"};
}

// A QString cannot hold bytes that are not text. The child must get them unchanged.
void tst_Environment::undecodable()
{
    QFETCH(const QList<QByteArray>, variables);
    std::vector<std::unique_ptr<Variable>> set;
    QList<QByteArray> names;
    for (const QByteArray &variable : variables)
        names += variable.left(variable.indexOf('='));
    for (qsizetype i = 0; i < variables.size(); ++i) {
        const QByteArray value = variables[i].mid(names[i].size() + 1);
        set.push_back(std::make_unique<Variable>(names[i].constData(), value.constData()));
    }
    Process process;
    process.setProcessEnvironment(QProcessEnvironment::systemEnvironment());
    const QByteArray output = tst_Environment::output(process, words("environment"));
    for (const QByteArray &variable : variables)
        QCOMPARE(output.count('\n' + variable + '\n'), 1);
}

void tst_Environment::undecodableChanged()
{
    const Variable variable("FORKFD_TEST", "\xff");
    Process process;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(u"FORKFD_TEST"_s, u"text"_s);
    process.setProcessEnvironment(environment);
    QCOMPARE(output(process, words("env FORKFD_TEST")), "text\n");
}

#ifndef FORKFD_TEST_QPROCESS

namespace {

// An `environ` of this size is unmapped when a larger array replaces it.
void changeEnvironment(const std::atomic<bool> &isOver)
{
    while (!isOver) {
        for (int i = 0; i < 40000 && !isOver; ++i)
            setenv(("FORKFD_TEST_" + std::to_string(i)).c_str(), "x", 1);
        clearenv();
    }
}

} // namespace

// Found by tst_surroundings: after clearenv(3) there is no array of variables, and Qt's
// systemEnvironment() reads it all the same.
void tst_Environment::cleared()
{
    const QByteArray result = ::inForkedCopy([]() -> QByteArray {
        clearenv();
        Process process;
        process.setEnvironmentChanges({{u"COLOUR"_s, u"blue"_s}});
        if (!Process::systemEnvironment().isEmpty() || process.environmentChanges().size() != 1)
            return "not empty";
        return output(process, words("environment"));
    });
    QCOMPARE(result, QByteArray("COLOUR=blue\n"));
}

// run() once read `environ` entry by entry, and crashed. Before glibc 2.41, setenv() frees the array
// before it publishes the new one, and a reader in between may crash whatever it does: about one of a
// hundred copies did.
void tst_Environment::changedByAnotherThread()
{
    if (isUnderAddressSanitizer)
        QSKIP(
            "setenv() frees an array that another thread may be reading: no library can prevent that.");
    int crashes = 0;
    for (int i = 0; i < 3; ++i) {
        const QByteArray others = ::inForkedCopy([] {
            std::atomic<bool> isOver = false;
            std::thread changer([&isOver] { changeEnvironment(isOver); });
            QByteArray seen;
            for (int run = 0; run < 40; ++run) {
                const auto result = ForkFd::run(childProgram(), words("exit 3")).result();
                if (result.exitInfo.code != 3)
                    seen += text(result.startError) + ' ' + text(result.exitInfo) + '\n';
            }
            isOver = true;
            changer.join();
            return seen;
        });
        if (others == " [the copy ended with wait status 11]")
            ++crashes;
        else
            QCOMPARE(others, "");
    }
    QVERIFY(crashes <= 1);
}

// The search once converted the path that it had found to a QString and back, which named no file.
void tst_Environment::programOfUndecodablePath()
{
    const QTemporaryDir directory;
    const QByteArray entry = QFile::encodeName(directory.path()) + "/\xff";
    const QByteArray program = entry + "/forkfd-test-program";
    QVERIFY(mkdir(entry.constData(), 0700) == 0);
    QVERIFY(symlink(FORKFD_TEST_CHILD, program.constData()) == 0);
    Process process;
    {
        const Variable path("PATH", (entry + ':' + qgetenv("PATH")).constData());
        process.start(u"forkfd-test-program"_s, words("name"));
    }
    const bool hasFinished = process.waitForFinished();
    unlink(program.constData()); // QTemporaryDir does not find these names.
    rmdir(entry.constData());
    QVERIFY2(hasFinished, qPrintable(process.errorString()));
    QCOMPARE(process.readAll(), program + '\n');
}

#endif

QTEST_GUILESS_MAIN(tst_Environment)
#include "tst_environment.moc"
