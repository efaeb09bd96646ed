// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "sigchldhandler.h"

#include <QtCore/QElapsedTimer>

#include <algorithm>

#include <poll.h>
#include <sys/signalfd.h>

/// A program blocks SIGCHLD in every thread and gets each signal through signalfd() or sigwait(). The
/// ends of our children are still reported.
/// Holds: S2 (getsStops), S9.
class tst_BlockedSignal : public ProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void endingsAreReported();
    void getsEverySignal_data();
    void getsEverySignal();
    void getsStops_data() { getsEverySignal_data(); }
    void getsStops();
};

namespace {

sigset_t childSignal()
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    return set;
}

void discardPending()
{
    const sigset_t set = childSignal();
    const timespec now = {};
    while (sigtimedwait(&set, nullptr, &now) > 0) { }
}

// The child of the next signal; 0 if none comes.
pid_t nextWithSignalFd()
{
    const sigset_t set = childSignal();
    const int fd = signalfd(-1, &set, SFD_CLOEXEC);
    pollfd entry = {fd, POLLIN, 0};
    signalfd_siginfo info = {};
    if (poll(&entry, 1, 5000) == 1) [[maybe_unused]]
        const ssize_t count = read(fd, &info, sizeof info);
    close(fd);
    return static_cast<pid_t>(info.ssi_pid);
}

pid_t nextWithSigWait()
{
    const sigset_t set = childSignal();
    const timespec limit = {5, 0};
    siginfo_t info = {};
    return sigtimedwait(&set, &info, &limit) == SIGCHLD ? info.si_pid : 0;
}

} // namespace

void tst_BlockedSignal::endingsAreReported()
{
    qint64 latest = 0;
    for (int i = 0; i < 10; ++i) {
        auto process = ForkFd::spawn(child({"sleep"}));
        QVERIFY(process);
        QVERIFY(process->sendSignal(SIGTERM));
        awaitEnd(process->pid());
        QElapsedTimer timer;
        timer.start();
        const auto info = process->wait(std::chrono::seconds(10));
        latest = std::max(latest, timer.elapsed());
        QVERIFY(info);
        QCOMPARE(info->signal, SIGTERM);
    }
    qInfo() << "latest report after" << latest << "ms";
}

void tst_BlockedSignal::getsEverySignal_data()
{
    QTest::addColumn<bool>("usesSignalFd");
    QTest::newRow("signalfd") << true;
    QTest::newRow("sigwait") << false;
}

void tst_BlockedSignal::getsEverySignal()
{
    QFETCH(bool, usesSignalFd);

    auto living = ForkFd::spawn(child({"sleep"}));
    QVERIFY(living);
    discardPending();
    for (int i = 0; i < 50; ++i) {
        // Foreign children and ours by turns.
        if (i % 2) {
            const pid_t pid = spawnForeignChild({"exit", "6"});
            QCOMPARE(usesSignalFd ? nextWithSignalFd() : nextWithSigWait(), pid);
            QCOMPARE(collectForeignChild(pid), 6);
        } else {
            auto process = ForkFd::spawn(child({"exit", "6"}));
            QVERIFY(process);
            QCOMPARE(usesSignalFd ? nextWithSignalFd() : nextWithSigWait(), process->pid());
            const auto info = process->wait(std::chrono::seconds(10));
            QVERIFY(info);
            QCOMPARE(info->code, 6);
        }
    }
    QVERIFY(living->sendSignal(SIGKILL));
    QVERIFY(living->wait(std::chrono::seconds(10)));
}

// Our handler had SA_NOCLDSTOP where there had been no handler.
void tst_BlockedSignal::getsStops()
{
    QFETCH(bool, usesSignalFd);
    const auto next = usesSignalFd ? nextWithSignalFd : nextWithSigWait;

    auto ours = ForkFd::spawn(child({"sleep"}));
    QVERIFY(ours);
    const pid_t pid = spawnForeignChild({"sleep"});
    QVERIFY(pid > 0);
    discardPending();
    kill(pid, SIGSTOP);
    const pid_t stopped = next();
    int status = 0;
    waitpid(pid, &status, WUNTRACED); // Collects the stop.
    kill(pid, SIGCONT);
    const pid_t continued = next();
    kill(pid, SIGKILL);
    const pid_t killed = next();
    collectForeignChild(pid);
    QCOMPARE(stopped, pid);
    QCOMPARE(continued, pid);
    QCOMPARE(killed, pid);
    QVERIFY(ours->sendSignal(SIGKILL));
    QVERIFY(ours->wait(std::chrono::seconds(10)));
}

int main(int argc, char **argv)
{
    // Blocks SIGCHLD before there is another thread.
    return SigChldTest::run<tst_BlockedSignal>(argc, argv);
}
#include "tst_blockedsignal.moc"
