// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "processtest.h"

#include <QtCore/QDir>
#include <QtCore/QTemporaryDir>

#include <atomic>
#include <cstdlib>
#include <thread>

#include <unistd.h>

using ForkFd::Command;
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
