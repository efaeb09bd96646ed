// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "forkfdtest.h"

#include <QtCore/QSysInfo>
#include <QtCore/QVersionNumber>

#include <atomic>
#include <cstring>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

using namespace ForkFd;

namespace {

// Since Linux 6.15 a pidfd still has the end of a child that other code has reaped.
bool isRecoverable()
{
    return backend() == Backend::PidFd
        && QVersionNumber::fromString(QSysInfo::kernelVersion()) >= QVersionNumber(6, 15);
}

/// Another part of the program that waits for every child.
class Thief
{
public:
    Thief()
        : m_thread([this] {
            while (!m_isToEnd) {
                if (::waitpid(-1, nullptr, WNOHANG) > 0)
                    ++m_loot;
                else
                    std::this_thread::yield();
            }
        })
    {
    }
    ~Thief() { end(); }
    /// Returns the number of stolen children.
    int end()
    {
        m_isToEnd = true;
        if (m_thread.joinable())
            m_thread.join();
        return m_loot;
    }

private:
    std::atomic<bool> m_isToEnd = false;
    int m_loot = 0; // Only the thread uses it while it runs.
    std::thread m_thread;
};

} // namespace

/// Another part of the process steals our children: the answer is right or ECHILD, and stays the same.
/// Holds: F2.
class tst_ForkFdTheft : public ForkFdTest
{
    Q_OBJECT

private Q_SLOTS:
    void stolenBeforeTheWait_data() { addStarterRows(); }
    void stolenBeforeTheWait();
    void thiefInAnotherThread_data() { addStarterRows(); }
    void thiefInAnotherThread();
    void ignoredSignal_data() { addStarterRows(); }
    void ignoredSignal();
};

void tst_ForkFdTheft::stolenBeforeTheWait()
{
    QFETCH(Starter, starter);
    if (backend() == Backend::SigChld)
        QSKIP("The handler is always faster here; the thief in another thread is not.");
    Leash leash;
    pid_t pid;
    const int ffd = startOnLeash(starter, leash, 77, FFD_CLOEXEC, &pid);
    leash.end();
    QCOMPARE(::waitpid(pid, nullptr, 0), pid);
    const QByteArray expected = isRecoverable() ? "exited 77" : "ECHILD";
    QCOMPARE(wait(ffd), expected);
    QCOMPARE(wait(ffd, FFDW_NOHANG), expected);
    QCOMPARE(wait(ffd, FFDW_NOWAIT), expected);
    if (isRecoverable()) {
        struct rusage usage;
        std::memset(&usage, 0x5a, sizeof usage);
        QCOMPARE(forkfd_wait(ffd, nullptr, &usage), 0);
        const struct rusage zeroes = {};
        QCOMPARE(std::memcmp(&usage, &zeroes, sizeof usage), 0);
    }
    QCOMPARE(forkfd_close(ffd), 0);
}

void tst_ForkFdTheft::thiefInAnotherThread()
{
    QFETCH(Starter, starter);
    int unknown = 0;
    int loot = 0;
    {
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
        loot = thief.end();
    }
    qInfo("stolen: %d of 150, unknown: %d", loot, unknown);
    QVERIFY(unknown <= loot);
    // Spawn may open a child by its number, after it was stolen. RealFork does so, too, but holds the
    // child at the gate.
    if (isRecoverable() && starter != Starter::Spawn)
        QCOMPARE(unknown, 0);
}

void tst_ForkFdTheft::ignoredSignal()
{
    QFETCH(Starter, starter);
    struct sigaction ignored = {};
    ignored.sa_handler = SIG_IGN;
    struct sigaction previous;
    ::sigaction(SIGCHLD, &ignored, &previous);
    for (int code = 0; code < 10; ++code) {
        const QByteArray text = QByteArray::number(code);
        const int ffd = startChild(starter, FFD_CLOEXEC, nullptr, {"exit", text.toStdString()});
        QVERIFY(ffd >= 0);
        const QByteArray end = wait(ffd);
        if (isRecoverable() && starter != Starter::Spawn)
            QCOMPARE(end, "exited " + text);
        else if (end != "ECHILD")
            QCOMPARE(end, "exited " + text);
        QCOMPARE(wait(ffd), end);
        QCOMPARE(forkfd_close(ffd), 0);
    }
    ::sigaction(SIGCHLD, &previous, nullptr);
}

QTEST_GUILESS_MAIN(tst_ForkFdTheft)
#include "tst_forkfd_theft.moc"
