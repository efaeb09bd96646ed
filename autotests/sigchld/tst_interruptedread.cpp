// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "sigchldhandler.h"

#include <QtCore/QFile>

#include <thread>

#include <fcntl.h>
#include <sys/syscall.h>

namespace {

std::atomic<int> callCount;

void handler(int)
{
    ++callCount;
}

// Whether the thread sleeps in the kernel.
bool isAsleep(pid_t thread)
{
    QFile file(QStringLiteral("/proc/self/task/%1/stat").arg(thread));
    if (!file.open(QIODevice::ReadOnly))
        return false;
    const QByteArray text = file.readAll();
    return text.mid(text.lastIndexOf(')') + 2, 1) == "S";
}

} // namespace

/// The end of a child interrupts a blocking read() of the program, or does not, as the program's own
/// action says.
/// Holds: S2.
class tst_InterruptedRead : public SigChldTest
{
    Q_OBJECT

private Q_SLOTS:
    void read_data();
    void read();
};

void tst_InterruptedRead::read_data()
{
    QTest::addColumn<bool>("hasHandler");
    QTest::addColumn<int>("flags");
    QTest::addColumn<bool>("isInterrupted");
    QTest::newRow("no handler") << false << 0 << false;
    QTest::newRow("handler with SA_RESTART") << true << SA_RESTART << false;
    QTest::newRow("handler without") << true << 0 << true;
}

void tst_InterruptedRead::read()
{
    QFETCH(bool, hasHandler);
    QFETCH(int, flags);
    QFETCH(bool, isInterrupted);

    const SigChldAction action(hasHandler ? handler : SIG_DFL, flags);
    auto process = ForkFd::spawn(child({"sleep"}));
    QVERIFY(process);
    callCount = 0;
    // ThreadSanitizer calls no handler before the read() has returned.
    const bool isCalledWithin = hasHandler && (isInterrupted || !isUnderThreadSanitizer);
    int ends[2];
    QCOMPARE(pipe2(ends, O_CLOEXEC), 0);

    const auto self = static_cast<pid_t>(syscall(SYS_gettid));
    sigset_t all;
    sigset_t previous;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &previous);
    std::thread other([&] {
        // When the thread sleeps, it can only be in the read().
        while (!isAsleep(self))
            std::this_thread::yield();
        kill(process->pid(), SIGKILL);
        awaitEnd(process->pid());
        while (isCalledWithin && callCount == 0)
            std::this_thread::yield();
        const char byte = 'x';
        [[maybe_unused]] const ssize_t written = write(ends[1], &byte, 1);
    });
    pthread_sigmask(SIG_SETMASK, &previous, nullptr);
    char byte = 0;
    const ssize_t count = ::read(ends[0], &byte, 1);
    const int errorCode = count < 0 ? errno : 0;
    other.join();
    close(ends[0]);
    close(ends[1]);
    QCOMPARE(count, isInterrupted ? -1 : 1);
    QCOMPARE(errorCode, isInterrupted ? EINTR : 0);
    QVERIFY(process->wait(std::chrono::seconds(10)));
}

int main(int argc, char **argv)
{
    return SigChldTest::run<tst_InterruptedRead>(argc, argv);
}
#include "tst_interruptedread.moc"
