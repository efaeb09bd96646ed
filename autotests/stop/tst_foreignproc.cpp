// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "stoppingtest.h"

#include <csignal>

#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>

namespace {

// Forks a process that forks one, and so on. Each is the parent of the next number. Returns when all
// are there.
void forkChain(const TestPipe &last, int length)
{
    if (length == 0)
        last.write("x");
    else if (fork() == 0)
        return forkChain(last, length - 1);
    if (getpid() != 1) {
        for (;;)
            pause();
    }
}

// Runs the body with number 1 of a PID namespace, while /proc shows the numbers of another one. There
// the numbers 2 to 41 are a chain of parents and children.
QByteArray besideForeignProc(const std::function<QByteArray()> &body)
{
    return inForkedCopy([&]() -> QByteArray {
        if (!beginPidNamespace())
            return "no namespaces";
        return inForkedCopy([&]() -> QByteArray {
            if (unshare(CLONE_NEWNS) != 0
                || mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0
                || mount("proc", "/proc", "proc", 0, nullptr) != 0)
                return "no namespaces";
            TestPipe last;
            forkChain(last, 40);
            last.closeWriteEnd();
            char letter;
            if (read(last.readEnd(), &letter, 1) != 1 || unshare(CLONE_NEWPID) != 0)
                return "no namespaces";
            return inForkedCopy(body);
        });
    });
}

// A process of this namespace. It ends with code 7 when it reads a byte.
pid_t forkBystander(TestPipe &order)
{
    const pid_t pid = fork();
    if (pid == 0) {
        order.closeWriteEnd();
        char letter;
        _exit(read(order.readEnd(), &letter, 1) == 1 ? 7 : 1);
    }
    return pid;
}

QByteArray endOf(pid_t pid, const TestPipe &order)
{
    order.write("x");
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) { }
    return WIFEXITED(status) && WEXITSTATUS(status) == 7 ? "unharmed" : "harmed";
}

} // namespace

/// A PID namespace in which /proc is still that of the outer one: `unshare --pid --fork`. The numbers in
/// it are other processes here. Once a signal to a tree reached processes that had the numbers of a
/// stranger's descendants.
/// Holds: R2.
class tst_ForeignProc : public StoppingTest
{
    Q_OBJECT

private Q_SLOTS:
    void signalToTree();
    void usage();
    void guardian();
};

void tst_ForeignProc::signalToTree()
{
    const QByteArray result = besideForeignProc([] {
        const TestCgroups::Refusal refusal(true);
        Process process;
        process.setSignalScope(Process::SignalScope::Tree);
        process.start(childProgram(), words("sleep"));
        TestPipe order;
        const pid_t bystander = forkBystander(order);
        process.kill();
        process.waitForFinished();
        return nameOf(process.treeMethod()).toLatin1() + ", " + text(process.exitInfo()) + ", "
            + endOf(bystander, order);
    });
    if (result == "no namespaces")
        QSKIP("This user may have no namespaces.");
    QCOMPARE(result, "Group, killed by SIGKILL, unharmed");
}

// The stranger sleeps, and the child does not.
void tst_ForeignProc::usage()
{
    const QByteArray result = besideForeignProc([] {
        Process process;
        process.start(childProgram(), words("sleep"));
        return QByteArray(process.resourceUsage() ? "a stranger's" : "unknown");
    });
    if (result == "no namespaces")
        QSKIP("This user may have no namespaces.");
    QCOMPARE(result, "unknown");
}

// The guardian and the guarded child are orphans when the program has ended.
void tst_ForeignProc::guardian()
{
    if (FORKFD_TEST_PORTABLE)
        QSKIP("The portable library has no guardian.");
    const QByteArray result = besideForeignProc([]() -> QByteArray {
        const TestCgroups::Refusal refusal(true);
        TestPipe isStarted;
        TestPipe mayEnd;
        const pid_t program = fork();
        if (program == 0) {
            const auto guarded = ForkFd::spawn(child({"sleep"}), {.treeDiesWithParent = true});
            isStarted.write(guarded ? "x" : "-");
            mayEnd.read();
            _exit(0);
        }
        char letter = '-';
        if (read(isStarted.readEnd(), &letter, 1) != 1 || letter != 'x')
            return "no guardian";
        TestPipe order;
        const pid_t bystander = forkBystander(order);
        mayEnd.write("x");
        // The program, the guardian and the guarded child. With neither a pidfd nor /proc the guardian
        // cannot tell whose number it has, and kills nothing.
        const int orphans = ForkFd::backend() == ForkFd::Backend::PidFd ? 3 : 2;
        for (int ended = 0; ended < orphans;) {
            const pid_t pid = wait(nullptr);
            if (pid == bystander)
                return "harmed";
            ended += pid > 0;
        }
        return endOf(bystander, order);
    });
    if (result == "no namespaces")
        QSKIP("This user may have no namespaces.");
    QCOMPARE(result, "unharmed");
}

QTEST_GUILESS_MAIN(tst_ForeignProc)
#include "tst_foreignproc.moc"
