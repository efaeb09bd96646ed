// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "processtest.h"
#include "testpipe.h"

#include <cerrno>

#include <poll.h>
#include <sys/wait.h>

using std::chrono::milliseconds;

/// sendSignal() reaches exactly this child, or fails.
/// Holds: P5, S15 (afterTheEnd).
class tst_SendSignal : public ProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void deadlySignals_data();
    void deadlySignals();
    void nullSignal();
    void noSuchSignal_data();
    void noSuchSignal();
    void afterTheEnd();
    void stoppedChild();
};

void tst_SendSignal::deadlySignals_data()
{
    QTest::addColumn<int>("signal");
    QTest::addColumn<QByteArray>("words");
    QTest::newRow("terminate") << SIGTERM << QByteArray("killed by SIGTERM");
    QTest::newRow("kill") << SIGKILL << QByteArray("killed by SIGKILL");
    QTest::newRow("the last one") << SIGRTMAX
                                  << "killed by SIGRTMIN+" + QByteArray::number(SIGRTMAX - SIGRTMIN);
}

void tst_SendSignal::deadlySignals()
{
    QFETCH(int, signal);
    auto process = ForkFd::spawn(child({"sleep"}));
    QVERIFY(process);
    QVERIFY(process->sendSignal(signal));
    QTEST(text(process->wait().value()), "words");
}

void tst_SendSignal::nullSignal()
{
    TestPipe input;
    auto process = ForkFd::spawn(child({"echo"}), {.fileDescriptors = {{0, input.readEnd()}}});
    QVERIFY(process);
    QVERIFY(process->sendSignal(0));
    QVERIFY(!process->wait(milliseconds(0)));
    input.closeWriteEnd();
    QCOMPARE(text(process->wait().value()), "exited with code 0");
}

void tst_SendSignal::noSuchSignal_data()
{
    QTest::addColumn<int>("signal");
    QTest::newRow("negative") << -1;
    QTest::newRow("one too high") << NSIG;
    QTest::newRow("far too high") << 100000;
}

void tst_SendSignal::noSuchSignal()
{
    QFETCH(int, signal);
    auto process = ForkFd::spawn(child({"sleep"}));
    QVERIFY(process);
    errno = 0;
    QVERIFY(!process->sendSignal(signal));
    QCOMPARE(errno, EINVAL);
    QVERIFY(process->sendSignal(SIGKILL));
    QCOMPARE(text(process->wait().value()), "killed by SIGKILL");
}

void tst_SendSignal::afterTheEnd()
{
    auto process = ForkFd::spawn(child({"exit", "0"}));
    QVERIFY(process);
    QVERIFY(process->wait());
    for (const int signal : {0, SIGTERM, SIGKILL}) {
        errno = 0;
        QVERIFY(!process->sendSignal(signal));
        QCOMPARE(errno, ESRCH);
    }
}

void tst_SendSignal::stoppedChild()
{
    auto process = ForkFd::spawn(child({"sleep"}));
    QVERIFY(process);
    for (int times = 0; times < 2; ++times) {
        siginfo_t info;
        QVERIFY(process->sendSignal(SIGSTOP));
        QCOMPARE(waitid(P_PID, static_cast<id_t>(process->pid()), &info, WSTOPPED), 0);
        // A stop is not an end.
        pollfd entry = {process->descriptor(), POLLIN, 0};
        QCOMPARE(poll(&entry, 1, 0), 0);
        QVERIFY(!process->wait(milliseconds(0)));
        if (times == 0) {
            QVERIFY(process->sendSignal(SIGCONT));
            QCOMPARE(waitid(P_PID, static_cast<id_t>(process->pid()), &info, WCONTINUED), 0);
            QVERIFY(!process->wait(milliseconds(0)));
        }
    }
    QVERIFY(process->sendSignal(SIGKILL));
    QCOMPARE(text(process->wait().value()), "killed by SIGKILL");
}

QTEST_GUILESS_MAIN(tst_SendSignal)
#include "tst_sendsignal.moc"
