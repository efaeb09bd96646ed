// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "attributes.h"
#include "forkedcopy.h"
#include "interposedprctl.h"
#include "namedthreads.h"
#include "processtest.h"
#include "rungrefusals.h"
#include "temporarychange.h"
#include "testpipe.h"

#include <QtCore/QDir>
#include <QtCore/QFile>

#include <atomic>
#include <cerrno>
#include <thread>
#include <vector>

#include <sched.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using ForkFd::LaunchOptions;
using ForkFd::StartError;

namespace {

// In the child, before it asks for the signal.
void killParentFirst(int option, unsigned long)
{
    const pid_t parent = getppid();
    if (option == PR_SET_PDEATHSIG && kill(parent, SIGKILL) == 0) {
        while (getppid() == parent)
            sched_yield();
    }
}

} // namespace

/// LaunchOptions::dieWithParent: the child dies with its parent, not with the thread that started it.
/// Holds: L10.
class tst_DieWithParent : public ProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void parentIsKilled_data();
    void parentIsKilled();
    void chosenSignal_data() { parentIsKilled_data(); }
    void chosenSignal();
    void ignoredSignal();
    void parentEndsBefore_data();
    void parentEndsBefore();
    void signalAlone();
    void parentExecutes();
    void threadEnds();
    void inheritsFromItsThread();
    void hasWhatItsThreadHas();
    void startersEnd();
    void signalMask();
    void anotherIdentity();
    void manyThreads();
    void copyOfAUser();
    void noThread();
    void failures();

private:
    /// Starts a child that holds `held` open, and returns when the child runs.
    static std::optional<ForkFd::Child> startHolding(const TestPipe &held, int signal = SIGKILL);
};

void tst_DieWithParent::initTestCase()
{
    if (FORKFD_TEST_HAS_VFORK)
        return;
    QCOMPARE(outcomeOf(child({}), {.dieWithParent = true}), text(StartError{"dieWithParent", ENOTSUP}));
    QSKIP("POSIX knows nothing of this.");
}

std::optional<ForkFd::Child> tst_DieWithParent::startHolding(const TestPipe &held, int signal)
{
    const TestPipe ready;
    auto process = ForkFd::spawn(child({"stamp", "3", "sleep"}),
                                 {.fileDescriptors = {{3, ready.writeEnd()}, {4, held.writeEnd()}},
                                  .dieWithParent = true,
                                  .parentDeathSignal = signal});
    ready.read();
    return process;
}

void tst_DieWithParent::parentIsKilled_data()
{
    QTest::addColumn<Refusals>("refusals");
    QTest::newRow("as the system can") << Refusals{};
    QTest::newRow("clone") << Refusals{noClone3};
    QTest::newRow("copy") << Refusals{noClone3, noVFork};
    QTest::newRow("fork") << Refusals{noClone3, noVFork, noPidFd};
}

void tst_DieWithParent::parentIsKilled()
{
    QFETCH(const Refusals, refusals);
    TestPipe held;
    const QByteArray result = inRefusedCopy(refusals, [&] {
        const auto process = startHolding(held);
        raise(SIGKILL);
        return QByteArray();
    });
    if (result == "no filter")
        QSKIP("This system has no seccomp filters.");
    QVERIFY(result.contains("wait status 9"));
    held.closeWriteEnd();
    QCOMPARE(held.readAll(), QByteArray()); // Returns when the child has died.
}

// The child that gets SIGTERM dies; the kernel tells that signal to the process that adopts the child.
void tst_DieWithParent::chosenSignal()
{
    QFETCH(const Refusals, refusals);
    TestPipe held;
    const QByteArray result = inRefusedCopy(refusals, [&] {
        if (outputOf(child({"deathsignal"}), {.dieWithParent = true, .parentDeathSignal = SIGTERM})
            != "15\n")
            return QByteArray("another signal");
        const auto process = startHolding(held, SIGTERM);
        raise(SIGKILL);
        return QByteArray();
    });
    if (result == "no filter")
        QSKIP("This system has no seccomp filters.");
    QVERIFY2(result.contains("wait status 9"), result.constData());
    held.closeWriteEnd();
    QCOMPARE(held.readAll(), QByteArray());
}

// A program may ignore any other signal than SIGKILL.
void tst_DieWithParent::ignoredSignal()
{
    TestPipe input;
    TestPipe output;
    const QByteArray result = inForkedCopy([&] {
        const TestPipe ready;
        const auto process = ForkFd::spawn(
            child({"ignore", "10", "stamp", "3", "echo"}),
            {.fileDescriptors = {{0, input.readEnd()}, {1, output.writeEnd()}, {3, ready.writeEnd()}},
             .dieWithParent = true,
             .parentDeathSignal = SIGUSR1});
        ready.read();
        raise(SIGKILL);
        return QByteArray();
    });
    QVERIFY2(result.contains("wait status 9"), result.constData());
    output.closeWriteEnd();
    input.write("still here");
    input.closeWriteEnd();
    QCOMPARE(output.readAll(), "still here");
}

void tst_DieWithParent::parentEndsBefore_data()
{
    QTest::addColumn<int>("signal");
    QTest::addColumn<QByteArray>("result");
    QTest::newRow("a signal that kills") << SIGTERM << QByteArray();
    QTest::newRow("SIGKILL") << SIGKILL << QByteArray();
    QTest::newRow("a signal that is ignored by default") << SIGURG << QByteArray("started\n");
}

// Then the kernel sends nothing, and the child sends itself the signal.
void tst_DieWithParent::parentEndsBefore()
{
    QFETCH(const int, signal);
    TestPipe output;
    const QByteArray copy = inForkedCopy([&] {
        beforePrctl = killParentFirst;
        static_cast<void>(ForkFd::spawn(child({"args", "started"}),
                                        {.fileDescriptors = {{STDOUT_FILENO, output.writeEnd()}},
                                         .dieWithParent = true,
                                         .parentDeathSignal = signal}));
        return QByteArray("not killed");
    });
    QVERIFY2(copy.contains("wait status 9"), copy.constData());
    output.closeWriteEnd();
    QTEST(output.readAll(), "result");
}

void tst_DieWithParent::signalAlone()
{
    QCOMPARE(outputOf(child({"deathsignal"}), {.parentDeathSignal = SIGTERM}), "0\n");
    QCOMPARE(outputOf(child({"deathsignal"}), {.parentDeathSignal = 0}), "0\n");
}

void tst_DieWithParent::parentExecutes()
{
    TestPipe held;
    const pid_t copy = fork();
    if (copy == 0) {
        const auto process = startHolding(held);
        execl(FORKFD_TEST_CHILD, "child", "sleep", nullptr);
        _exit(1);
    }
    held.closeWriteEnd();
    QCOMPARE(held.readAll(), QByteArray());
    kill(copy, SIGKILL);
    int status = 0;
    waitpid(copy, &status, 0);
    QCOMPARE(status, SIGKILL);
}

void tst_DieWithParent::threadEnds()
{
    TestPipe input;
    TestPipe output;
    std::optional<ForkFd::Child> process;
    pid_t starter = 0;
    std::thread([&] {
        starter = gettid();
        process = ForkFd::spawn(
            child({"echo"}),
            {.fileDescriptors = {{STDIN_FILENO, input.readEnd()}, {STDOUT_FILENO, output.writeEnd()}},
             .dieWithParent = true});
    }).join();
    QVERIFY(process);
    // The join may return before the kernel has removed the thread.
    const QString entry = QStringLiteral("/proc/self/task/%1").arg(starter);
    QVERIFY(eventually([entry] { return !QFile::exists(entry); }));
    input.write("still here");
    QCOMPARE(output.read(), "still here");
    input.closeWriteEnd();
    QCOMPARE(text(process->wait().value()), "exited with code 0");
}

void tst_DieWithParent::inheritsFromItsThread()
{
    const auto output = [](bool dies) {
        return outputOf(child({"nice", "processors"}), {.dieWithParent = dies});
    };
    const auto inThread = [&output](int nice, unsigned processor) {
        QByteArray result;
        std::thread([&] {
            setpriority(PRIO_PROCESS, 0, nice);
            cpu_set_t set;
            CPU_ZERO(&set);
            CPU_SET(processor, &set);
            sched_setaffinity(0, sizeof set, &set);
            result = output(true);
        }).join();
        return result;
    };
    const QByteArray plain = output(false);
    for (int round = 0; round < 3; ++round) {
        QCOMPARE(output(true), plain);
        for (const int nice : {nicer(7), nicer(12)})
            QCOMPARE(inThread(nice, 0), QByteArray::number(nice) + "\n0 \n");
    }
}

namespace {

// Gives the calling thread attributes that the process's other threads do not have.
void separateThread()
{
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (unshare(CLONE_FS) != 0 || chdir("/usr") != 0)
        return;
    umask(0421);
    if (geteuid() != 0 || !isChildOpenToAll())
        return;
    syscall(SYS_setgroups, 0, nullptr);
    syscall(SYS_setresgid, 65534, 65534, 65534);
    syscall(SYS_setresuid, 65534, 65534, 65534);
}

int starterCount()
{
    return threadsNamed("forkfd-starter");
}

} // namespace

// A child once had the rights of the first thread that started such a child, even if the calling
// thread had dropped its rights.
void tst_DieWithParent::hasWhatItsThreadHas()
{
    const auto output = [](bool dies) {
        return outputOf(child({"identity", "cwd", "umask", "privileges"}), {.dieWithParent = dies});
    };
    QCOMPARE(output(true), output(false));
    QByteArray plain;
    QByteArray dying;
    std::thread([&] {
        separateThread();
        plain = output(false);
        dying = output(true);
    }).join();
    QVERIFY(plain != output(false));
    QCOMPARE(dying, plain);
}

// Each kind of caller once left a starter for ever.
void tst_DieWithParent::startersEnd()
{
    TestPipe input;
    std::vector<ForkFd::Child> children;
    for (int nice = 0; nice < 5; ++nice) {
        std::thread([&] {
            setpriority(PRIO_PROCESS, 0, nice);
            children.push_back(ForkFd::spawn(child({"echo"}),
                                             {.fileDescriptors = {{STDIN_FILENO, input.readEnd()}},
                                              .dieWithParent = true})
                                   .value());
        }).join();
    }
    QVERIFY(starterCount() >= 5);
    input.closeWriteEnd();
    QVERIFY(eventually([] { return starterCount() == 0; })); // The children are not collected yet.
    for (ForkFd::Child &process : children)
        QCOMPARE(text(process.wait().value()), "exited with code 0");
}

void tst_DieWithParent::signalMask()
{
    sigset_t mask;
    sigemptyset(&mask);
    sigaddset(&mask, SIGUSR1);
    const TemporaryMask blocked(mask);
    const QByteArray plain = outputOf(child({"signals"}));
    QCOMPARE(outputOf(child({"signals"}), {.dieWithParent = true}), plain);
}

// A change of identity clears the death signal, so the child asks for the signal afterwards.
void tst_DieWithParent::anotherIdentity()
{
    QCOMPARE(outputOf(child({"deathsignal"})), "0\n");
    QCOMPARE(outputOf(child({"deathsignal"}), {.dieWithParent = true}), "9\n");
    if (geteuid() != 0)
        QSKIP("Only root can change its identity.");
    if (!isChildOpenToAll())
        QSKIP("Others may not enter the folder of the helper program.");
    const LaunchOptions options = {.userId = 65534, .groupId = 65534, .dieWithParent = true};
    QCOMPARE(outputOf(child({"deathsignal"}), options), "9\n");
}

void tst_DieWithParent::manyThreads()
{
    std::vector<std::thread> threads;
    std::atomic<int> wrong = 0;
    for (int i = 0; i < 8; ++i) {
        threads.emplace_back([i, &wrong] {
            const QByteArray expected = "exited with code " + QByteArray::number(i);
            for (int round = 0; round < 25; ++round) {
                if (outcomeOf(child({"exit", std::to_string(i)}), {.dieWithParent = true}) != expected)
                    ++wrong;
            }
        });
    }
    for (std::thread &thread : threads)
        thread.join();
    QCOMPARE(wrong.load(), 0);
}

// A copy lacks its parent's threads, and its children belong to it.
void tst_DieWithParent::copyOfAUser()
{
    outcomeOf(child({}), {.dieWithParent = true});
    TestPipe held;
    const QByteArray result = inForkedCopy([&held] {
        const auto process = startHolding(held);
        return QByteArray(process ? "started" : "not started");
    });
    QCOMPARE(result, "started");
    held.closeWriteEnd();
    QCOMPARE(held.readAll(), QByteArray());
}

void tst_DieWithParent::noThread()
{
    const QByteArray result = inForkedCopy([] {
        becomeOrdinaryUserWhoMayReadAll();
        const TemporaryLimit limit(RLIMIT_NPROC, 0);
        return outcomeOf(child({}), {.dieWithParent = true});
    });
    QCOMPARE(result, text(StartError{"dieWithParent", EAGAIN}));
}

void tst_DieWithParent::failures()
{
    const QByteArray result = inForkedCopy([] {
        outcomeOf(child({}), {.dieWithParent = true});
        const QByteArray missing = outcomeOf({{"/no/such/program"}}, {.dieWithParent = true});
        const TemporaryLimit limit(RLIMIT_NOFILE, 3);
        return missing + '\n' + outcomeOf(child({}), {.dieWithParent = true});
    });
    QCOMPARE(result, text(StartError{"exec", ENOENT}) + '\n' + text(StartError{"descriptors", EMFILE}));
}

QTEST_GUILESS_MAIN(tst_DieWithParent)
#include "tst_diewithparent.moc"
