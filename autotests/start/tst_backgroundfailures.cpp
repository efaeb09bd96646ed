// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "backgroundtest.h"
#include "systemcallfilter.h"

#include <cerrno>

#include <sys/resource.h>

using ForkFd::LaunchOptions;
using ForkFd::StartError;

namespace {

constexpr auto noThreadsInCopies =
    "ThreadSanitizer does not support new threads in a forked copy of a process with threads.";

} // namespace

/// A failed background start has the errors and texts of a direct one. What start() itself finds out is
/// reported inside it, the rest later.
/// Holds: H15.
class tst_BackgroundFailures : public BackgroundTest
{
    Q_OBJECT

private Q_SLOTS:
    void later_data();
    void later();
    void insideStart_data();
    void insideStart();
    void firstOfTwoFiles();
    void noDescriptor();
    void noNumber();
    void noWakeUp();
    void noThread();
};

void tst_BackgroundFailures::later_data()
{
    QTest::addColumn<QString>("program");
    QTest::addColumn<Preparation>("prepare");
    const auto row = [](const char *name, const Preparation &prepare) {
        QTest::newRow(name) << childProgram() << prepare;
    };
    const auto nothing = Preparation([](Process &) {});
    QTest::newRow("missing file") << u"/no/such/program"_s << nothing;
    QTest::newRow("missing in PATH") << u"no-such-program"_s << nothing;
    QTest::newRow("a zero in the program") << childProgram() + u'\0' << nothing;
    row("no such directory", [](Process &process) { process.setWorkingDirectory(u"/no/such"_s); });
    row("no such relative directory",
        [](Process &process) { process.setWorkingDirectory(u"no-such"_s); });
    row("no such input", [](Process &process) { process.setStandardInputFile(u"/no/such"_s); });
    row("no output", [](Process &process) { process.setStandardOutputFile(u"/no/such/file"_s); });
    row("no error output", [](Process &process) { process.setStandardErrorFile(u"/no/such/file"_s); });
    row("merged", [](Process &process) {
        process.setProcessChannelMode(Process::MergedChannels);
        process.setStandardOutputFile(u"/no/such/file"_s);
    });
    row("control group", [](Process &process) {
        LaunchOptions options;
        options.controlGroup = "/no/such/group";
        process.setLaunchOptions(options);
    });
}

void tst_BackgroundFailures::later()
{
    QFETCH(const QString, program);
    QFETCH(const Preparation, prepare);
    Process direct;
    QSignalSpy directFailed(&direct, &Process::errorOccurred);
    prepare(direct);
    direct.start(program, words("exit 3"));
    direct.waitForFinished();
    QCOMPARE(directFailed.size(), 1);

    Process process;
    prepare(process);
    process.setStartMode(Process::StartMode::Background);
    QStringList seen;
    atEverySignal(&process, [&seen](const QString &name) { seen += name; });
    QSignalSpy failed(&process, &Process::errorOccurred);
    process.start(program, words("exit 3"));
    QCOMPARE(seen, QStringList({u"stateChanged Starting"_s}));
    QVERIFY(process.startError() == StartError());
    QVERIFY(comes(failed));
    QCOMPARE(seen,
             QStringList({u"stateChanged Starting"_s, u"stateChanged NotRunning"_s,
                          u"errorOccurred FailedToStart"_s}));
    QCOMPARE(process.error(), Process::FailedToStart);
    QCOMPARE(process.startError(), direct.startError());
    QCOMPARE(process.startError().subject, direct.startError().subject);
    QCOMPARE(process.errorString(), direct.errorString());
    QCOMPARE(process.exitCode(), 255);
    QCOMPARE(process.processId(), 0);
}

void tst_BackgroundFailures::insideStart_data()
{
    QTest::addColumn<QString>("program");
    QTest::addColumn<Preparation>("prepare");
    QTest::addColumn<StartError>("error");
    QTest::newRow("no program") << QString() << Preparation([](Process &) {})
                                << StartError{"program", EINVAL};
    QTest::newRow("no such descriptor") << childProgram() << Preparation([](Process &process) {
        LaunchOptions options;
        options.fileDescriptors = {{8, 12345}};
        process.setLaunchOptions(options);
    }) << StartError{"fileDescriptors", EBADF};
    QTest::newRow("a foreign group") << childProgram() << Preparation([](Process &process) {
        LaunchOptions options;
        options.processGroup = 1;
        process.setLaunchOptions(options);
        process.setSignalScope(Process::SignalScope::Group);
    }) << StartError{"signalScope", EINVAL};
}

void tst_BackgroundFailures::insideStart()
{
    QFETCH(const QString, program);
    QFETCH(const Preparation, prepare);
    Process process;
    prepare(process);
    process.setStartMode(Process::StartMode::Background);
    QSignalSpy failed(&process, &Process::errorOccurred);
    process.start(program, words("exit 3"));
    QCOMPARE(failed.size(), 1);
    QCOMPARE(process.state(), Process::NotRunning);
    QTEST(process.startError(), "error");
    QCOMPARE(process.exitCode(), 255);
    process.setLaunchOptions({});
    process.setSignalScope(Process::SignalScope::Process);
    process.start(childProgram(), words("exit 3"));
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitCode(), 3);
}

// The same file is opened for reading and for writing; only the latter fails.
void tst_BackgroundFailures::firstOfTwoFiles()
{
    const QString directory = u"/"_s; // Can be opened for reading only, by root, too.
    Process process;
    process.setStartMode(Process::StartMode::Background);
    process.setStandardInputFile(directory);
    process.setStandardOutputFile(directory);
    process.start(childProgram(), words("exit 3"));
    QVERIFY(!process.waitForFinished());
    QVERIFY(says(process, u"Could not open output redirection for writing"_s));
    QCOMPARE(process.startError(), (StartError{"channels", EISDIR}));
}

// Whatever number of descriptors is left, the start fails or works, and inside start() or not.
void tst_BackgroundFailures::noDescriptor()
{
    if (isUnderThreadSanitizer)
        QSKIP(noThreadsInCopies);
    const QByteArray result = ::inForkedCopy([]() -> QByteArray {
        const int lowest = dup(0);
        close(lowest);
        QByteArray steps;
        for (rlim_t count = 0;; ++count) {
            const rlimit limit = {static_cast<rlim_t>(lowest) + count, 4096};
            setrlimit(RLIMIT_NOFILE, &limit);
            Process process;
            process.setStartMode(Process::StartMode::Background);
            process.start(childProgram(), words("exit 3"));
            const bool isTold = process.state() == Process::NotRunning;
            const bool isFinished = process.waitForFinished();
            if (isFinished && process.exitCode() == 3)
                break;
            if (process.error() != Process::FailedToStart || process.startError().errorCode != EMFILE)
                return "error: " + text(process.startError());
            const QByteArray step = process.startError().step;
            if (isTold != (step == "channels") && step != "descriptors")
                return "not told: " + step;
            if (!steps.endsWith(step))
                steps += ' ' + step;
        }
        return steps;
    });
    QCOMPARE(result, " channels descriptors");
}

// A duplicate must get a number above 2. fcntl(2) says EINVAL if the limit leaves none.
void tst_BackgroundFailures::noNumber()
{
    if (isUnderThreadSanitizer)
        QSKIP(noThreadsInCopies);
    const QByteArray result = ::inForkedCopy([]() -> QByteArray {
        Process process;
        process.setStartMode(Process::StartMode::Background);
        process.setProcessChannelMode(Process::ForwardedChannels);
        process.setInputChannelMode(Process::ForwardedInputChannel);
        LaunchOptions options;
        options.fileDescriptors = {{8, 2}};
        process.setLaunchOptions(options);
        const rlimit limit = {3, 4096};
        setrlimit(RLIMIT_NOFILE, &limit);
        process.start(childProgram(), words("exit 3"));
        return text(process.startError());
    });
    QCOMPARE(result, text(StartError{"descriptors", EMFILE}));
}

// The start's thread cannot wake its owner, which finds the outcome when it looks.
void tst_BackgroundFailures::noWakeUp()
{
    if (isUnderThreadSanitizer)
        QSKIP(noThreadsInCopies);
    Fifo fifo;
    const QByteArray result = ::inForkedCopy([&fifo]() -> QByteArray {
        Process process;
        process.setStartMode(Process::StartMode::Background);
        process.setStandardInputFile(fifo.name());
        process.start(childProgram(), words("exit 3"));
        std::vector<Refusal> refusals;
        for (unsigned fd = 3; fd < 64; ++fd) {
            if (QFile::symLinkTarget(u"/proc/self/fd/%1"_s.arg(fd)).contains(u"eventfd"_s))
                refusals.push_back({SYS_write, EPERM, ~0U, fd, 0});
        }
        if (!refuse(refusals, SECCOMP_FILTER_FLAG_TSYNC))
            return "no filter";
        fifo.letGo();
        const bool isStarted = eventually([&process] { return process.waitForStarted(1); });
        return isStarted ? "started" : "starting for ever";
    });
    QCOMPARE(result, "started");
}

void tst_BackgroundFailures::noThread()
{
    if (isUnderThreadSanitizer)
        QSKIP(noThreadsInCopies);
    const QByteArray result = ::inForkedCopy([]() -> QByteArray {
        becomeOrdinaryUserWhoMayReadAll();
        const rlimit none = {0, 0};
        setrlimit(RLIMIT_NPROC, &none);
        Process process;
        process.setStartMode(Process::StartMode::Background);
        process.start(childProgram(), words("exit 3"));
        return (process.state() == Process::NotRunning ? "inside: " : "later: ")
            + text(process.startError());
    });
    QCOMPARE(result, "inside: " + text(StartError{"clone", EAGAIN}));
}

QTEST_GUILESS_MAIN(tst_BackgroundFailures)
#include "tst_backgroundfailures.moc"
