// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "attributes.h"
#include "forkedcopy.h"
#include "runtest.h"
#include "testpipe.h"

#include <algorithm>
#include <array>
#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using ForkFd::LaunchOptions;
using ForkFd::StartError;
using Flag = Process::UnixProcessFlag;

namespace {

/// A descriptor that children inherit.
struct Inheritable
{
    explicit Inheritable(int itsNumber)
        : number(itsNumber)
    {
    }
    ~Inheritable() { close(number); }
    Inheritable(const Inheritable &) = delete;
    Inheritable &operator=(const Inheritable &) = delete;

    const int number;
};

} // namespace

/// LaunchOptions of a ChildProcess: combined with its other settings, and their failures.
/// Holds: S5 (groupOfAnEndedLeader), L13.
class tst_Options_Qt : public RunTest
{
    Q_OBJECT

private Q_SLOTS:
    void together();
    void sessionByOptionAndFlag();
    void descriptorsInEveryOrder_data();
    void descriptorsInEveryOrder();
    void argumentZero();
    void closeDescriptors_data();
    void closeDescriptors();
    void detachedCloses();
    void failures_data();
    void failures();
    void groupOfAnEndedLeader_data();
    void groupOfAnEndedLeader();
    void detached();
    void detachedFailures_data();
    void detachedFailures();

private:
    static QByteArray outputWith(const LaunchOptions &options, const char *text,
                                 Process::UnixProcessFlags flags = {});
};

// Returns the child's output, or why it did not start.
QByteArray tst_Options_Qt::outputWith(const LaunchOptions &options, const char *text,
                                      Process::UnixProcessFlags flags)
{
    Process process;
    process.setLaunchOptions(options);
    process.setUnixProcessParameters(flags);
    process.start(childProgram(), words(text));
    return process.waitForFinished() ? process.readAll() : process.errorString().toUtf8();
}

void tst_Options_Qt::together()
{
    const QByteArray before = ownAttributes();
    LaunchOptions options = {.newSession = true,
                             .resourceLimits = {{RLIMIT_CORE, 0, 0}},
                             .niceValue = nicer(3),
                             .umask = 0027};
    const QByteArray nice = QByteArray::number(nicer(3));
    QCOMPARE(outputWith(options, "terminal cores nice umask"), "no\n0 0\n" + nice + "\n27\n");
    QCOMPARE(ownAttributes(), before);
}

void tst_Options_Qt::sessionByOptionAndFlag()
{
    for (const LaunchOptions &options :
         {LaunchOptions{.newSession = true}, LaunchOptions{.processGroup = 0}}) {
        const auto numbers = outputWith(options, "session", Flag::CreateNewSession).trimmed().split(' ');
        QCOMPARE(numbers.value(1), numbers.value(2));
        QVERIFY(numbers.value(2) != QByteArray::number(getsid(0)));
    }
    QCOMPARE(outputWith({.processGroup = 1}, "session", Flag::CreateNewSession),
             "Child process set up failed: processGroup: Invalid argument: " FORKFD_TEST_CHILD);
}

void tst_Options_Qt::descriptorsInEveryOrder_data()
{
    QTest::addColumn<bool>("forks");
    QTest::newRow("as the system can") << false;
    QTest::newRow("with a real fork, which reports through a socket") << true;
}

// The targets are the numbers of channels and of the library's own descriptors. Standard output
// carries the answer.
void tst_Options_Qt::descriptorsInEveryOrder()
{
    QFETCH(const bool, forks);
    std::array<TestPipe, 5> pipes;
    const int next = dup(STDIN_FILENO);
    close(next);
    const std::array<int, 5> places = {STDIN_FILENO, STDERR_FILENO, next, next + 1, next + 2};
    std::array<std::size_t, 5> order = {0, 1, 2, 3, 4};
    do {
        LaunchOptions options;
        QMap<int, QByteArray> wanted;
        for (std::size_t i = 0; i < 5; ++i) {
            const int fd = pipes[order[i]].readEnd();
            options.fileDescriptors.push_back({places[i], fd});
            struct stat status = {};
            fstat(fd, &status);
            wanted[places[i]] = QByteArray::number(qulonglong(status.st_ino));
        }
        Process process;
        process.setLaunchOptions(options);
        if (forks)
            process.setChildProcessModifier([] {});
        process.start(childProgram(), words("inodes"));
        QVERIFY(process.waitForFinished());
        QMap<int, QByteArray> seen;
        for (const QByteArray &line : process.readAll().trimmed().split('\n')) {
            const int fd = line.split(' ').value(0).toInt();
            if (wanted.contains(fd))
                seen[fd] = line.split(' ').value(1);
        }
        QCOMPARE(seen, wanted);
    } while (std::next_permutation(order.begin(), order.end()));
}

// A login shell, say. The message of a failed start names the program.
void tst_Options_Qt::argumentZero()
{
    const LaunchOptions options = {.argumentZero = "-name"};
    QCOMPARE(outputWith(options, "name"), "-name\n");
    QCOMPARE(
        ForkFd::run(childProgram(), words("name"), {.launchOptions = options}).result().standardOutput,
        "-name\n");
    const TestPipe output;
    Process process;
    process.setProgram(childProgram());
    process.setArguments(words("name"));
    process.setLaunchOptions(
        {.fileDescriptors = {{STDOUT_FILENO, output.writeEnd()}}, .argumentZero = "-name"});
    QVERIFY(process.startDetached());
    QCOMPARE(output.read(), "-name\n");
    QCOMPARE(process.program(), childProgram());
    process.start(u"/no/such/program"_s);
    QVERIFY(!process.waitForStarted());
    QCOMPARE(QString::fromStdString(process.startError().subject), u"/no/such/program"_s);
}

void tst_Options_Qt::closeDescriptors_data()
{
    QTest::addColumn<LaunchOptions>("options");
    QTest::addColumn<QByteArray>("descriptors");
    QTest::newRow("alone") << LaunchOptions{} << QByteArray("0 1 2 \n");
    QTest::newRow("with a mapped one")
        << LaunchOptions{.fileDescriptors = {{60, STDERR_FILENO}}} << QByteArray("0 1 2 60 \n");
    QTest::newRow("with a terminal")
        << LaunchOptions{.pseudoTerminal = {{}}} << QByteArray("0 1 2 \r\n");
#if FORKFD_TEST_HAS_VFORK
    QTest::newRow("with death of the parent")
        << LaunchOptions{.dieWithParent = true} << QByteArray("0 1 2 \n");
#endif
}

void tst_Options_Qt::closeDescriptors()
{
    QFETCH(LaunchOptions, options);
    QFETCH(const QByteArray, descriptors);
    options.closeDescriptors = true;
    const Inheritable inherited(fcntl(STDERR_FILENO, F_DUPFD, 100));
    QVERIFY(outputWith({}, "fds").contains(QByteArray::number(inherited.number)));
    QCOMPARE(outputWith(options, "fds"), descriptors);
    QCOMPARE(run("fds", {.launchOptions = options}).result().standardOutput, descriptors);
    // UnixProcessParameters cannot spare what the option closes.
    Process process;
    process.setLaunchOptions(options);
    process.setUnixProcessParameters(
        Process::UnixProcessParameters{Flag::CloseFileDescriptors, inherited.number + 1});
    process.setChildProcessModifier([] {}); // A real fork.
    process.start(childProgram(), words("fds"));
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.readAll(), descriptors);
}

void tst_Options_Qt::detachedCloses()
{
    const Inheritable inherited(fcntl(STDERR_FILENO, F_DUPFD, 100));
    const TestPipe output;
    Process process;
    process.setProgram(childProgram());
    process.setArguments(words("fds"));
    process.setLaunchOptions(
        {.fileDescriptors = {{STDOUT_FILENO, output.writeEnd()}}, .closeDescriptors = true});
    QVERIFY(process.startDetached());
    QCOMPARE(output.read(), "0 1 2 \n");
}

void tst_Options_Qt::failures_data()
{
    QTest::addColumn<LaunchOptions>("options");
    QTest::addColumn<StartError>("error");
    QTest::addColumn<bool>("insideStart");
    QTest::newRow("a bad value, seen in the parent")
        << LaunchOptions{.niceValue = 99} << StartError{"niceValue", EINVAL} << true;
    QTest::newRow("no name") << LaunchOptions{.argumentZero = std::string(1, '\0')}
                             << StartError{"argumentZero", EINVAL} << true;
    QTest::newRow("a closed descriptor") << LaunchOptions{.fileDescriptors = {{60, 1000000}}}
                                         << StartError{"fileDescriptors", EBADF} << true;
    QTest::newRow("no such group of control, seen in the parent")
        << LaunchOptions{.controlGroup = "/no/such/directory"}
        << StartError{"controlGroup", FORKFD_TEST_HAS_VFORK ? ENOENT : ENOTSUP} << true;
    QTest::newRow("seen by the child only") << LaunchOptions{.resourceLimits = {{RLIMIT_CORE, 2, 1}}}
                                            << StartError{"resourceLimits", EINVAL} << false;
}

// As with QProcess, start() itself reports the failures that the parent finds.
void tst_Options_Qt::failures()
{
    QFETCH(const LaunchOptions, options);
    QFETCH(const StartError, error);
    QFETCH(const bool, insideStart);
    Process process;
    process.setLaunchOptions(options);
    QSignalSpy failed(&process, &Process::errorOccurred);
    process.start(childProgram(), words("exit 0"));
    QCOMPARE(process.startError(), error);
    QCOMPARE(failed.size(), insideStart ? 1 : 0);
    QCOMPARE(process.state(), insideStart ? Process::NotRunning : Process::Starting);
    QVERIFY(comes(failed));
    QCOMPARE(process.error(), Process::FailedToStart);
    QVERIFY(
        says(process, u"Child process set up failed: "_s + QString::fromStdString(error.toString())));
}

void tst_Options_Qt::detached()
{
    const TestPipe output;
    Process process;
    process.setProgram(childProgram());
    process.setArguments(words("session nice umask"));
    process.setLaunchOptions({.fileDescriptors = {{STDOUT_FILENO, output.writeEnd()}},
                              .newSession = true,
                              .niceValue = nicer(4),
                              .umask = 0011});
    qint64 pid = 0;
    QVERIFY(process.startDetached(&pid));
    QByteArray text;
    while (text.count('\n') < 3)
        text += output.read();
    const QByteArray number = QByteArray::number(pid);
    const QByteArray nice = QByteArray::number(nicer(4));
    QVERIFY(text.endsWith(' ' + number + ' ' + number + '\n' + nice + "\n11\n"));
}

void tst_Options_Qt::groupOfAnEndedLeader_data()
{
    using Scope = Process::SignalScope;
    QTest::addColumn<LaunchOptions>("options");
    QTest::addColumn<Scope>("scope");
    QTest::addColumn<int>("drainTimeout");
    QTest::newRow("option") << LaunchOptions{.processGroup = 0} << Scope::Process << 0;
    QTest::newRow("scope") << LaunchOptions{} << Scope::Group << 0;
    QTest::newRow("scope, drained") << LaunchOptions{} << Scope::Group << 60000;
}

// Until finished(), other processes can join the group that the child leads.
void tst_Options_Qt::groupOfAnEndedLeader()
{
    QFETCH(const LaunchOptions, options);
    QFETCH(const Process::SignalScope, scope);
    QFETCH(const int, drainTimeout);
    Process process;
    process.setLaunchOptions(options);
    process.setSignalScope(scope);
    process.setDrainTimeout(std::chrono::milliseconds(drainTimeout));
    QByteArray joined;
    bool isThereAtTheEnd = true;
    connect(&process, &Process::readChannelFinished, &process, [&] {
        const pid_t leader = getpgid(process.property("leader").toInt());
        joined = outcomeOf(ProcessTest::child({"exit", "4"}), {.processGroup = leader});
    });
    connect(&process, &Process::finished, &process, [&] { isThereAtTheEnd = hasChildren(); });
    process.start(childProgram(), words("args hello"));
    process.setProperty("leader", process.processId());
    QVERIFY(process.waitForFinished());
    QCOMPARE(joined, "exited with code 4");
    QVERIFY(!isThereAtTheEnd);
    QVERIFY(process.exitInfo().hasUsage);
    QCOMPARE(process.readAll(), "hello\n");
}

void tst_Options_Qt::detachedFailures_data()
{
    QTest::addColumn<LaunchOptions>("options");
    QTest::addColumn<StartError>("error");
    QTest::newRow("death with a parent that goes at once")
        << LaunchOptions{.dieWithParent = true} << StartError{"dieWithParent", EINVAL};
    QTest::newRow("a terminal without a holder")
        << LaunchOptions{.pseudoTerminal = {{}}} << StartError{"pseudoTerminal", EINVAL};
    QTest::newRow("a limit that cannot be") << LaunchOptions{.resourceLimits = {{RLIMIT_CORE, 2, 1}}}
                                            << StartError{"resourceLimits", EINVAL};
}

void tst_Options_Qt::detachedFailures()
{
    QFETCH(const LaunchOptions, options);
    QFETCH(const StartError, error);
    Process process;
    process.setProgram(childProgram());
    process.setLaunchOptions(options);
    QVERIFY(!process.startDetached());
    QCOMPARE(process.startError(), error);
}

QTEST_GUILESS_MAIN(tst_Options_Qt)
#include "tst_options_qt.moc"
