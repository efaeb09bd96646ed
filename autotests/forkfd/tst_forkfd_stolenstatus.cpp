// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "forkfdtest.h"
#include "temporarychange.h"
#include "thief.h"

#include <cstring>

#include <sys/wait.h>
#include <unistd.h>

using namespace ForkFd;

/// Another part of the process steals our children: the answer is right or ECHILD, and stays the same.
/// Holds: F2.
class tst_ForkFdStolenStatus : public ForkFdTest
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_isRecoverable = isStolenStatusRecoverable(); }
    void stolenBeforeTheWait_data() { addStarterRows(); }
    void stolenBeforeTheWait();
    void thiefInAnotherThread_data() { addStarterRows(); }
    void thiefInAnotherThread();
    void ignoredSignal_data() { addStarterRows(); }
    void ignoredSignal();

private:
    bool m_isRecoverable = false;
};

void tst_ForkFdStolenStatus::stolenBeforeTheWait()
{
    QFETCH(Starter, starter);
    if (backend() == Backend::SigChld)
        QSKIP("The handler is always faster here; the thief in another thread is not.");
    Leash leash;
    pid_t pid;
    const int ffd = startOnLeash(starter, leash, 77, FFD_CLOEXEC, &pid);
    leash.end();
    QCOMPARE(::waitpid(pid, nullptr, 0), pid);
    const QByteArray expected = m_isRecoverable ? "exited 77" : "ECHILD";
    QCOMPARE(wait(ffd), expected);
    QCOMPARE(wait(ffd, FFDW_NOHANG), expected);
    QCOMPARE(wait(ffd, FFDW_NOWAIT), expected);
    if (m_isRecoverable) {
        struct rusage usage;
        std::memset(&usage, 0x5a, sizeof usage);
        QCOMPARE(forkfd_wait(ffd, nullptr, &usage), 0);
        const struct rusage zeroes = {};
        QCOMPARE(std::memcmp(&usage, &zeroes, sizeof usage), 0);
    }
    QCOMPARE(forkfd_close(ffd), 0);
}

void tst_ForkFdStolenStatus::thiefInAnotherThread()
{
    QFETCH(Starter, starter);
    int unknown = 0;
    Thief thief;
    for (int round = 0; round < 150; ++round) {
        const QByteArray code = QByteArray::number(round);
        const int ffd = startChild(starter, FFD_CLOEXEC, nullptr, {"exit", code.toStdString()});
        QVERIFY(ffd >= 0);
        const QByteArray end = wait(ffd);
        if (end == "ECHILD")
            ++unknown;
        else
            QCOMPARE(end, "exited " + code);
        QCOMPARE(wait(ffd), end);
        QCOMPARE(forkfd_close(ffd), 0);
    }
    const int loot = thief.stop();
    qInfo("stolen: %d of 150, unknown: %d", loot, unknown);
    QVERIFY(unknown <= loot);
    // Spawn may open a child by its number, after it was stolen. RealFork does so, too, but holds the
    // child at the gate.
    if (m_isRecoverable && starter != Starter::Spawn)
        QCOMPARE(unknown, 0);
}

void tst_ForkFdStolenStatus::ignoredSignal()
{
    QFETCH(Starter, starter);
    const TemporaryAction ignore(SIGCHLD, SIG_IGN);
    for (int code = 0; code < 10; ++code) {
        const QByteArray text = QByteArray::number(code);
        const int ffd = startChild(starter, FFD_CLOEXEC, nullptr, {"exit", text.toStdString()});
        QVERIFY(ffd >= 0);
        const QByteArray end = wait(ffd);
        if (m_isRecoverable && starter != Starter::Spawn)
            QCOMPARE(end, "exited " + text);
        else if (end != "ECHILD")
            QCOMPARE(end, "exited " + text);
        QCOMPARE(wait(ffd), end);
        QCOMPARE(forkfd_close(ffd), 0);
    }
}

QTEST_GUILESS_MAIN(tst_ForkFdStolenStatus)
#include "tst_forkfd_stolenstatus.moc"
