// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "forkedcopy.h"
#include "modifiertest.h"
#include "sharedmemory.h"
#include "temporarychange.h"
#include "testpipe.h"

#include <QtCore/QDir>
#include <QtCore/QTemporaryDir>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <stdexcept>

#include <pthread.h>
#include <sched.h>
#include <unistd.h>

using Flag = Process::UnixProcessFlag;

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

} // namespace

/// The function that runs in the child before its program.
/// Holds: L7.
class tst_Modifier : public ModifierTest
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void getter();
    void place();
    void memory_data();
    void memory();
    void everyStart();
    void environment();
    void detached_data() { memory_data(); }
    void detached();
    void parentEnds_data() { memory_data(); }
    void parentEnds();
#ifndef FORKFD_TEST_QPROCESS // QProcess leaves signals as after a fork.
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
#endif

private:
    static bool runs(Process &process, const char *words);
};

void tst_Modifier::initTestCase()
{
    pthread_atfork(nullptr, nullptr, [] { ++findings->forkHandlers; });
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

void tst_Modifier::everyStart()
{
    Process process;
    process.setChildProcessModifier([] { ++findings->calls; });
    for (int i = 0; i < 3; ++i) {
        QVERIFY(runs(process, "exit 3"));
        QCOMPARE(findings->calls, 1);
    }
}

// As after a fork, setenv(3) changes the environment that the program inherits.
void tst_Modifier::environment()
{
    Process process;
    process.setChildProcessModifier([] { ::setenv("FORKFD_OF_MODIFIER", "1", 1); });
    process.start(u"sh"_s, {u"-c"_s, u"echo $FORKFD_OF_MODIFIER"_s});
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.readAll(), "1\n");
    process.setProcessEnvironment(QProcessEnvironment::systemEnvironment());
    process.start(u"sh"_s, {u"-c"_s, u"echo $FORKFD_OF_MODIFIER"_s});
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.readAll(), "\n");
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

// A parent that dies during the start does not take its child with it.
void tst_Modifier::parentEnds()
{
    TestPipe output;
    const QByteArray copy = inForkedCopy([&] {
        Process process;
        addFlags(process);
        process.setStandardOutputFile(u"/proc/self/fd/%1"_s.arg(output.writeEnd()));
        process.setChildProcessModifier([parent = getpid()] {
            kill(parent, SIGKILL);
            while (getppid() == parent)
                sched_yield();
        });
        process.start(childProgram(), words("args started"));
        eventually([] { return false; }); // start() may have returned before the modifier is called.
        return QByteArray("not killed");
    });
    QVERIFY2(copy.contains("wait status 9"), copy.constData());
    output.closeWriteEnd();
    QCOMPARE(output.readAll(), "started\n");
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

#endif

QTEST_GUILESS_MAIN(tst_Modifier)
#include "tst_modifier.moc"
