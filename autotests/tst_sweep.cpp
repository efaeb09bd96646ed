// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "sigchldhandler.h"

namespace {

std::atomic<int> callCount;

void doesNotChain(int)
{
    ++callCount;
}

} // namespace

/// Endings are reported although our handler never hears of them. (tst_BlockedSignal has the case that
/// the signal is blocked.)
class tst_Sweep : public SigChldTest
{
    Q_OBJECT

private Q_SLOTS:
    void handlerWasReplaced();
    void poolIsUsedUp(); // Last: there is no handler of ours any more after it.
};

void tst_Sweep::handlerWasReplaced()
{
    auto process = ForkFd::spawn(child({"sleep"}));
    QVERIFY(process);
    const SigChldAction foreign(doesNotChain);
    callCount = 0;
    QVERIFY(process->sendSignal(SIGKILL));
    const auto info = process->wait(std::chrono::seconds(10));
    QVERIFY(info);
    QCOMPARE(info->signal, SIGKILL);
    QCOMPARE(callCount.load(), 1);
}

// Somebody comes above us again and again.
void tst_Sweep::poolIsUsedUp()
{
    const SigChldAction foreign(doesNotChain);
    for (int i = 0; i < 50; ++i) {
        auto process = ForkFd::spawn(child({"exit", std::to_string(i)}));
        QVERIFY(process);
        const auto info = process->wait(std::chrono::seconds(10));
        QVERIFY(info);
        QCOMPARE(info->code, i);
        struct sigaction action = {};
        action.sa_handler = doesNotChain;
        sigaction(SIGCHLD, &action, nullptr);
    }
    callCount = 0;
    auto process = ForkFd::spawn(child({"exit", "0"}));
    QVERIFY(process);
    awaitEnd(process->pid());
    QVERIFY(SigChldAction::current().sa_handler == doesNotChain);
    QCOMPARE(callCount.load(), 1);
    QVERIFY(process->wait(std::chrono::seconds(10)));
}

int main(int argc, char **argv)
{
    return SigChldTest::run<tst_Sweep>(argc, argv);
}
#include "tst_sweep.moc"
