// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "childprocesstest.h"
#include "forkedcopy.h"
#include "sharedmemory.h"
#include "temporarychange.h"
#include "testpipe.h"

#include <QtCore/QDir>
#include <QtCore/QTemporaryDir>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <stdexcept>

#include <pthread.h>
#include <unistd.h>

using Flag = Process::UnixProcessFlag;
using Modifier = void (*)();

namespace {

/// The modifier's findings. The test shares this memory with every child, copies included.
struct Findings
{
    int calls;
    int forkHandlers;
    char directory[1024];
    pid_t session;
    sigset_t mask;
    struct sigaction caught;
    struct sigaction ignored;
    bool hasHandled;
};
const SharedMemory<Findings> findings; // clazy:exclude=non-pod-global-static

[[noreturn]] void crash()
{
    // The compiler or a sanitizer would notice a null pointer.
    const volatile std::uintptr_t nowhere = sizeof(int);
    *reinterpret_cast<volatile int *>(nowhere) = 1;
    _exit(0);
}

} // namespace

/// The function that runs in the child before its program.
/// Holds: L7.
class tst_Modifier : public ChildProcessTest
{
    Q_OBJECT

protected:
    void warmUp() override;

private Q_SLOTS:
    void initTestCase();
    void getter();
    void place();
    void memory_data();
    void memory();
    void failure_data();
    void failure();
    void exception_data();
    void exception();
    void ending_data();
    void ending();
    void everyStart();
    void detached_data() { memory_data(); }
    void detached();
#ifndef FORKFD_TEST_QPROCESS // QProcess leaves signals as after a fork, and has other limits.
    void signalsWhileItRuns_data()
    {
        memory_data();
    }
    void signalsWhileItRuns();
    void signalThatIsPending_data()
    {
        memory_data();
    }
    void signalThatIsPending();
    void longDescription();
    void unknownError();
    void failureOutside();
#endif

private:
    static void addFlags(Process &process);
    static bool runs(Process &process, const char *words);
};

void tst_Modifier::initTestCase()
{
    pthread_atfork(nullptr, nullptr, [] { ++findings->forkHandlers; });
}

// QProcess installs its SIGCHLD handler with the first child that it forks.
void tst_Modifier::warmUp()
{
    ChildProcessTest::warmUp();
    Process process;
    process.setChildProcessModifier([] {});
    process.start(childProgram(), words("exit 0"));
    QVERIFY(process.waitForFinished());
}

// Sets the flags of the current row.
void tst_Modifier::addFlags(Process &process)
{
    QFETCH(const bool, isVFork);
    if (isVFork)
        process.setUnixProcessParameters(Flag::UseVFork);
}

bool tst_Modifier::runs(Process &process, const char *words)
{
    *findings = {};
    process.start(childProgram(), ChildProcessTest::words(words));
    return process.waitForFinished();
}

void tst_Modifier::getter()
{
    Process process;
    QVERIFY(!process.childProcessModifier());
    process.setChildProcessModifier([] { ++findings->calls; });
    QVERIFY(process.childProcessModifier());
    *findings = {};
    process.childProcessModifier()();
    QCOMPARE(findings->calls, 1);

    process.setChildProcessModifier({});
    QVERIFY(!process.childProcessModifier());
    QVERIFY(runs(process, "exit 3"));
    QCOMPARE(process.exitCode(), 3);
    QCOMPARE(findings->calls, 0);
}

// The modifier runs after streams and directory, and before the parameters.
void tst_Modifier::place()
{
    const QTemporaryDir directory;
    Process process;
    process.setWorkingDirectory(directory.path());
    process.setUnixProcessParameters(Flag::CreateNewSession);
    process.setChildProcessModifier([] {
        findings->session = getsid(0);
        if (!getcwd(findings->directory, sizeof findings->directory)
            || write(STDOUT_FILENO, "first ", 6) != 6)
            _exit(99);
    });
    QVERIFY(runs(process, "args then"));
    QCOMPARE(process.readAll(), "first then\n");
    QCOMPARE(QFile::decodeName(findings->directory), QDir(directory.path()).canonicalPath());
    QCOMPARE(findings->session, getsid(0));
}

void tst_Modifier::memory_data()
{
    QTest::addColumn<bool>("isVFork");
    QTest::newRow("by default") << false;
    QTest::newRow("UseVFork") << true;
}

// A modifier gets a real fork, fork handlers included, unless UseVFork says that it copes with less.
void tst_Modifier::memory()
{
    QFETCH(const bool, isVFork);
    const bool isShared =
        isVFork && FORKFD_TEST_HAS_VFORK && !isUnderAddressSanitizer && !isUnderThreadSanitizer;
    Process process;
    addFlags(process);
    volatile int variable = 0;
    process.setChildProcessModifier([&variable] { variable = 42; });
    QVERIFY(runs(process, "exit 3"));
    QCOMPARE(process.exitCode(), 3);
    QCOMPARE(variable, isShared ? 42 : 0);
    QCOMPARE(findings->forkHandlers, isShared ? 0 : 1);
}

void tst_Modifier::failure_data()
{
    QTest::addColumn<bool>("isVFork");
    QTest::addColumn<QByteArray>("description");
    QTest::addColumn<int>("errorCode");
    QTest::addColumn<QString>("text");
    for (const bool isVFork : {false, true}) {
        const char *const way = isVFork ? "UseVFork" : "fork";
        QTest::addRow("with an errno, %s", way)
            << isVFork << QByteArray("chroot") << EPERM << u"chroot: Operation not permitted"_s;
        QTest::addRow("without, %s", way) << isVFork << QByteArray("no luck") << 0 << u"no luck"_s;
        QTest::addRow("beyond ASCII, %s", way)
            << isVFork << QByteArray("für 文") << 0 << QString::fromUtf8("für 文");
        QTest::addRow("nothing to say, %s", way) << isVFork << QByteArray("") << 0 << QString();
    }
}

void tst_Modifier::failure()
{
    QFETCH(const QByteArray, description);
    QFETCH(const int, errorCode);
    QFETCH(const QString, text);
    Process process;
    QStringList record;
    atEverySignal(&process, [&record](const QString &signal) { record += signal; });
    addFlags(process);
    process.setChildProcessModifier(
        [&] { process.failChildProcessModifier(description.constData(), errorCode); });
    for (int i = 0; i < 2; ++i) {
        record.clear();
        process.start(childProgram(), words("exit 3"));
        QVERIFY(!process.waitForStarted());
        QCOMPARE(record,
                 QStringList({u"stateChanged Starting"_s, u"stateChanged NotRunning"_s,
                              u"errorOccurred FailedToStart"_s}));
        QVERIFY(says(process, u"Child process modifier reported error: "_s + text));
#ifndef FORKFD_TEST_QPROCESS
        QCOMPARE(process.startError(), (ForkFd::StartError{"modifier", errorCode}));
#endif
    }
    process.setChildProcessModifier({});
    QVERIFY(runs(process, "exit 3"));
    QCOMPARE(process.exitCode(), 3);
}

void tst_Modifier::exception_data()
{
    QTest::addColumn<bool>("isVFork");
    QTest::addColumn<Modifier>("modifier");
    QTest::addColumn<QString>("text");
    for (const bool isVFork : {false, true}) {
        const char *const way = isVFork ? "UseVFork" : "fork";
        QTest::addRow("of std, %s", way)
            << isVFork << Modifier([] { throw std::runtime_error("oops"); }) << u"oops"_s;
        QTest::addRow("another, %s", way) << isVFork << Modifier([] { throw 3; }) << u"throw"_s;
    }
}

void tst_Modifier::exception()
{
    QFETCH(const Modifier, modifier);
    QFETCH(const QString, text);
    Process process;
    addFlags(process);
    process.setChildProcessModifier(modifier);
    for (int i = 0; i < 2; ++i) {
        QVERIFY(!runs(process, "exit 3"));
        QCOMPARE(process.error(), Process::FailedToStart);
        QVERIFY(says(process, u"Child process modifier threw an exception: "_s + text));
        QCOMPARE(std::uncaught_exceptions(), 0);
#ifndef FORKFD_TEST_QPROCESS // QProcess leaves a vfork child's exception in the parent.
        QVERIFY(!std::current_exception());
#endif
        QVERIFY_THROWS_EXCEPTION(std::logic_error, throw std::logic_error("ours"));
    }
}

void tst_Modifier::ending_data()
{
    QTest::addColumn<bool>("isVFork");
    QTest::addColumn<Modifier>("modifier");
    QTest::addColumn<Process::ExitStatus>("exitStatus");
    QTest::addColumn<int>("exitCode");
    for (const bool isVFork : {false, true}) {
        const char *const way = isVFork ? "UseVFork" : "fork";
        QTest::addRow("_exit(0), %s", way)
            << isVFork << Modifier([] { _exit(0); }) << Process::NormalExit << 0;
        QTest::addRow("_exit(7), %s", way)
            << isVFork << Modifier([] { _exit(7); }) << Process::NormalExit << 7;
        QTest::addRow("SIGKILL, %s", way)
            << isVFork << Modifier([] { ::kill(getpid(), SIGKILL); }) << Process::CrashExit << SIGKILL;
        QTest::addRow("abort(), %s", way)
            << isVFork << Modifier(std::abort) << Process::CrashExit << SIGABRT;
        QTest::addRow("crash, %s", way) << isVFork << Modifier(crash) << Process::CrashExit << SIGSEGV;
    }
}

// A child that ends before its exec counts as started, and its end is reported as any other.
void tst_Modifier::ending()
{
    QFETCH(const Modifier, modifier);
    const TemporaryLimit noCore(RLIMIT_CORE, 0);
    Process process;
    QSignalSpy started(&process, &Process::started);
    QSignalSpy finished(&process, &Process::finished);
    addFlags(process);
    process.setChildProcessModifier(modifier);
    for (int i = 1; i <= 2; ++i) {
        process.start(childProgram(), words("exit 3"));
        QVERIFY(comes(finished, i));
        QCOMPARE(started.size(), i);
        QTEST(process.exitStatus(), "exitStatus");
        QTEST(process.exitCode(), "exitCode");
    }
}

void tst_Modifier::everyStart()
{
    Process process;
    process.setChildProcessModifier([] { ++findings->calls; });
    for (int i = 0; i < 3; ++i) {
        QVERIFY(runs(process, "exit 3"));
        QCOMPARE(findings->calls, 1);
    }
}

void tst_Modifier::detached()
{
    TestPipe output;
    Process process;
    addFlags(process);
    process.setProgram(childProgram());
    process.setArguments(words("args then"));
    process.setStandardOutputFile(u"/proc/self/fd/%1"_s.arg(output.writeEnd()));
    process.setChildProcessModifier([] {
        if (write(STDOUT_FILENO, "first ", 6) != 6)
            _exit(99);
    });
    QVERIFY(process.startDetached());
    output.closeWriteEnd();
    QCOMPARE(output.readAll(), "first then\n");

    process.setStandardOutputFile(QString());
    process.setChildProcessModifier([&process] { process.failChildProcessModifier("no luck", EPERM); });
    QVERIFY(!process.startDetached());
    QVERIFY(says(process, u"Child process modifier reported error: no luck: Operation not permitted"_s));
    process.setChildProcessModifier([] { throw std::runtime_error("oops"); });
    QVERIFY(!process.startDetached());
    QVERIFY(says(process, u"Child process modifier threw an exception: oops"_s));
}

#ifndef FORKFD_TEST_QPROCESS

// All signals are blocked, and no signal calls a handler of the parent.
void tst_Modifier::signalsWhileItRuns()
{
    const TemporaryAction caught(SIGUSR1, [](int) { findings->hasHandled = true; });
    const TemporaryAction ignored(SIGUSR2, SIG_IGN);
    Process process;
    addFlags(process);
    process.setChildProcessModifier([] {
        raise(SIGUSR1);
        pthread_sigmask(SIG_SETMASK, nullptr, &findings->mask);
        sigaction(SIGUSR1, nullptr, &findings->caught);
        sigaction(SIGUSR2, nullptr, &findings->ignored);
        const timespec immediately = {};
        sigset_t usr1;
        sigemptyset(&usr1);
        sigaddset(&usr1, SIGUSR1);
        ++findings->calls;
        if (sigtimedwait(&usr1, nullptr, &immediately) == SIGUSR1)
            ++findings->calls;
    });
    QVERIFY(runs(process, "exit 3"));
    QCOMPARE(process.exitCode(), 3);
    QCOMPARE(findings->calls, 2);
    QVERIFY(!findings->hasHandled);
    for (int signal = 1; signal <= SIGRTMAX; ++signal) {
        const bool isBlockable =
            signal != SIGKILL && signal != SIGSTOP && (signal < 32 || signal >= SIGRTMIN);
        if (isBlockable)
            QVERIFY2(sigismember(&findings->mask, signal) == 1, qPrintable(QString::number(signal)));
    }
    QVERIFY(findings->caught.sa_handler == SIG_DFL);
    QVERIFY(findings->ignored.sa_handler == SIG_IGN);
}

void tst_Modifier::signalThatIsPending()
{
    const TemporaryAction caught(SIGUSR1, [](int) { findings->hasHandled = true; });
    Process process;
    addFlags(process);
    process.setChildProcessModifier([] { raise(SIGUSR1); });
    QVERIFY(runs(process, "exit 3"));
    QCOMPARE(process.exitStatus(), Process::CrashExit);
    QCOMPARE(process.exitCode(), SIGUSR1);
    QVERIFY(!findings->hasHandled);
}

void tst_Modifier::longDescription()
{
    const QByteArray description(1000, 'x');
    Process process;
    process.setChildProcessModifier(
        [&] { process.failChildProcessModifier(description.constData(), EPERM); });
    QVERIFY(!runs(process, "exit 3"));
    QVERIFY(says(process,
                 u"Child process modifier reported error: %1: Operation not permitted"_s.arg(
                     QString(255, u'x'))));
    process.setChildProcessModifier([&] { throw std::runtime_error(description.constData()); });
    QVERIFY(!runs(process, "exit 3"));
    QVERIFY(says(process, u"Child process modifier threw an exception: "_s + QString(255, u'x')));
}

// QProcess uses negative error numbers itself.
void tst_Modifier::unknownError()
{
    Process process;
    process.setChildProcessModifier([&process] { process.failChildProcessModifier("no luck", -5); });
    QVERIFY(!runs(process, "exit 3"));
    QCOMPARE(process.startError(), (ForkFd::StartError{"modifier", -5}));
    QVERIFY(says(process, u"Child process modifier reported error: no luck: Unknown error -5"_s));
}

// Outside a child the function can neither return nor exit: it aborts.
void tst_Modifier::failureOutside()
{
    const QByteArray result = inForkedCopy([]() -> QByteArray {
        const rlimit none = {};
        setrlimit(RLIMIT_CORE, &none);
        signal(SIGABRT, SIG_DFL);
        dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), STDOUT_FILENO);
        Process process;
        const auto fail = [&process] { process.failChildProcessModifier("no luck"); };
        process.setUnixProcessParameters(Flag::UseVFork);
        process.setChildProcessModifier(fail);
        runs(process, "exit 3");
        fail();
        return "returned";
    });
    QCOMPARE(result, " [the copy ended with wait status " + QByteArray::number(SIGABRT) + ']');
}

#endif

QTEST_GUILESS_MAIN(tst_Modifier)
#include "tst_modifier.moc"
