// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "forkedcopy.h"
#include "modifiertest.h"
#include "temporarychange.h"

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <utility>

#include <fcntl.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

using Modifier = void (*)();

namespace {

[[noreturn]] void crash()
{
    // The compiler or a sanitizer would notice a null pointer.
    const volatile std::uintptr_t nowhere = sizeof(int);
    *reinterpret_cast<volatile int *>(nowhere) = 1;
    _exit(0);
}

#ifndef FORKFD_TEST_QPROCESS

/// A copy that another thread forks while the program forks: it holds both ends of each socket and pipe
/// of a start. It ends after half a minute, so that a start that waits for it returns.
class CopyBesideFork
{
public:
    CopyBesideFork()
    {
        static const int isRegistered = pthread_atfork(nullptr, fork, nullptr);
        Q_UNUSED(isRegistered)
        s_forker = getpid();
    }
    ~CopyBesideFork()
    {
        s_forker = 0;
        if (s_pid > 0) {
            kill(s_pid, SIGKILL);
            waitpid(std::exchange(s_pid, 0), nullptr, 0);
        }
    }
    CopyBesideFork(const CopyBesideFork &) = delete;
    CopyBesideFork &operator=(const CopyBesideFork &) = delete;

    static bool exists() { return s_pid > 0; }
    static bool isAlive() { return waitpid(s_pid, nullptr, WNOHANG) == 0; }

private:
    // Not with fork(), whose handler this is. Runs with all signals blocked.
    static void fork()
    {
        if (getpid() != std::exchange(s_forker, 0))
            return;
        s_pid = static_cast<pid_t>(syscall(SYS_clone, SIGCHLD, nullptr, nullptr, nullptr, nullptr));
        if (s_pid != 0)
            return;
        sigset_t none;
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, nullptr);
        alarm(30);
        while (true)
            pause();
    }

    static inline pid_t s_forker = 0;
    static inline pid_t s_pid = 0;
};

#endif

} // namespace

/// A modifier that fails, throws an exception or ends the child.
/// Holds: L7.
class tst_FailingModifier : public ModifierTest
{
    Q_OBJECT

private Q_SLOTS:
    void failure_data();
    void failure();
    void exception_data();
    void exception();
    void ending_data();
    void ending();
#ifndef FORKFD_TEST_QPROCESS // QProcess has other limits.
    void longDescription();
    void unknownError();
    void failureOutside();
    void endingOfDetached_data()
    {
        ending_data();
    }
    void endingOfDetached();
#endif

private:
    static bool runs(Process &process);
};

bool tst_FailingModifier::runs(Process &process)
{
    process.start(childProgram(), words("exit 3"));
    return process.waitForFinished();
}

void tst_FailingModifier::failure_data()
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

void tst_FailingModifier::failure()
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
    QVERIFY(runs(process));
    QCOMPARE(process.exitCode(), 3);
}

void tst_FailingModifier::exception_data()
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

void tst_FailingModifier::exception()
{
    QFETCH(const Modifier, modifier);
    QFETCH(const QString, text);
    Process process;
    addFlags(process);
    process.setChildProcessModifier(modifier);
    for (int i = 0; i < 2; ++i) {
        QVERIFY(!runs(process));
        QCOMPARE(process.error(), Process::FailedToStart);
        QVERIFY(says(process, u"Child process modifier threw an exception: "_s + text));
        QCOMPARE(std::uncaught_exceptions(), 0);
#ifndef FORKFD_TEST_QPROCESS // QProcess leaves a vfork child's exception in the parent.
        QVERIFY(!std::current_exception());
#endif
        QVERIFY_THROWS_EXCEPTION(std::logic_error, throw std::logic_error("ours"));
    }
}

void tst_FailingModifier::ending_data()
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
void tst_FailingModifier::ending()
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

#ifndef FORKFD_TEST_QPROCESS

void tst_FailingModifier::longDescription()
{
    const QByteArray description(1000, 'x');
    Process process;
    process.setChildProcessModifier(
        [&] { process.failChildProcessModifier(description.constData(), EPERM); });
    QVERIFY(!runs(process));
    QVERIFY(says(process,
                 u"Child process modifier reported error: %1: Operation not permitted"_s.arg(
                     QString(255, u'x'))));
    process.setChildProcessModifier([&] { throw std::runtime_error(description.constData()); });
    QVERIFY(!runs(process));
    QVERIFY(says(process, u"Child process modifier threw an exception: "_s + QString(255, u'x')));
}

// QProcess uses negative error numbers itself.
void tst_FailingModifier::unknownError()
{
    for (const int code : {-1, -5}) { // Qt takes -1 for the parent's errno.
        Process process;
        process.setChildProcessModifier(
            [&process, code] { process.failChildProcessModifier("no luck", code); });
        QVERIFY(!runs(process));
        QCOMPARE(process.startError(), (ForkFd::StartError{"modifier", code}));
        const QString text = u"Child process modifier reported error: no luck: Unknown error %1"_s;
        QVERIFY(says(process, text.arg(code)));
    }
}

// Outside a child the function can neither return nor exit: it aborts.
void tst_FailingModifier::failureOutside()
{
    const QByteArray result = inForkedCopy([]() -> QByteArray {
        const rlimit none = {};
        setrlimit(RLIMIT_CORE, &none);
        signal(SIGABRT, SIG_DFL);
        dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), STDOUT_FILENO);
        Process process;
        const auto fail = [&process] { process.failChildProcessModifier("no luck"); };
        process.setUnixProcessParameters(Process::UnixProcessFlag::UseVFork);
        process.setChildProcessModifier(fail);
        runs(process);
        fail();
        return "returned";
    });
    QCOMPARE(result, " [the copy ended with wait status " + QByteArray::number(SIGABRT) + ']');
}

// The start read no end of file before the copy ended, which holds the orphan's end of the report, too.
void tst_FailingModifier::endingOfDetached()
{
    QFETCH(const bool, isVFork);
    QFETCH(const Modifier, modifier);
    const TemporaryLimit noCore(RLIMIT_CORE, 0);
    Process process;
    addFlags(process);
    process.setProgram(childProgram());
    process.setChildProcessModifier(modifier);
    const CopyBesideFork copy;
    qint64 pid = 0;
    QVERIFY(process.startDetached(&pid));
    QVERIFY(pid > 0);
    const bool isForked =
        !isVFork || FORKFD_TEST_PORTABLE || isUnderAddressSanitizer || isUnderThreadSanitizer;
    QCOMPARE(CopyBesideFork::exists(), isForked);
    QVERIFY(!isForked || CopyBesideFork::isAlive());
}

#endif

QTEST_GUILESS_MAIN(tst_FailingModifier)
#include "tst_failingmodifier.moc"
