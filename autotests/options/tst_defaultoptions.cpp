// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "forkedcopy.h"
#include "runtest.h"
#include "testpipe.h"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <thread>
#include <type_traits>
#include <vector>

#include <unistd.h>

using ForkFd::LaunchOptions;
using ForkFd::RunOptions;

// So that designated initializers work.
static_assert(std::is_aggregate_v<RunOptions>);

namespace {

/// Sets the defaults until the end of the scope.
class Defaults
{
public:
    explicit Defaults(const LaunchOptions &options) { Process::setDefaultLaunchOptions(options); }
    ~Defaults() { Process::setDefaultLaunchOptions(m_before); }
    Defaults(const Defaults &) = delete;
    Defaults &operator=(const Defaults &) = delete;

private:
    const LaunchOptions m_before = Process::defaultLaunchOptions();
};

} // namespace

/// The options that new objects begin with.
/// Holds: H16.
class tst_DefaultOptions : public RunTest
{
    Q_OBJECT

private Q_SLOTS:
    void untilTheyAreSet();
    void copiedAtConstruction();
    void replacedAsAWhole();
    void start();
    void run();
    void execute();
    void startDetached();
    void spawnIgnoresThem();
    void invalid();
    void manyThreadsAndForks();

private:
    static QByteArray outputOf(Process &process, const char *text);
};

QByteArray tst_DefaultOptions::outputOf(Process &process, const char *text)
{
    process.start(childProgram(), words(text));
    return process.waitForFinished() ? process.readAll() : process.errorString().toUtf8();
}

void tst_DefaultOptions::untilTheyAreSet()
{
    QVERIFY(!Process::defaultLaunchOptions().umask);
    QVERIFY(!Process().launchOptions().umask);
    QVERIFY(!RunOptions().launchOptions.umask);
}

void tst_DefaultOptions::copiedAtConstruction()
{
    const Process before;
    const RunOptions runBefore;
    const Defaults defaults({.umask = 022});
    const Process after;
    const RunOptions runAfter;
    const RunOptions runDesignated = {.maxOutput = 5};
    Process::setDefaultLaunchOptions({.niceValue = 5});
    QVERIFY(!before.launchOptions().umask);
    QVERIFY(!runBefore.launchOptions.umask);
    for (const LaunchOptions &options :
         {after.launchOptions(), runAfter.launchOptions, runDesignated.launchOptions}) {
        QCOMPARE(options.umask.value_or(0), mode_t(022));
        QVERIFY(!options.niceValue);
    }
    QVERIFY(!Process::defaultLaunchOptions().umask);
    QCOMPARE(Process::defaultLaunchOptions().niceValue.value_or(0), 5);
}

void tst_DefaultOptions::replacedAsAWhole()
{
    const QByteArray plain = RunTest::run("umask").result().standardOutput;
    const Defaults defaults({.umask = 0421, .argumentZero = "-name"});
    Process process;
    QCOMPARE(outputOf(process, "umask name"), "421\n-name\n");
    process.setLaunchOptions({.argumentZero = "-other"});
    QCOMPARE(outputOf(process, "umask name"), plain + "-other\n");
    const RunOptions own = {.launchOptions = {.argumentZero = "-other"}};
    QCOMPARE(RunTest::run("umask name", own).result().standardOutput, plain + "-other\n");
}

void tst_DefaultOptions::start()
{
    const Defaults defaults({.umask = 0421, .pseudoTerminal = {{}}});
    Process process;
    QCOMPARE(outputOf(process, "umask terminal"), "421\r\nyes\r\n");
    // The member function takes what the object has.
    process.setProgram(childProgram());
    QVERIFY(!process.startDetached());
    QCOMPARE(process.startError(), (ForkFd::StartError{"pseudoTerminal", EINVAL}));
}

void tst_DefaultOptions::run()
{
    const Defaults defaults({.umask = 0421, .argumentZero = "-name"});
    QCOMPARE(ForkFd::run(childProgram(), words("umask name")).result().standardOutput, "421\n-name\n");
    const RunOptions merged = {.mergedChannels = true};
    QCOMPARE(RunTest::run("umask name", merged).result().standardOutput, "421\n-name\n");
}

void tst_DefaultOptions::execute()
{
    TestPipe output;
    {
        const Defaults defaults({.fileDescriptors = {{STDOUT_FILENO, output.writeEnd()}},
                                 .umask = 0421,
                                 .pseudoTerminal = {{}}});
        QCOMPARE(Process::execute(childProgram(), words("umask session exit 3")), 3);
    }
    // In the session of this process: a pseudo-terminal would bring its own.
    const QByteArray lines = output.read();
    QVERIFY2(lines.startsWith("421\n") && lines.endsWith(' ' + QByteArray::number(getsid(0)) + '\n'),
             lines.constData());
}

void tst_DefaultOptions::startDetached()
{
    TestPipe output;
    LaunchOptions options = {.fileDescriptors = {{STDOUT_FILENO, output.writeEnd()}},
                             .umask = 0421,
                             .pseudoTerminal = {{}},
                             .parentDeathSignal = SIGTERM};
    options.dieWithParent = FORKFD_TEST_HAS_VFORK;
    const Defaults defaults(options);
    qint64 pid = 0;
    QVERIFY(Process::startDetached(childProgram(), words("umask"), QString(), &pid));
    QVERIFY(pid > 0);
    QCOMPARE(output.read(), "421\n");
}

void tst_DefaultOptions::spawnIgnoresThem()
{
    const QByteArray plain = ProcessTest::outputOf(child({"umask"}));
    const Defaults defaults({.umask = 0421});
    QCOMPARE(ProcessTest::outputOf(child({"umask"})), plain);
    QVERIFY(plain != "421\n");
}

void tst_DefaultOptions::invalid()
{
    const Defaults defaults({.niceValue = 99});
    Process process;
    process.start(childProgram());
    QCOMPARE(process.startError(), (ForkFd::StartError{"niceValue", EINVAL}));
    QCOMPARE(Process::execute(childProgram()), -2);
    QVERIFY(!Process::startDetached(childProgram()));
    QCOMPARE(endOf(RunTest::run("exit 0").result()), "niceValue: Invalid argument");
}

// Each copy of the defaults is one of those that were set, and a copy of the process finds no lock.
void tst_DefaultOptions::manyThreadsAndForks()
{
    const auto valueOf = [](int number) {
        return LaunchOptions{.resourceLimits = std::vector<ForkFd::ResourceLimit>(
                                 static_cast<std::size_t>(number), {number, 0, 0}),
                             .argumentZero = std::string(100, static_cast<char>('0' + number))};
    };
    const auto isWhole = [](const LaunchOptions &options) {
        const std::string name = options.argumentZero.value_or("");
        const std::size_t number = options.resourceLimits.size();
        return name == std::string(100, static_cast<char>('0' + number))
            && (number == 0 || options.resourceLimits.back().resource == static_cast<int>(number));
    };
    const Defaults defaults(valueOf(0));
    std::atomic<bool> isOver = false;
    std::atomic<int> broken = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i) {
        threads.emplace_back([&, i] {
            for (int round = 0; round < 3000 && !isOver; ++round) {
                Process::setDefaultLaunchOptions(valueOf((round + i) % 9));
                broken += isWhole(Process::defaultLaunchOptions()) ? 0 : 1;
                broken += isWhole(RunOptions().launchOptions) ? 0 : 1;
            }
        });
    }
    QByteArray copies;
    for (int i = 0; i < 20 && !isCopyUnableToAllocate; ++i) {
        copies += inForkedCopy([&] {
            const bool wasWhole = isWhole(Process::defaultLaunchOptions());
            Process::setDefaultLaunchOptions(valueOf(5));
            const std::size_t count = RunOptions().launchOptions.resourceLimits.size();
            return QByteArray(wasWhole && count == 5 ? "" : "broken ");
        });
    }
    isOver = true;
    for (std::thread &thread : threads)
        thread.join();
    QCOMPARE(broken.load(), 0);
    QCOMPARE(copies, QByteArray());
}

QTEST_GUILESS_MAIN(tst_DefaultOptions)
#include "tst_defaultoptions.moc"
