// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "forkedcopy.h"
#include "processtest.h"
#include "temporarychange.h"

#include <QtCore/QFile>
#include <QtCore/QTemporaryDir>

#include <atomic>
#include <cerrno>
#include <climits>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using ForkFd::Command;
using ForkFd::LaunchOptions;
using ForkFd::StartError;

namespace {

std::atomic<int> childSignals;

// A number that stays closed, whatever the library opens.
int closedDescriptor()
{
    const int fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 200);
    close(fd);
    return fd;
}

std::string withNul(const char *before, const char *after)
{
    return before + std::string(1, '\0') + after;
}

} // namespace

/// spawn() reports every failed start by its step and errno. The start leaves no child, no descriptor,
/// and no SIGCHLD for the program's handler.
/// Holds: L3.
class tst_StartFailures : public ProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void failure_data();
    void failure();
    void forbiddenWorkingDirectory();
    void lowestClosedDescriptors_data();
    void lowestClosedDescriptors();
    void noErrorAfterSuccess();

private:
    std::string path(const char *name) const
    {
        return m_directory.filePath(QLatin1String(name)).toStdString();
    }
    void makeFile(const char *name, const QByteArray &content, mode_t mode) const;

    QTemporaryDir m_directory;
};

void tst_StartFailures::initTestCase()
{
    qputenv("PATH", "/usr/bin:/bin"); // A folder without search permission would change the errno.
    QVERIFY(m_directory.isValid());
    chmod(qPrintable(m_directory.path()), 0755);
    makeFile("data", "no program", 0644);
    makeFile("text", "echo a script that does not say for whom\n", 0755);
    makeFile("orphan", "#!/no/such/interpreter\n", 0755);
    mkdir(path("locked").c_str(), 0);
    QVERIFY(symlink("loop", path("loop").c_str()) == 0);
}

void tst_StartFailures::makeFile(const char *name, const QByteArray &content, mode_t mode) const
{
    QFile file(QString::fromStdString(path(name)));
    QVERIFY(file.open(QIODevice::WriteOnly));
    QCOMPARE(file.write(content), content.size());
    QVERIFY(fchmod(file.handle(), mode) == 0);
}

void tst_StartFailures::failure_data()
{
    QTest::addColumn<Command>("command");
    QTest::addColumn<LaunchOptions>("options");
    QTest::addColumn<QByteArray>("step");
    QTest::addColumn<int>("errorCode");

    const auto row = [](const char *name, const Command &command, const char *step, int errorCode,
                        const LaunchOptions &options = {}) {
        QTest::newRow(name) << command << options << QByteArray(step) << errorCode;
    };
    const std::string program = child({}).argv.front();

    row("no words", {}, "program", EINVAL);
    row("no program", {.argv = {""}}, "program", EINVAL);
    row("NUL in a path", {.argv = {withNul("/bin/", "sh")}}, "program", EINVAL);
    row("NUL in a name", {.argv = {withNul("no-such-program", "x")}}, "program", EINVAL);
    row("NUL in an argument", {.argv = {program, "exit", withNul("0", "1")}}, "argument", EINVAL);
    row("NUL in the environment", {{program}, {{withNul("A=", "B")}}}, "environment", EINVAL);
    row("NUL in the directory", {{program}, {}, withNul("/", "tmp")}, "workingDirectory", EINVAL);

    row("missing, absolute", {{"/no/such/program"}}, "exec", ENOENT);
    row("missing, relative", {{"./no-such-program"}}, "exec", ENOENT);
    row("missing, in PATH", {{"no-such-program"}}, "exec", ENOENT);
    row("not executable", {{path("data")}}, "exec", EACCES);
    row("a directory", {{path("")}}, "exec", EACCES);
    row("below a file", {{path("data") + "/program"}}, "exec", ENOTDIR);
    row("of no known format", {{path("text")}}, "exec", ENOEXEC);
    row("without its interpreter", {{path("orphan")}}, "exec", ENOENT);
    row("a circle of links", {{path("loop")}}, "exec", ELOOP);
    row("a name too long", {{"/" + std::string(NAME_MAX + 1, 'x')}}, "exec", ENAMETOOLONG);
    row("one argument too long", {{program, std::string(1 << 20, 'x')}}, "exec", E2BIG);
    Command many = {{program}};
    many.argv.resize(1000, std::string(100'000, 'x'));
    row("arguments too long together", many, "exec", E2BIG);
    row("environment too long", {{program}, {{"A=" + std::string(1 << 20, 'x')}}}, "exec", E2BIG);

    row("no such directory", {{program}, {}, "/no/such/directory"}, "workingDirectory", ENOENT);
    row("no directory", {{program}, {}, path("data")}, "workingDirectory", ENOTDIR);

    const auto descriptors = [&](const char *name, const std::vector<ForkFd::FileDescriptor> &list,
                                 int errorCode) {
        row(name, {{program, "exit", "0"}}, "fileDescriptors", errorCode, {.fileDescriptors = list});
    };
    descriptors("a closed descriptor", {{5, closedDescriptor()}}, EBADF);
    descriptors("a closed descriptor in its place", {{closedDescriptor(), closedDescriptor()}}, EBADF);
    descriptors("a number far too high", {{5, INT_MAX}}, EBADF);
    descriptors("a negative number here", {{5, -1}}, EBADF);
    descriptors("a negative number there", {{-1, 0}}, EBADF);
    descriptors("a number too high there", {{INT_MAX, 0}}, EBADF);
    descriptors("a number twice there", {{5, 0}, {6, 1}, {5, 2}}, EINVAL);
}

void tst_StartFailures::failure()
{
    QFETCH(Command, command);
    QFETCH(LaunchOptions, options);
    QFETCH(QByteArray, step);
    QFETCH(int, errorCode);
    const TemporaryAction count(SIGCHLD, [](int) { ++childSignals; });
    childSignals = 0;

    StartError error;
    QVERIFY(!ForkFd::spawn(command, options, &error));
    QVERIFY(!hasChildren());
    if (!FORKFD_TEST_PORTABLE && !isUnderThreadSanitizer) // A real fork() always raises SIGCHLD.
        QCOMPARE(childSignals.load(), 0);
    QCOMPARE(QByteArray(error.step), step);
    QCOMPARE(error.errorCode, errorCode);
    QVERIFY(text(error).startsWith(step + ": "));

    QVERIFY(!ForkFd::spawn(command, options));
    QVERIFY(!hasChildren());
}

void tst_StartFailures::forbiddenWorkingDirectory()
{
    const QByteArray outcome = inForkedCopy([this] {
        becomeOrdinaryUser();
        Command command = child({"exit", "0"});
        command.workingDirectory = path("locked");
        return outcomeOf(command);
    });
    QCOMPARE(outcome, text(StartError{"workingDirectory", EACCES}));
}

void tst_StartFailures::lowestClosedDescriptors_data()
{
    QTest::addColumn<LaunchOptions>("options");
    QTest::newRow("alone") << LaunchOptions();
    QTest::newRow("treeDiesWithParent") << LaunchOptions{.treeDiesWithParent = true};
    QTest::newRow("if possible") << LaunchOptions{.treeDiesWithParentIfPossible = true};
}

// The start itself opens descriptors, which get the lowest numbers.
void tst_StartFailures::lowestClosedDescriptors()
{
    QFETCH(LaunchOptions, options);
    if (options.treeDiesWithParent && !FORKFD_TEST_HAS_VFORK)
        QSKIP("POSIX knows nothing of this.");
    for (int fd = STDERR_FILENO + 1, count = 0; count < 8; ++fd) {
        if (fcntl(fd, F_GETFD) >= 0)
            continue;
        ++count;
        options.fileDescriptors = {{100, fd}};
        QCOMPARE(outcomeOf(child({"exit", "0"}), options), text(StartError{"fileDescriptors", EBADF}));
    }
}

void tst_StartFailures::noErrorAfterSuccess()
{
    StartError error = {"exec", ENOENT};
    auto process = ForkFd::spawn(child({"exit", "0"}), {}, &error);
    QVERIFY(process);
    QVERIFY(error == StartError());
    QCOMPARE(text(error), QByteArray());
    QCOMPARE(text(process->wait().value()), "exited with code 0");
}

QTEST_GUILESS_MAIN(tst_StartFailures)
#include "tst_startfailures.moc"
