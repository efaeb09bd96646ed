// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "sigchldhandler.h"

#include <csetjmp>

#include <pthread.h>

namespace {

sigjmp_buf target;
std::atomic<int> jumps;

void jump(int)
{
    ++jumps;
    siglongjmp(target, 1);
}

// The handler jumps out of this many frames.
template<std::size_t size>
__attribute__((noinline)) int raiseAtDepth(int depth)
{
    volatile char room[size];
    room[0] = static_cast<char>(depth);
    if (depth == 0)
        raise(SIGCHLD);
    else
        raiseAtDepth<size>(depth - 1);
    return room[0];
}

} // namespace

/// A predecessor that never returns is called each time, and ends are reported.
/// Holds: S2.
class tst_JumpingHandler : public SigChldTest
{
    Q_OBJECT

private Q_SLOTS:
    void jumpsFromEveryDepth_data();
    void jumpsFromEveryDepth();
    void jumpsAtAnEnding();
    void keepsTheCancelType();
};

void tst_JumpingHandler::jumpsFromEveryDepth_data()
{
    QTest::addColumn<int>("size");
    QTest::newRow("far apart") << 1000;
    // The stack differs from jump to jump by less than the kernel's signal frame: after nine jumps the
    // handler was not called any more.
    QTest::newRow("close together") << 30;
}

void tst_JumpingHandler::jumpsFromEveryDepth()
{
    QFETCH(const int, size);
    const auto raiseAt = size == 30 ? raiseAtDepth<30> : raiseAtDepth<1000>;
    const SigChldAction foreign(jump);
    auto process = ForkFd::spawn(child({"sleep"}));
    QVERIFY(process);
    jumps = 0;
    static int raised; // Static: keeps its value over a jump.
    // First from ever deeper frames, which looks like handlers that call each other for ever; then from
    // less and less deep ones.
    for (raised = 0; raised < 200; ++raised) {
        if (sigsetjmp(target, 1) == 0)
            raiseAt(raised < 100 ? raised : 200 - raised);
        QCOMPARE(jumps.load(), raised + 1);
    }
    SigChldAction quiet(SIG_DFL, 0);
    QVERIFY(process->sendSignal(SIGKILL));
    const auto info = process->wait(std::chrono::seconds(10));
    QVERIFY(info);
    QCOMPARE(info->signal, SIGKILL);
}

void tst_JumpingHandler::jumpsAtAnEnding()
{
    for (int i = 0; i < 20; ++i) {
        static std::optional<ForkFd::Child> process;
        const SigChldAction foreign(jump);
        jumps = 0;
        // The signal is blocked during the start and the end, so that the handler does not jump out of
        // the library.
        changeMask(SIG_BLOCK);
        process = ForkFd::spawn(child({"exit", "9"}));
        awaitEnd(process->pid());
        if (sigsetjmp(target, 1) == 0)
            changeMask(SIG_UNBLOCK);
        changeMask(SIG_UNBLOCK);
        QCOMPARE(jumps.load(), 1);
        const auto info = process->wait(std::chrono::seconds(10));
        QVERIFY(info);
        QCOMPARE(info->code, 9);
        process.reset();
    }
}

// After the jump the thread was PTHREAD_CANCEL_DEFERRED.
void tst_JumpingHandler::keepsTheCancelType()
{
    const SigChldAction foreign(jump);
    auto process = ForkFd::spawn(child({"sleep"}));
    QVERIFY(process);
    jumps = 0;
    ::pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, nullptr);
    if (sigsetjmp(target, 1) == 0)
        raise(SIGCHLD);
    int type = PTHREAD_CANCEL_DEFERRED;
    ::pthread_setcanceltype(PTHREAD_CANCEL_DEFERRED, &type);
    QCOMPARE(jumps.load(), 1);
    QCOMPARE(type, PTHREAD_CANCEL_ASYNCHRONOUS);
    SigChldAction quiet(SIG_DFL, 0);
    QVERIFY(process->sendSignal(SIGKILL));
    QVERIFY(process->wait(std::chrono::seconds(10)));
}

int main(int argc, char **argv)
{
    return SigChldTest::run<tst_JumpingHandler>(argc, argv);
}
#include "tst_jumpinghandler.moc"
