// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "forkedcopy.h"
#include "processtest.h"

#include <csignal>

#include <sys/ptrace.h>
#include <sys/wait.h>

using std::chrono::milliseconds;

/// A wait for ends reports the stops of a child that this process traces, too. The SIGCHLD backend took
/// them for ends when it looked at all children, after the end of another one.
/// Holds: P7.
class tst_Tracer : public ProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void stopIsNoEnd();
};

void tst_Tracer::stopIsNoEnd()
{
    auto process = ForkFd::spawn(child({"sleep"}));
    QVERIFY(process);
    const pid_t pid = process->pid();
    if (ptrace(PTRACE_ATTACH, pid, nullptr, nullptr) != 0)
        QSKIP("Tracing is not allowed here.");
    const auto isStopped = [pid] {
        siginfo_t info = {};
        return waitid(P_PID, static_cast<id_t>(pid), &info, WSTOPPED | WNOHANG | WNOWAIT | __WALL) == 0
            && info.si_pid == pid;
    };
    QVERIFY(eventually(isStopped));
    QVERIFY(!process->wait(milliseconds(0)));
    for (int i = 0; i < 3; ++i) {
        auto other = ForkFd::spawn(child({"exit", "0"}));
        QVERIFY(other && other->wait());
    }
    QVERIFY(!process->wait(milliseconds(50)));
    QVERIFY(isStopped());

    int status = 0;
    QCOMPARE(waitpid(pid, &status, __WALL), pid);
    QVERIFY(WIFSTOPPED(status));
    QCOMPARE(ptrace(PTRACE_DETACH, pid, nullptr, nullptr), 0L);
    QVERIFY(process->sendSignal(SIGKILL));
    QCOMPARE(text(process->wait().value()), "killed by SIGKILL");
}

QTEST_GUILESS_MAIN(tst_Tracer)
#include "tst_tracer.moc"
