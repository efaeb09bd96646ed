// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "forkedcopy.h"
#include "processtest.h"
#include "temporarychange.h"
#include "testpipe.h"

#include <QtCore/QFile>
#include <QtCore/QTemporaryDir>

#include <cerrno>
#include <climits>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using ForkFd::Command;
using ForkFd::LaunchOptions;
using ForkFd::StartError;
using std::chrono::milliseconds;

using Strings = std::vector<std::string>;

/// docs/bad-input.md, the core: each row gives one clear outcome, and the next start works.
/// Holds: L3, L13 (limits).
class tst_BadInput : public ProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void outcome_data();
    void outcome();
    void environmentOfManyVariables();
    void manyChanges();
    void pathVariable();
    void limits_data();
    void limits();
    void noNumberToStepAside();
    void descriptorsOfTheWrongKind_data();
    void descriptorsOfTheWrongKind();
    void timeouts_data();
    void timeouts();

private:
    void addPrograms();
    void addTexts();
    void addOptions();
    std::string path(const std::string &name) const
    {
        return m_directory.path().toStdString() + '/' + name;
    }
    std::string script(const std::string &name, const std::string &interpreter) const;

    QTemporaryDir m_directory;
};

namespace {

// Strings of execve(2) may have 32 pages with their NUL (MAX_ARG_STRLEN).
std::size_t longestString()
{
    return static_cast<std::size_t>(sysconf(_SC_PAGESIZE)) * 32 - 1;
}

std::string startFailure(const char *step, int errorCode)
{
    return ProcessTest::text(StartError{step, errorCode}).toStdString();
}

const char success[] = "exited with code 0";

} // namespace

void tst_BadInput::initTestCase()
{
    QVERIFY(m_directory.isValid());
    chmod(qPrintable(m_directory.path()), 0755);
}

std::string tst_BadInput::script(const std::string &name, const std::string &interpreter) const
{
    const std::string line = "#!" + interpreter + '\n';
    QFile file(QString::fromStdString(path(name)));
    if (!file.open(QIODevice::WriteOnly) || file.write(line.data(), qint64(line.size())) < 0
        || fchmod(file.handle(), 0755) != 0)
        qFatal("No script can be written.");
    return path(name);
}

static void addRow(const char *name, const Command &command, const std::string &outcome,
                   const LaunchOptions &options = {})
{
    QTest::newRow(name) << command << options << QByteArray::fromStdString(outcome);
}

void tst_BadInput::addPrograms()
{
    addRow("an interpreter of itself", {{script("self", path("self"))}}, startFailure("exec", ELOOP));
    std::string last = script("chain0", FORKFD_TEST_CHILD " args");
    for (int i = 1; i < 10; ++i)
        last = script("chain" + std::to_string(i), last);
    addRow("a chain of ten interpreters", {{last}}, startFailure("exec", ELOOP));
    addRow("a chain of three interpreters", {{path("chain2")}}, success);
    addRow("a directory for an interpreter", {{script("directory", "/")}}, startFailure("exec", EACCES));
    addRow("a line too long for an interpreter", {{script("long", '/' + std::string(300, 'x'))}},
           startFailure("exec", ENOEXEC));
    addRow("a name of 255 bytes", {{'/' + std::string(255, 'x')}}, startFailure("exec", ENOENT));
    addRow("a name of 256 bytes", {{'/' + std::string(256, 'x')}}, startFailure("exec", ENAMETOOLONG));
    std::string deep;
    while (deep.size() < PATH_MAX - 2)
        deep += "/.";
    addRow("a path of 4,095 bytes", {{deep + 'x'}}, startFailure("exec", ENOENT));
    addRow("a path of 4,096 bytes", {{deep + "xx"}}, startFailure("exec", ENAMETOOLONG));
    addRow("a directory of 4,096 bytes", {{FORKFD_TEST_CHILD}, {}, deep + "/x"},
           startFailure("workingDirectory", ENAMETOOLONG));
    addRow("no UTF-8", {{"/no/such/\xff\xfe\xed\xa0\x80"}}, startFailure("exec", ENOENT));
    addRow("a directory without UTF-8", {{FORKFD_TEST_CHILD}, {}, "/no/such/\xff"},
           startFailure("workingDirectory", ENOENT));
}

void tst_BadInput::addTexts()
{
    const std::string program = FORKFD_TEST_CHILD;
    const Strings exitZero = {program, "exit", "0"};
    const std::string longest(longestString(), 'x');
    addRow("the longest argument", {{program, "exit", "0", longest}}, success);
    addRow("an argument one byte longer", {{program, "exit", "0", longest + 'x'}},
           startFailure("exec", E2BIG));
    addRow("the longest variable", {exitZero, {{"A=" + longest.substr(2)}}}, success);
    addRow("a variable one byte longer", {exitZero, {{"A=" + longest.substr(1)}}},
           startFailure("exec", E2BIG));
    addRow("a million empty arguments", {Strings(1'000'000, program)}, startFailure("exec", E2BIG));
    addRow("an entry of the environment without a name", {exitZero, {{"=x", "", "NAME"}}}, success);
    addRow("NUL in the second entry", {exitZero, {{"A=1", std::string("B\0", 2)}}},
           startFailure("environment", EINVAL));
}

void tst_BadInput::addOptions()
{
    const Command command = child({"exit", "0"});
    addRow("a control group that is a directory", command, startFailure("controlGroup", ENOTSUP),
           {.controlGroup = "/"});
    addRow("a control group that is a file", command, startFailure("controlGroup", ENOTDIR),
           {.controlGroup = FORKFD_TEST_CHILD});
    addRow("no such control group", command, startFailure("controlGroup", ENOENT),
           {.controlGroup = "/no/such"});
    addRow("a control group of 4,096 bytes", command, startFailure("controlGroup", ENAMETOOLONG),
           {.controlGroup = std::string(4096, '/')});
    addRow("more groups than the kernel permits", command, startFailure("supplementaryGroups", EINVAL),
           {.supplementaryGroups = std::vector<gid_t>(65537)});
    addRow("a group of a process that is not there", command, startFailure("processGroup", EPERM),
           {.processGroup = INT_MAX});
}

void tst_BadInput::outcome_data()
{
    QTest::addColumn<Command>("command");
    QTest::addColumn<LaunchOptions>("options");
    QTest::addColumn<QByteArray>("expected");
    addPrograms();
    addTexts();
    if (FORKFD_TEST_HAS_VFORK)
        addOptions();
}

void tst_BadInput::outcome()
{
    QFETCH(const Command, command);
    QFETCH(const LaunchOptions, options);
    QFETCH(QByteArray, expected);
    if (options.supplementaryGroups && geteuid() != 0)
        expected = text(StartError{"supplementaryGroups", EPERM});
    QCOMPARE(outcomeOf(command, options), expected);
    QCOMPARE(outcomeOf(child({"exit", "42"})), "exited with code 42");
}

void tst_BadInput::environmentOfManyVariables()
{
    Command command = child({"env", "V99999"});
    Strings &variables = command.environment.emplace();
    for (int i = 0; i < 100'000; ++i)
        variables.push_back('V' + std::to_string(i) + "=x");
    QCOMPARE(outputOf(command), "x\n");
    for (std::string &variable : variables)
        variable.append(100, 'x');
    QCOMPARE(outcomeOf(command), text(StartError{"exec", E2BIG}));
    QCOMPARE(outcomeOf(child({"exit", "42"})), "exited with code 42");
}

// Once each change searched all entries: this took minutes.
void tst_BadInput::manyChanges()
{
    Command command = child({"env", "V99999"});
    for (const char *value : {"x", "y"}) {
        for (int i = 0; i < 100'000; ++i)
            command.environmentChanges.emplace_back('V' + std::to_string(i), value);
    }
    command.environment.emplace();
    QCOMPARE(outputOf(command), "y\n");
}

void tst_BadInput::pathVariable()
{
    const std::string folder = m_directory.path().toStdString();
    QVERIFY(QFile::link(QStringLiteral(FORKFD_TEST_CHILD), QString::fromStdString(path("tool"))));
    const std::string longEntry(4096, '/');
    for (const std::string &path : {longEntry + "x:" + folder, ":" + folder, "::" + folder + "::",
                                    "relative:" + folder, std::string("\xff:") + folder}) {
        const QByteArray outcome = inForkedCopy([&path] {
            qputenv("PATH", QByteArray::fromStdString(path));
            return outcomeOf({{"tool", "exit", "42"}});
        });
        QCOMPARE(outcome, "exited with code 42");
    }
    const QByteArray outcome = inForkedCopy([&longEntry] {
        qputenv("PATH", QByteArray::fromStdString(longEntry + 'x'));
        return outcomeOf({{"tool"}});
    });
    QCOMPARE(outcome, text(StartError{"exec", ENAMETOOLONG}));
}

void tst_BadInput::limits_data()
{
    QTest::addColumn<int>("resource");
    for (int resource = 0; resource < RLIM_NLIMITS; ++resource)
        QTest::addRow("resource %d", resource) << resource;
}

// With a limit of zero, some programs cannot be executed or are killed at once.
void tst_BadInput::limits()
{
    QFETCH(const int, resource);
    const QByteArray none = outcomeOf(child({"exit", "42"}), {.resourceLimits = {{resource, 0, 0}}});
    QVERIFY2(none.startsWith("exited with code ") || none.startsWith("killed by SIG")
                 || none.startsWith("exec: "),
             none.constData());
    rlimit own = {};
    QVERIFY(getrlimit(static_cast<__rlimit_resource_t>(resource), &own) == 0);
    const LaunchOptions unlimited = {.resourceLimits = {{resource, RLIM_INFINITY, own.rlim_max}}};
    const QByteArray outcome = outcomeOf(child({"exit", "42"}), unlimited);
    const bool isPossible = own.rlim_max == RLIM_INFINITY;
    QCOMPARE(outcome, isPossible ? "exited with code 42" : text(StartError{"resourceLimits", EINVAL}));
    QCOMPARE(outcomeOf(child({"exit", "42"})), "exited with code 42");
}

// The start once said EINVAL, as if the list were wrong.
void tst_BadInput::noNumberToStepAside()
{
    const QByteArray outcome = inForkedCopy([] {
        constexpr int end = 64;
        const rlimit limit = {end, end};
        setrlimit(RLIMIT_NOFILE, &limit);
        LaunchOptions options = {.fileDescriptors = {{0, 1}, {1, 0}}};
        for (int number = 3; number < end; ++number)
            options.fileDescriptors.push_back({number, 2});
        return outcomeOf(child({"exit", "0"}), options) + ", " + outcomeOf(child({"exit", "42"}));
    });
    QCOMPARE(outcome, text(StartError{"fileDescriptors", EMFILE}) + ", exited with code 42");
}

void tst_BadInput::descriptorsOfTheWrongKind_data()
{
    QTest::addColumn<int>("flags");
    QTest::newRow("O_PATH") << int(O_PATH);
    QTest::newRow("write-only") << int(O_WRONLY);
    QTest::newRow("a directory") << int(O_RDONLY | O_DIRECTORY);
}

// They reach the child, which gets an error when it reads.
void tst_BadInput::descriptorsOfTheWrongKind()
{
    QFETCH(const int, flags);
    const char *file = (flags & O_DIRECTORY) != 0 ? "/" : "/dev/null";
    const int fd = open(file, flags | O_CLOEXEC);
    QVERIFY(fd >= 0);
    QCOMPARE(outcomeOf(child({"exit", "42"}), {.fileDescriptors = {{0, fd}, {9, fd}}}),
             "exited with code 42");
    close(fd);
}

void tst_BadInput::timeouts_data()
{
    QTest::addColumn<milliseconds>("timeout");
    QTest::newRow("the shortest") << milliseconds::min();
    QTest::newRow("INT_MIN") << milliseconds(INT_MIN);
    QTest::newRow("INT_MAX") << milliseconds(INT_MAX);
    QTest::newRow("the longest") << milliseconds::max();
}

// All of these are longer than the child lives: negative means without end.
void tst_BadInput::timeouts()
{
    QFETCH(const milliseconds, timeout);
    auto process = ForkFd::spawn(child({"exit", "42"}));
    QVERIFY(process);
    const auto info = process->wait(timeout);
    QVERIFY(info);
    QCOMPARE(text(*info), "exited with code 42");
}

QTEST_GUILESS_MAIN(tst_BadInput)
#include "tst_badinput.moc"
