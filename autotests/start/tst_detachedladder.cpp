// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "childprocesstest.h"
#include "forkedcopy.h"
#include "systemcallfilter.h"
#include "temporarychange.h"
#include "testpipe.h"

#include <atomic>
#include <cerrno>
#include <cstring>

#include <csignal>

#include <linux/sched.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

using Refusals = std::vector<Refusal>;

namespace {

constexpr bool canShareMemory = FORKFD_TEST_HAS_VFORK && !isUnderThreadSanitizer;

std::atomic<int> childSignals;

QByteArray describe(const Process &process, bool isStarted)
{
    return isStarted ? "started" : ProcessTest::text(process.startError());
}

} // namespace

/// Every way to start a detached program keeps the same promises.
/// Holds: L3, S11 (passesIgnoreOn).
class tst_DetachedLadder : public ChildProcessTest
{
    Q_OBJECT

protected:
    /// No warm-up: each forked copy goes down the ladder itself.
    void warmUp() override { }

private Q_SLOTS:
    void initTestCase();
    void start_data() { addWays(); }
    void start();
    void comesBack_data();
    void comesBack();
    void comesBackWithoutDescriptors();
    void failures_data() { addWays(); }
    void failures();
    void closedStreams_data() { addWays(); }
    void closedStreams();
    void limit_data() { addWays(); }
    void limit();
    void noProcess_data();
    void noProcess();
    void raisesNoSigChld();
    void passesIgnoreOn_data() { addWays(); }
    void passesIgnoreOn();
    void killedBeforeTheExec_data();
    void killedBeforeTheExec();
    void killedBetween();

private:
    static void addWays();
    /// Runs `body` in a forked copy under the refusals of the current row.
    static QByteArray onThisWay(const std::function<QByteArray()> &body);
    static qint64 detachSleeper();
    static QByteArray detach(const QString &program, const QStringList &arguments);
};

void tst_DetachedLadder::initTestCase()
{
    if (!hasSystemCallFilters())
        QSKIP("This system has no seccomp filters.");
}

void tst_DetachedLadder::addWays()
{
    QTest::addColumn<Refusals>("refusals");
    QTest::newRow("as the system can") << Refusals{};
    for (const int refusal : {ENOSYS, EPERM, EINVAL}) {
        QTest::addRow("no shared memory: %s", strerror(refusal))
            << Refusals{{SYS_clone3, ENOSYS}, {SYS_clone, refusal, CLONE_VFORK, CLONE_VFORK}};
    }
}

QByteArray tst_DetachedLadder::onThisWay(const std::function<QByteArray()> &body)
{
    QFETCH(Refusals, refusals);
    // The leak check at the copy's exit calls clone(), which the filter may refuse.
    qputenv("ASAN_OPTIONS", "detect_leaks=0");
    return inRefusedCopy(refusals, body);
}

qint64 tst_DetachedLadder::detachSleeper()
{
    Process process;
    process.setProgram(childProgram());
    process.setArguments(words("sleep"));
    qint64 pid = 0;
    process.startDetached(&pid);
    return pid;
}

// Returns the program's standard output, or why it did not start.
QByteArray tst_DetachedLadder::detach(const QString &program, const QStringList &arguments)
{
    TestPipe output;
    Process process;
    process.setProgram(program);
    process.setArguments(arguments);
    process.setLaunchOptions({.fileDescriptors = {{STDOUT_FILENO, output.writeEnd()}}});
    qint64 pid = 0;
    const bool isStarted = process.startDetached(&pid);
    if (isStarted != (pid > 0))
        return "wrong number " + QByteArray::number(pid);
    if (!isStarted)
        return describe(process, isStarted);
    output.closeWriteEnd();
    return output.readAll();
}

void tst_DetachedLadder::start()
{
    const QByteArray result = onThisWay([] {
        const auto before = ProcessState::now();
        QByteArray all;
        for (int i = 0; i < 20; ++i) {
            if (detach(childProgram(), words("args abc")) != "abc\n")
                all += "no output\n";
            if (hasChildren())
                all += "a child was left\n";
        }
        return all + before.differencesTo(ProcessState::now()).toUtf8();
    });
    QCOMPARE(result, QByteArray());
}

void tst_DetachedLadder::comesBack_data()
{
    QTest::addColumn<Refusals>("refusals");
    QTest::addColumn<bool>("isInit");
    for (const bool isInit : {false, true}) {
        const char *who = isInit ? "PID 1" : "subreaper";
        QTest::addRow("%s", who) << Refusals{} << isInit;
        QTest::addRow("%s, no shared memory", who)
            << Refusals{{SYS_clone3, ENOSYS}, {SYS_clone, EPERM, CLONE_VFORK, CLONE_VFORK}} << isInit;
    }
}

// In session managers and the first processes of containers each start once left a zombie.
void tst_DetachedLadder::comesBack()
{
    QFETCH(const bool, isInit);
    if (FORKFD_TEST_PORTABLE && !isInit)
        QSKIP("POSIX knows no subreapers.");
    const auto body = [] {
        const pid_t stranger = fork();
        if (stranger == 0)
            _exit(5);
        QByteArray all;
        for (int i = 0; i < 20; ++i)
            all += detach(childProgram(), words("exit 0")) + detach(u"/no/such/program"_s, {}).left(5);
        const qint64 lasting = detachSleeper();
        all += ::kill(static_cast<pid_t>(lasting), 0) == 0 ? " runs," : " does not run,";
        ::kill(static_cast<pid_t>(lasting), SIGKILL);
        const auto isGone = [](pid_t pid) { return ::kill(pid, 0) != 0 && errno == ESRCH; };
        all += eventually([&] { return isGone(static_cast<pid_t>(lasting)); }) ? " is gone," : " stays,";
        // The library must not reap a child that is not its own.
        int status = 0;
        const bool isThere = waitpid(stranger, &status, 0) == stranger && WEXITSTATUS(status) == 5;
        all += isThere ? " the stranger is there" : " the stranger was taken";
        return all + (eventually([] { return !hasChildren(); }) ? "" : ", zombies");
    };
    const QByteArray result = onThisWay([&] {
        if (!isInit)
            return prctl(PR_SET_CHILD_SUBREAPER, 1) == 0 ? body() : QByteArray("no subreaper");
        return unshare(CLONE_NEWPID) == 0 ? inForkedCopy(body) : QByteArray("no namespace");
    });
    if (result == "no namespace")
        QSKIP("Only root may make a process namespace.");
    QCOMPARE(result, QByteArray("exec:").repeated(20) + " runs, is gone, the stranger is there");
}

// An orphan that could not be watched for lack of descriptors was once left as a zombie.
void tst_DetachedLadder::comesBackWithoutDescriptors()
{
    const auto init = []() -> QByteArray {
        // PID 1 starts the child between, which starts the program.
        if (!refuse({{SYS_pidfd_open, EMFILE, ~0U, 3}}))
            return "no filter";
        const QByteArray output = detach(childProgram(), words("args abc"));
        return output + (eventually([] { return !hasChildren(); }) ? "no zombies" : "zombies");
    };
    const QByteArray result =
        inForkedCopy([&] { return beginPidNamespace() ? inForkedCopy(init) : "refused"; });
    if (result == "refused")
        QSKIP("This system lets us make no PID namespaces.");
    QCOMPARE(result, "abc\nno zombies");
}

// A failed start leaves no zombie: neither the child between nor the orphan that this process adopts.
void tst_DetachedLadder::failures()
{
    const QByteArray result = onThisWay([] {
        prctl(PR_SET_CHILD_SUBREAPER, 1);
        outcomeOf(child({})); // Opens the descriptors that the library keeps.
        awaitLibrary();
        const auto before = ProcessState::now();
        QByteArray all = detach(u"/no/such/program"_s, {}) + '\n' + detach(u"/proc"_s, {}) + '\n';
        Process elsewhere;
        elsewhere.setProgram(childProgram());
        elsewhere.setWorkingDirectory(u"/no/such/directory"_s);
        all += describe(elsewhere, elsewhere.startDetached()) + '\n';
        Process closed;
        closed.setProgram(childProgram());
        closed.setLaunchOptions({.fileDescriptors = {{60, 1000000}}});
        all += describe(closed, closed.startDetached()) + '\n';
        if (FORKFD_TEST_PORTABLE) // The portable library does not collect orphans.
            while (waitpid(-1, nullptr, 0) > 0) { }
        eventually([&] { return before.differencesTo(ProcessState::now()).isEmpty(); });
        return all + before.differencesTo(ProcessState::now()).toUtf8();
    });
    QCOMPARE(result,
             "exec: No such file or directory\nexec: Permission denied\n"
             "workingDirectory: No such file or directory\nfileDescriptors: Bad file descriptor\n");
}

void tst_DetachedLadder::closedStreams()
{
    for (unsigned closed = 0; closed < 8; ++closed) {
        const QByteArray result = onThisWay([closed] {
            for (int fd = 0; fd < 3; ++fd) {
                if (closed >> fd & 1)
                    close(fd);
            }
            return detach(childProgram(), words("args abc")) + detach(u"/no/such/program"_s, {});
        });
        QCOMPARE(result, "abc\nexec: No such file or directory");
    }
}

void tst_DetachedLadder::limit()
{
    const QByteArray result = onThisWay([] {
        becomeOrdinaryUserWhoMayReadAll();
        QByteArray all;
        {
            const TemporaryLimit limit(RLIMIT_NPROC, 0);
            all = detach(childProgram(), words("args abc")) + '\n';
        }
        all += hasChildren() ? "a child was left\n" : "";
        return all + detach(childProgram(), words("args abc"));
    });
    QCOMPARE(result, "clone: Resource temporarily unavailable\nabc\n");
}

void tst_DetachedLadder::noProcess_data()
{
    QTest::addColumn<Refusals>("refusals");
    constexpr unsigned flags = CLONE_VFORK | CLONE_CHILD_CLEARTID;
    QTest::newRow("the child between") << Refusals{{SYS_clone, EAGAIN, flags, CLONE_VFORK}};
    QTest::newRow("the other one") << Refusals{{SYS_clone, EAGAIN, flags, flags}};
}

// EAGAIN is reported: the library does not try again without shared memory.
void tst_DetachedLadder::noProcess()
{
    if (!canShareMemory)
        QSKIP("Memory is not shared in this build.");
    const QByteArray result = onThisWay([] {
        const auto before = ProcessState::now();
        const QByteArray outcome = detach(childProgram(), words("args abc"));
        return outcome + before.differencesTo(ProcessState::now()).toUtf8();
    });
    QCOMPARE(result, "clone: Resource temporarily unavailable");
}

// With shared memory the child between has no exit signal. A copy would have one.
void tst_DetachedLadder::raisesNoSigChld()
{
    if (!canShareMemory)
        QSKIP("Memory is not shared in this build.");
    const QByteArray result = inForkedCopy([] {
        const TemporaryAction count(SIGCHLD, [](int) { ++childSignals; });
        const QByteArray all =
            detach(childProgram(), words("args abc")) + detach(u"/no/such"_s, {}) + ' ';
        return all + QByteArray::number(childSignals);
    });
    QCOMPARE(result, "abc\nexec: No such file or directory 0");
}

// After a start with the SIGCHLD backend, detached programs did not inherit an ignored SIGCHLD.
void tst_DetachedLadder::passesIgnoreOn()
{
    const QByteArray result = onThisWay([]() -> QByteArray {
        const TemporaryAction ignored(SIGCHLD, SIG_IGN);
        auto first = ForkFd::spawn(child({"exit", "0"}));
        if (!first || !first->wait())
            return "no first start";
        const QByteArray signalLines = detach(childProgram(), words("signals"));
        const qsizetype position = signalLines.indexOf("SigIgn:\t");
        const QByteArray mask = signalLines.mid(position + 8, 16);
        if (mask.toULongLong(nullptr, 16) >> (SIGCHLD - 1) & 1)
            return "ignored";
        return "not ignored: " + mask;
    });
    QCOMPARE(result, "ignored");
}

void tst_DetachedLadder::killedBeforeTheExec_data()
{
    QTest::addColumn<bool>("killsParent");
    QTest::newRow("itself") << false;
    QTest::newRow("the child between, too") << true;
}

// A program that is killed before its exec counts as started.
void tst_DetachedLadder::killedBeforeTheExec()
{
    QFETCH(const bool, killsParent);
    for (int i = 0; i < 20; ++i) {
        Process process;
        process.setProgram(childProgram());
        // If the child between has exited already, the test's parent has adopted the orphan.
        process.setChildProcessModifier([killsParent, supervisor = getppid()] {
            const pid_t parent = getppid(); // Called once: the parent may exit at any moment.
            if (killsParent && parent != supervisor)
                ::kill(parent, SIGKILL);
            ::kill(getpid(), SIGKILL);
        });
        qint64 pid = 0;
        QVERIFY2(process.startDetached(&pid), qPrintable(process.errorString()));
        QVERIFY(pid > 0);
    }
}

// Parent and orphan share memory until the exec, and the killed child between cannot wait for that.
void tst_DetachedLadder::killedBetween()
{
    if (!canShareMemory || isUnderAddressSanitizer)
        QSKIP("Nothing is shared here.");
    static std::atomic<bool> isDone;
    isDone = false;
    TestPipe output;
    Process process;
    process.setUnixProcessParameters(Process::UnixProcessFlag::UseVFork);
    process.setLaunchOptions({.fileDescriptors = {{1, output.writeEnd()}}});
    process.setProgram(childProgram());
    process.setArguments(words("args as told"));
    process.setChildProcessModifier([] {
        kill(getppid(), SIGKILL);
        const timespec moment = {0, 200'000'000};
        nanosleep(&moment, nullptr);
        isDone = true;
    });
    qint64 pid = 0;
    QVERIFY(process.startDetached(&pid));
    QVERIFY(isDone);
    QVERIFY(pid > 0);
    output.closeWriteEnd();
    QCOMPARE(output.readAll(), "as\ntold\n");
}

QTEST_GUILESS_MAIN(tst_DetachedLadder)
#include "tst_detachedladder.moc"
