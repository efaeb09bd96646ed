// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "forkedcopy.h"
#include "pidfdopen.h"
#include "refusaltest.h"
#include "temporarychange.h"
#include "testpipe.h"

#include <ForkFd/forkfd.h>

#include <QtCore/QTemporaryFile>

#include <cerrno>
#include <cstring>

#include <linux/sched.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using ForkFd::StartError;

namespace {

const Refusal noClone3 = {SYS_clone3, ENOSYS};
const Refusal noPidFdFromClone = {SYS_clone, EINVAL, CLONE_PIDFD, CLONE_PIDFD};

} // namespace

/// System calls that an older kernel lacks, a sandbox refuses or a lack of resources makes fail.
/// Holds: B1, P4 (noStatusOfStolenChildren), P5 (noWayToSignalAPidFd), L5, L6 (goneBeforeTheOpen).
class tst_Refusals : public RefusalTest
{
    Q_OBJECT

private Q_SLOTS:
    void creation_data();
    void creation();
    void noWayToOpenAPidFd();
    void goneBeforeTheOpen();
    void noWayToKillAnUnwatchedChild();
    void noWayToWaitForAPidFd_data();
    void noWayToWaitForAPidFd();
    void noWayToSignalAPidFd_data() { addAnswers(); }
    void noWayToSignalAPidFd();
    void noWayToLookAtAChild_data() { addAnswers(); }
    void noWayToLookAtAChild();
    void noWayToCollectAChild_data() { addAnswers(); }
    void noWayToCollectAChild();
    void noEvents_data() { addAnswers(); }
    void noEvents();
    void unusableEvents_data() { addAnswers(); }
    void unusableEvents();
    void noPollSets_data();
    void noPollSets();
    void noPoll();
    void noStack_data();
    void noStack();
    void noStatusOfStolenChildren();
    void noThreads();
    void gate_data();
    void gate();

private:
    /// The errnos with which filters refuse a call.
    static void addAnswers();
};

void tst_Refusals::creation_data()
{
    QTest::addColumn<Refusals>("refusals");
    QTest::addColumn<QByteArray>("outcome");
    // Kernels and sandboxes refuse with these errnos. The library takes the next rung.
    for (const int refusal : {ENOSYS, EPERM, EACCES, EINVAL, E2BIG}) {
        QTest::addRow("clone3 is refused: %s", strerror(refusal))
            << Refusals{{SYS_clone3, refusal}} << QByteArray("exited with code 42");
    }
    // A lack of resources is reported. The next rung would lack them, too.
    const auto want = [](int errorCode, const char *step) {
        const Refusals everyWay = {{SYS_clone3, errorCode}, {SYS_clone, errorCode}};
        QTest::addRow("out of resources: %s", strerror(errorCode))
            << everyWay << text(StartError{step, errorCode});
    };
    want(EAGAIN, "clone");
    want(ENOMEM, "clone");
    want(EMFILE, "descriptors");
    want(ENFILE, "descriptors");
    QTest::newRow("every way is refused")
        << Refusals{{SYS_clone3, EPERM}, {SYS_clone, EPERM}} << text(StartError{"clone", EPERM});
}

void tst_Refusals::creation()
{
    QFETCH(Refusals, refusals);
    QFETCH(QByteArray, outcome);
    const QByteArray result = inRefusedCopy(refusals, [&] {
        const QByteArray first = outcomeOf(child({"exit", "42"}));
        const QByteArray second = outcomeOf(child({"exit", "42"}));
        return first == second ? first : first + ", then " + second;
    });
    QCOMPARE(result, outcome);
}

// A start that must fail does not execute the program first.
void tst_Refusals::noWayToOpenAPidFd()
{
    QTemporaryFile program;
    QVERIFY(program.open());
    program.write("#!" FORKFD_TEST_CHILD "\n");
    program.close();
    const QByteArray path = QFile::encodeName(program.fileName());
    chmod(path.constData(), 0755);
    const QByteArray result =
        inRefusedCopy({noClone3, noPidFdFromClone, {SYS_pidfd_open, ENOSYS}}, [&path]() -> QByteArray {
            qputenv("FORKFD_BACKEND", "pidfd"); // No other backend may be used.
            const int watcher = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
            inotify_add_watch(watcher, path.constData(), IN_OPEN);
            if (ForkFd::spawn({{path.toStdString()}}))
                return "started";
            inotify_event event;
            const bool wasOpened = read(watcher, &event, sizeof event) > 0;
            return hasChildren() ? "a child was left" : wasOpened ? "executed" : "not executed";
        });
    QCOMPARE(result, "not executed");
}

// The program has run: that is no failed start. Before Linux 6.15 pidfd_open(2) says EINVAL where a
// process group still has the child's number.
void tst_Refusals::goneBeforeTheOpen()
{
    const QByteArray result = inRefusedCopy({noClone3, noPidFdFromClone}, []() -> QByteArray {
        const TemporaryAction ignore(SIGCHLD, SIG_IGN); // The kernel reaps the child.
        beforePidFdOpen = [](pid_t pid) {
            return eventually([pid] { return kill(pid, 0) != 0; }) ? EINVAL : 0;
        };
        return outcomeOf(child({"exit", "0"}));
    });
    QCOMPARE(result, text(ForkFd::ExitInfo()));
}

// The start once waited for ever for the end of a child that it could neither watch nor kill.
void tst_Refusals::noWayToKillAnUnwatchedChild()
{
    const auto init = []() -> QByteArray {
        prctl(PR_SET_PDEATHSIG, SIGKILL); // The alarm of its parent does not end PID 1.
        qputenv("FORKFD_BACKEND", "pidfd");
        const Refusal noPidFdOfChild = {SYS_pidfd_open, EMFILE, ~0U, 2}; // PID 1 itself gets one.
        if (!refuse({noClone3, noPidFdFromClone, noPidFdOfChild, {SYS_kill, EPERM}}))
            return "no filter";
        TestPipe input;
        StartError error;
        ForkFd::spawn(child({"echo"}), {.fileDescriptors = {{0, input.readEnd()}}}, &error);
        input.closeWriteEnd();
        return text(error) + (eventually([] { return !hasChildren(); }) ? "" : ", a child was left");
    };
    const QByteArray result = inForkedCopy([&] {
        alarm(60);
        return beginPidNamespace() ? inForkedCopy(init) : "refused";
    });
    if (result == "refused")
        QSKIP("This system lets us make no PID namespaces.");
    QCOMPARE(result, text(StartError{"descriptors", EMFILE}));
}

void tst_Refusals::noWayToWaitForAPidFd_data()
{
    QTest::addColumn<int>("errorCode");
    QTest::addColumn<QByteArray>("backend");
    QTest::addColumn<QByteArray>("outcome");
    const QByteArray works = "exited with code 42";
    const QByteArray isImpossible = text(StartError{"backend", EINVAL});
    QTest::newRow("an older kernel") << EINVAL << QByteArray("auto") << works;
    QTest::newRow("a sandbox") << EPERM << QByteArray("auto") << works;
    QTest::newRow("an older kernel, and nothing else will do")
        << EINVAL << QByteArray("pidfd") << isImpossible;
    QTest::newRow("a sandbox, and nothing else will do") << EPERM << QByteArray("pidfd") << isImpossible;
}

void tst_Refusals::noWayToWaitForAPidFd()
{
    QFETCH(int, errorCode);
    QFETCH(QByteArray, backend);
    QFETCH(QByteArray, outcome);
    const QByteArray result = inForkedCopy([&] {
        qputenv("FORKFD_BACKEND", backend);
        constexpr unsigned pidFd = 3; // P_PIDFD, which glibc names since 2.36.
        if (!refuse({{SYS_waitid, errorCode, ~0U, pidFd}}))
            return QByteArray("no filter");
        return outcomeOf(child({"exit", "42"}));
    });
    QCOMPARE(result, outcome);
}

void tst_Refusals::addAnswers()
{
    QTest::addColumn<int>("answer");
    for (const int answer : {ENOSYS, EPERM, EACCES, EINVAL})
        QTest::addRow("%s", strerror(answer)) << answer;
}

// Docker's profile refused with EPERM before 20.10. Then no child could be killed.
void tst_Refusals::noWayToSignalAPidFd()
{
    QFETCH(int, answer);
    const QByteArray result = inRefusedCopy({{SYS_pidfd_send_signal, answer}}, []() -> QByteArray {
        auto process = ForkFd::spawn(child({"sleep"}));
        if (!process || !process->sendSignal(0) || process->sendSignal(NSIG) || errno != EINVAL
            || !process->sendSignal(SIGTERM))
            return "no signal was sent";
        const QByteArray end = text(process->wait().value());
        return process->sendSignal(0) || errno != ESRCH ? "a signal was sent after the end" : end;
    });
    QCOMPARE(result, "killed by SIGTERM");
}

// A failed look was once taken for an end: a running child was reported, and left as a zombie.
void tst_Refusals::noWayToLookAtAChild()
{
    QFETCH(int, answer);
    const QByteArray result = inRefusedCopy({{SYS_waitid, answer}}, []() -> QByteArray {
        TestPipe input;
        auto process =
            ForkFd::spawn(child({"echo", "exit", "42"}), {.fileDescriptors = {{0, input.readEnd()}}});
        if (!process || process->wait(std::chrono::milliseconds(20)) || !process->sendSignal(0))
            return "it is not there";
        input.closeWriteEnd();
        const QByteArray end = text(process->wait().value());
        { // The handler or the sweeper reaps this child.
            auto dropped = ForkFd::spawn(child({"sleep"}));
            if (!dropped->sendSignal(SIGTERM))
                return "no signal was sent";
        }
        return end
            + (eventually([] { return waitpid(-1, nullptr, WNOHANG) < 0; }) ? ""
                                                                            : ", a zombie was left");
    });
    QCOMPARE(result, "exited with code 42");
}

void tst_Refusals::noWayToCollectAChild()
{
    QFETCH(int, answer);
    const QByteArray result = inRefusedCopy({{SYS_wait4, answer}}, []() -> QByteArray {
        qputenv("FORKFD_BACKEND", "sigchld");
        QByteArray all = outcomeOf(child({"exit", "42"})) + '\n' + outcomeOf({{"/no/such/program"}});
        ForkFd::spawn(child({"exit", "0"}));
        return all + (eventually([] { return !hasChildren(); }) ? "" : "\na zombie was left");
    });
    QCOMPARE(result, "exited with code 42\n" + text(StartError{"exec", ENOENT}));
}

// Without eventfd(2) the library uses sockets and pipes.
void tst_Refusals::noEvents()
{
    QFETCH(int, answer);
    for (const char *backend : {"auto", "sigchld"}) {
        const QByteArray result = inRefusedCopy(
            {noClone3, noPidFdFromClone, {SYS_eventfd2, answer}}, [backend]() -> QByteArray {
                qputenv("FORKFD_BACKEND", backend);
                return outcomeOf(child({"exit", "42"})) + ", " + outcomeOf(child({"signal", "9"}))
                    + (ForkFd::backend() == ForkFd::Backend::PidFd ? ", pidfd" : ", sigchld");
            });
        const QByteArray expected = strcmp(backend, "auto") == 0 ? "pidfd" : backend;
        QCOMPARE(result, "exited with code 42, killed by SIGKILL, " + expected);
    }
}

// If an eventfd could not be written or read, a wait once hung, or a library thread never slept again.
void tst_Refusals::unusableEvents()
{
    QFETCH(int, answer);
    constexpr unsigned size = 8; // No other write or read of the library has that size.
    for (const long call : {SYS_write, SYS_read}) {
        const QByteArray result = inRefusedCopy({{call, answer, ~0U, size, 2}}, []() -> QByteArray {
            qputenv("FORKFD_BACKEND", "sigchld");
            return outcomeOf(child({"exit", "42"})) + ", " + outcomeOf(child({"signal", "9"}));
        });
        QCOMPARE(result, "exited with code 42, killed by SIGKILL");
    }
}

void tst_Refusals::noPollSets_data()
{
    QTest::addColumn<Refusals>("refusals");
    for (const int answer : {ENOSYS, EPERM, EACCES, EINVAL}) {
        QTest::addRow("no set: %s", strerror(answer)) << Refusals{{SYS_epoll_create1, answer}};
        QTest::addRow("no members: %s", strerror(answer)) << Refusals{{SYS_epoll_ctl, answer}};
#ifdef SYS_epoll_wait
        QTest::addRow("no wait: %s", strerror(answer))
            << Refusals{{SYS_epoll_wait, answer}, {SYS_epoll_pwait, answer}};
#endif
    }
}

// Without epoll(7) dropped children were once never collected.
void tst_Refusals::noPollSets()
{
    QFETCH(Refusals, refusals);
    const QByteArray result = inRefusedCopy(refusals, [&]() -> QByteArray {
        for (int i = 0; i < 20; ++i) {
            TestPipe input;
            ForkFd::spawn(child({"echo"}), {.fileDescriptors = {{0, input.readEnd()}}});
        }
        return eventually([] { return !hasChildren(); }) ? "collected" : "left";
    });
    QCOMPARE(result, "collected");
}

// Waits once spun without a look at the child.
void tst_Refusals::noPoll()
{
    for (const char *backend : {"auto", "sigchld"}) {
        const QByteArray result = inForkedCopy([backend]() -> QByteArray {
            qputenv("FORKFD_BACKEND", backend);
            TestPipe input;
            auto process = ForkFd::spawn(child({"echo", "exit", "42"}),
                                         {.fileDescriptors = {{0, input.readEnd()}}});
#ifdef SYS_poll
            if (!refuse({{SYS_poll, EPERM}, {SYS_ppoll, EPERM}}))
                return "no filter";
#endif
            if (process->wait(std::chrono::milliseconds(20)))
                return "it is not there";
            input.closeWriteEnd();
            return text(process->wait().value());
        });
        QCOMPARE(result, "exited with code 42");
    }
}

void tst_Refusals::noStack_data()
{
    QTest::addColumn<int>("answer");
    QTest::addColumn<QByteArray>("outcome");
    QTest::newRow("refused") << EPERM << QByteArray("exited with code 42");
    QTest::newRow("out of memory") << ENOMEM << text(StartError{"clone", ENOMEM});
    QTest::newRow("out of locked memory") << EAGAIN << text(StartError{"clone", EAGAIN});
}

void tst_Refusals::noStack()
{
    QFETCH(int, answer);
    if (isUnderThreadSanitizer)
        QSKIP("The library needs no stack there.");
    // Of the library's mappings, only the stack of a child has this flag.
    const QByteArray result = inRefusedCopy({{SYS_mmap, answer, MAP_NORESERVE, MAP_NORESERVE, 3}}, [] {
        return outcomeOf(child({"exit", "42"}));
    });
    QTEST(result, "outcome");
}

// Without PIDFD_GET_INFO (Linux 6.13; the status since 6.15) the status of a stolen child is lost.
void tst_Refusals::noStatusOfStolenChildren()
{
    const QByteArray result = inForkedCopy([]() -> QByteArray {
        constexpr unsigned getInfo = _IOWR(0xFF, 11, char[64]); // PIDFD_GET_INFO.
        if (!refuse({{SYS_ioctl, ENOTTY, ~0U, getInfo, 1}}))
            return "no filter";
        const TemporaryAction ignore(SIGCHLD, SIG_IGN);
        return outcomeOf(child({"exit", "42"}));
    });
    QCOMPARE(result, text(ForkFd::ExitInfo()));
}

// Without the keeper thread dropped children wait until the next child is dropped.
void tst_Refusals::noThreads()
{
    const Refusal noThread = {SYS_clone, EAGAIN, CLONE_THREAD, CLONE_THREAD};
    const QByteArray result = inRefusedCopy({noClone3, noThread}, []() -> QByteArray {
        TestPipe input;
        pid_t dropped = 0;
        if (const auto echo =
                ForkFd::spawn(child({"echo"}), {.fileDescriptors = {{0, input.readEnd()}}}))
            dropped = echo->pid();
        input.closeWriteEnd();
        // Each dropped child is another chance. The last one may still run.
        return eventually([dropped] {
            ForkFd::spawn(child({"exit", "0"}));
            return kill(dropped, 0) != 0;
        })
            ? "collected"
            : "left";
    });
    QCOMPARE(result, "collected");
}

void tst_Refusals::gate_data()
{
    QTest::addColumn<int>("error");
    QTest::addColumn<QByteArray>("result");
    QTest::newRow("no way") << ENOBUFS << text(StartError{"clone", ENOBUFS});
    QTest::newRow("another way") << EPERM << QByteArray("exited with code 42");
}

// A copied child waits at the gate for a byte. If the byte could not be sent, the start once hung.
void tst_Refusals::gate()
{
    QFETCH(const int, error);
    QFETCH(const QByteArray, result);
    const QByteArray actual = inRefusedCopy(
        {noClone3, {SYS_clone, EPERM, CLONE_VM, CLONE_VM}, {SYS_sendto, error}}, []() -> QByteArray {
            alarm(60);
            const QByteArray outcome = outcomeOf(child({"exit", "42"}));
            return hasChildren() ? "a child was left" : outcome;
        });
    QCOMPARE(actual, result);
}

QTEST_GUILESS_MAIN(tst_Refusals)
#include "tst_refusals.moc"
