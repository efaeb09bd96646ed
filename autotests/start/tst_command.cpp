// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "processtest.h"

#include <QtCore/QDir>
#include <QtCore/QTemporaryDir>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <thread>

#include <unistd.h>

using namespace Qt::StringLiterals;
using ForkFd::Command;
using ForkFd::StartError;
using Strings = std::vector<std::string>;

namespace {

QByteArray lines(const Strings &strings)
{
    QByteArray all;
    for (const std::string &string : strings)
        all += QByteArray::fromStdString(string) + '\n';
    return all;
}

std::string everyByte()
{
    std::string bytes;
    for (int byte = 1; byte <= 255; ++byte)
        bytes += byte == '\n' ? '.' : static_cast<char>(byte);
    return bytes;
}

} // namespace

/// The child gets the command's arguments, environment and directory, byte for byte.
/// Holds: L1 (changingEnvironment).
class tst_Command : public ProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void arguments_data();
    void arguments();
    void inheritedEnvironment();
    void changingEnvironment();
    void program_data();
    void program();
    void noArguments();
    void script();
    void programFailures_data();
    void programFailures();
    void missingInterpreter();
    void environmentChanges_data();
    void environmentChanges();
    void badChanges_data();
    void badChanges();
    void givenEnvironment_data();
    void givenEnvironment();
    void workingDirectory_data();
    void workingDirectory();
    void relativeProgram();
};

void tst_Command::arguments_data()
{
    QTest::addColumn<Strings>("arguments");
    QTest::newRow("none") << Strings{};
    QTest::newRow("empty ones") << Strings{"", "", ""};
    QTest::newRow("empty between others") << Strings{"a", "", "b"};
    QTest::newRow("spaces and quotes") << Strings{" ", "a b", "'\"\\", "$HOME", "*"};
    QTest::newRow("every byte") << Strings{everyByte()};
    QTest::newRow("not UTF-8") << Strings{"\xff\xfe", "\xc3", "\xed\xa0\x80"};
    QTest::newRow("100 kB") << Strings{std::string(100'000, 'x')};
    QTest::newRow("ten thousand") << Strings(10'000, "argument");
}

void tst_Command::arguments()
{
    QFETCH(Strings, arguments);
    Command command = child({"args"});
    command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
    QCOMPARE(outputOf(command), lines(arguments));
}

void tst_Command::inheritedEnvironment()
{
    const char *const name = "FORKFD_TEST_VARIABLE";
    qputenv(name, "\xff now");
    const QByteArray value = outputOf(child({"env", name}));
    const QByteArray all = outputOf(child({"environment"}));
    qunsetenv(name);
    QCOMPARE(value, "\xff now\n");
    QCOMPARE(outputOf(child({"env", name})), "(unset)\n");

    Strings variables;
    for (char **variable = environ; *variable; ++variable)
        variables.push_back(*variable);
    QCOMPARE(outputOf(child({"environment"})), lines(variables));
    QVERIFY(all.contains("FORKFD_TEST_VARIABLE=\xff now\n"));
}

// Another thread calls setenv() all the time, which moves the array that `environ` points to. The
// child once read `environ` in shared memory, and some starts failed with EFAULT.
void tst_Command::changingEnvironment()
{
    if (isUnderAddressSanitizer)
        QSKIP(
            "setenv() frees an array that another thread may be reading: no library can prevent that.");
    std::atomic<bool> isOver = false;
    std::thread changer([&isOver] {
        while (!isOver) {
            for (int i = 0; i < 2000 && !isOver; ++i)
                setenv(("FORKFD_TEST_" + std::to_string(i)).c_str(), std::string(200, 'x').c_str(), 1);
            for (int i = 0; i < 2000; ++i)
                unsetenv(("FORKFD_TEST_" + std::to_string(i)).c_str());
        }
    });
    QByteArrayList others;
    for (int i = 0; i < 300; ++i) {
        const QByteArray outcome = outcomeOf(child({"exit", "3"}));
        if (outcome != "exited with code 3")
            others.append(outcome);
    }
    isOver = true;
    changer.join();
    QCOMPARE(others, QByteArrayList());
}

void tst_Command::program_data()
{
    QTest::addColumn<Command>("command");
    QTest::addColumn<std::optional<std::string>>("argumentZero");
    QTest::addColumn<QByteArray>("name");
    using Name = std::optional<std::string>;
    const std::string program = FORKFD_TEST_CHILD;
    const std::string directory = QFileInfo(QString::fromStdString(program)).path().toStdString();
    QTest::newRow("argv[0]") << Command{{program, "name"}} << Name() << QByteArray(FORKFD_TEST_CHILD);
    QTest::newRow("another name") << Command{.argv = {"-child", "name"}, .program = program} << Name()
                                  << QByteArray("-child");
    QTest::newRow("an empty name") << Command{.argv = {"", "name"}, .program = program} << Name()
                                   << QByteArray();
    QTest::newRow("by option") << Command{{program, "name"}} << Name("-option") << QByteArray("-option");
    QTest::newRow("an empty name by option") << Command{{program, "name"}} << Name("") << QByteArray();
    QTest::newRow("the option wins") << Command{.argv = {"-child", "name"}, .program = program}
                                     << Name("-option") << QByteArray("-option");
    QTest::newRow("relative to the child's directory")
        << Command{.argv = {"-child", "name"}, .workingDirectory = directory, .program = "./child"}
        << Name() << QByteArray("-child");
    QTest::newRow("searched in the parent's PATH")
        << Command{.argv = {"-child", "name"},
                   .program = "child",
                   .environmentChanges = {{"PATH", "/no/such/directory"}}}
        << Name() << QByteArray("-child");
}

void tst_Command::program()
{
    QFETCH(const Command, command);
    QFETCH(const std::optional<std::string>, argumentZero);
    QFETCH(const QByteArray, name);
    const QByteArray path = qgetenv("PATH");
    qputenv("PATH", QFileInfo(QStringLiteral(FORKFD_TEST_CHILD)).path().toLocal8Bit());
    const QByteArray output = outputOf(command, {.argumentZero = argumentZero});
    qputenv("PATH", path);
    QCOMPARE(output, name + '\n');
}

void tst_Command::noArguments()
{
    QCOMPARE(outcomeOf({.argv = {}, .program = FORKFD_TEST_CHILD}), "exited with code 0");
}

// A script gets its path, so that its interpreter finds it.
void tst_Command::script()
{
    const QTemporaryDir directory;
    QFile file(directory.filePath(u"script"_s));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("#!/bin/sh\necho \"$0\" \"$1\"\n");
    file.setPermissions(QFile::ReadOwner | QFile::ExeOwner);
    file.close();
    const Command command = {.argv = {"-name", "argument"}, .program = file.fileName().toStdString()};
    QCOMPARE(outputOf(command), file.fileName().toLocal8Bit() + " argument\n");
    QCOMPARE(outputOf(command, {.argumentZero = "-option"}),
             file.fileName().toLocal8Bit() + " argument\n");
}

void tst_Command::programFailures_data()
{
    QTest::addColumn<Command>("command");
    QTest::addColumn<std::string>("error");
    const std::string nul(1, '\0');
    QTest::newRow("neither program nor name") << Command{} << std::string("program: Invalid argument");
    QTest::newRow("an empty name and no program")
        << Command{{""}} << std::string("program: Invalid argument");
    QTest::newRow("no such program") << Command{.argv = {"-name"}, .program = "/no/such/program"}
                                     << std::string("exec: /no/such/program: No such file or directory");
    QTest::newRow("no such program in PATH")
        << Command{.argv = {FORKFD_TEST_CHILD}, .program = "no such program"}
        << std::string("exec: no such program: No such file or directory");
    QTest::newRow("NUL in the program") << Command{.argv = {"name"}, .program = "/bin" + nul + "/sh"}
                                        << std::string("program: /bin: Invalid argument");
    QTest::newRow("NUL in the name") << Command{.argv = {"a" + nul + "b"}, .program = "/bin/sh"}
                                     << std::string("argument: /bin/sh: Invalid argument");
}

// Errors name the program, not argv[0].
void tst_Command::programFailures()
{
    QFETCH(const Command, command);
    QFETCH(const std::string, error);
    const QByteArray path = qgetenv("PATH");
    qputenv("PATH", "/usr/bin:/bin"); // A folder that this user may not search would be another error.
    ForkFd::StartError seen;
    const bool isRunning = ForkFd::spawn(command, {}, &seen).has_value();
    qputenv("PATH", path);
    QVERIFY(!isRunning);
    QCOMPARE(seen.toString(), error);
}

void tst_Command::missingInterpreter()
{
    const QTemporaryDir directory;
    QFile file(directory.filePath(u"script"_s));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("#!/no/such/interpreter\n");
    file.setPermissions(QFile::ReadOwner | QFile::ExeOwner);
    file.close();
    ForkFd::StartError error;
    const std::string name = file.fileName().toStdString();
    QVERIFY(!ForkFd::spawn({.argv = {"-name"}, .program = name}, {.argumentZero = "-option"}, &error));
    QCOMPARE(error.subject, "interpreter /no/such/interpreter of " + name);
}

void tst_Command::givenEnvironment_data()
{
    QTest::addColumn<Strings>("environment");
    QTest::newRow("none") << Strings{};
    QTest::newRow("one") << Strings{"NAME=value"};
    QTest::newRow("without a value") << Strings{"NAME="};
    QTest::newRow("without an equals sign") << Strings{"NAME"};
    QTest::newRow("the same twice, in this order") << Strings{"B=1", "A=2", "B=3"};
    QTest::newRow("every byte") << Strings{"NAME=" + everyByte()};
    QTest::newRow("100 kB") << Strings{"NAME=" + std::string(100'000, 'x')};
}

void tst_Command::givenEnvironment()
{
    QFETCH(Strings, environment);
    Command command = child({"environment"});
    command.environment = environment;
    QCOMPARE(outputOf(command), lines(environment));
}

using Changes = decltype(Command::environmentChanges);

void tst_Command::environmentChanges_data()
{
    QTest::addColumn<Changes>("changes");
    QTest::addColumn<Strings>("result");
    QTest::newRow("none") << Changes{} << Strings{"B=1", "A=2", "B=3", "C", "A2="};
    QTest::newRow("set") << Changes{{"D", "4"}} << Strings{"B=1", "A=2", "B=3", "C", "A2=", "D=4"};
    QTest::newRow("set again") << Changes{{"A", "5"}} << Strings{"B=1", "B=3", "C", "A2=", "A=5"};
    QTest::newRow("set a variable with two entries")
        << Changes{{"B", ""}} << Strings{"A=2", "C", "A2=", "B="};
    QTest::newRow("unset") << Changes{{"A", std::nullopt}} << Strings{"B=1", "B=3", "C", "A2="};
    QTest::newRow("unset a variable with two entries")
        << Changes{{"B", {}}} << Strings{"A=2", "C", "A2="};
    QTest::newRow("unset one without an equals sign")
        << Changes{{"C", {}}} << Strings{"B=1", "A=2", "B=3", "A2="};
    QTest::newRow("unset a missing variable")
        << Changes{{"X", {}}} << Strings{"B=1", "A=2", "B=3", "C", "A2="};
    QTest::newRow("unset all") << Changes{{"A", {}}, {"A2", {}}, {"B", {}}, {"C", {}}} << Strings{};
    QTest::newRow("in their order") << Changes{{"A", "1"},   {"A", {}},  {"B", {}},
                                               {"B", "x=y"}, {"C", "1"}, {"C", "2"}}
                                    << Strings{"A2=", "B=x=y", "C=2"};
    QTest::newRow("every byte") << Changes{{"C", everyByte()}}
                                << Strings{"B=1", "A=2", "B=3", "A2=", "C=" + everyByte()};
}

void tst_Command::environmentChanges()
{
    QFETCH(Changes, changes);
    QFETCH(Strings, result);
    Command command = child({"environment"});
    command.environment = Strings{"B=1", "A=2", "B=3", "C", "A2="};
    command.environmentChanges = changes;
    QCOMPARE(outputOf(command), lines(result));

    // The same changes to the inherited environment.
    qputenv("FORKFD_TEST_KEPT", "kept");
    qputenv("FORKFD_TEST_GONE", "gone");
    command = child({"env", "FORKFD_TEST_KEPT", "env", "FORKFD_TEST_GONE", "env", "FORKFD_TEST_NEW"});
    command.environmentChanges = {{"FORKFD_TEST_GONE", {}}, {"FORKFD_TEST_NEW", "new"}};
    const QByteArray output = outputOf(command);
    QCOMPARE(qgetenv("FORKFD_TEST_GONE"), "gone");
    QVERIFY(!qEnvironmentVariableIsSet("FORKFD_TEST_NEW"));
    qunsetenv("FORKFD_TEST_KEPT");
    qunsetenv("FORKFD_TEST_GONE");
    QCOMPARE(output, "kept\n(unset)\nnew\n");
}

void tst_Command::badChanges_data()
{
    QTest::addColumn<Changes>("changes");
    const std::string nul(1, '\0');
    QTest::newRow("no name") << Changes{{"", "x"}};
    QTest::newRow("no name to unset") << Changes{{"", {}}};
    QTest::newRow("an equals sign") << Changes{{"A=B", "x"}};
    QTest::newRow("an equals sign to unset") << Changes{{"=", {}}};
    QTest::newRow("NUL in a name") << Changes{{"A" + nul, "x"}};
    QTest::newRow("NUL in a value") << Changes{{"A", "x" + nul}};
    QTest::newRow("the second one") << Changes{{"A", "x"}, {"", "x"}};
}

void tst_Command::badChanges()
{
    QFETCH(Changes, changes);
    Command command = child({"exit", "0"});
    command.environmentChanges = changes;
    QCOMPARE(outcomeOf(command), text(StartError{"environment", EINVAL}));
}

void tst_Command::workingDirectory_data()
{
    QTest::addColumn<QString>("directory");
    QTest::newRow("the parent's") << QString();
    QTest::newRow("absolute") << QStringLiteral("/");
    QTest::newRow("relative") << QStringLiteral("below");
    QTest::newRow("above") << QStringLiteral("..");
    QTest::newRow("with a strange name") << QStringLiteral("blank \u00e4\n");
}

void tst_Command::workingDirectory()
{
    QFETCH(QString, directory);
    const QTemporaryDir temporary;
    const QString before = QDir::currentPath();
    QVERIFY(QDir::setCurrent(temporary.path()));
    const QString here = QDir::currentPath();
    if (!directory.isEmpty())
        QVERIFY(QDir().mkpath(directory));
    Command command = child({"cwd"});
    command.workingDirectory = QFile::encodeName(directory).toStdString();
    const QByteArray output = outputOf(command);
    const QString stillHere = QDir::currentPath();
    const QString expected = directory.isEmpty() ? here : QDir(directory).canonicalPath();
    QDir::setCurrent(before);
    QCOMPARE(output, QFile::encodeName(expected) + '\n');
    QCOMPARE(stillHere, here);
}

void tst_Command::relativeProgram()
{
    const QFileInfo program(QStringLiteral(FORKFD_TEST_CHILD));
    Command command = child({"name"});
    command.argv.front() = "./" + program.fileName().toStdString();
    command.workingDirectory = QFile::encodeName(program.path()).toStdString();
    QCOMPARE(outputOf(command), "./child\n");
}

QTEST_GUILESS_MAIN(tst_Command)
#include "tst_command.moc"
