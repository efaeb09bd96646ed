// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "sigchldhandler.h"
#include "temporarychange.h"

namespace {

std::atomic<int> belowCalls; ///< Of the handler below ours.
std::atomic<int> aboveCalls; ///< Of the handler above ours.
struct sigaction saved; ///< The action that the handler above ours has found.

void below(int, siginfo_t *info, void *)
{
    // Even behind a handler with one argument, the siginfo must be readable.
    belowCalls += info->si_signo == SIGCHLD ? 1 : 100;
}

// The usual way: ignores the flags, and calls the earlier handler with one argument.
void chainsWithOne(int signal)
{
    ++aboveCalls;
    if (aboveCalls < 1000) // Otherwise the stack would overflow.
        saved.sa_handler(signal);
}

void chainsWithThree(int signal, siginfo_t *info, void *context)
{
    ++aboveCalls;
    if (aboveCalls < 1000)
        saved.sa_sigaction(signal, info, context);
}

// Uses more stack than the kernel's signal frame.
void chainsFromFarDown(int signal, siginfo_t *info, void *context)
{
    [[maybe_unused]] volatile char large[24 * 1024];
    large[0] = 0;
    chainsWithThree(signal, info, context);
    large[1] = 0;
}

void reapsAllAndChains(int signal, siginfo_t *info, void *context)
{
    const int savedErrno = errno;
    while (waitpid(-1, nullptr, WNOHANG) > 0) { }
    errno = savedErrno;
    saved.sa_sigaction(signal, info, context);
}

void doesNotChain(int)
{
    ++aboveCalls;
}

enum Successor { OneArgument, ThreeArguments, FarDown, Alone, Default, Ignore };

struct sigaction actionOf(Successor successor)
{
    struct sigaction action = {};
    const bool takesThree = successor == ThreeArguments || successor == FarDown;
    action.sa_flags = SA_RESTART | (takesThree ? SA_SIGINFO : 0);
    if (takesThree)
        action.sa_sigaction = successor == FarDown ? chainsFromFarDown : chainsWithThree;
    else
        action.sa_handler = successor == OneArgument ? chainsWithOne
            : successor == Alone                     ? doesNotChain
            : successor == Default                   ? SIG_DFL
                                                     : SIG_IGN;
    return action;
}

} // namespace

/// If another handler is installed above ours, every end is reported, and every handler that would be
/// called without the library is called once.
/// Holds: S1 (closesALoop), S9.
class tst_Successor : public SigChldTest
{
    Q_OBJECT

private Q_SLOTS:
    void comesAboveUs_data();
    void comesAboveUs();
    void closesALoop_data();
    void closesALoop();
    void reapsOurChildren();
    void restoresAnOlderAction();
};

void tst_Successor::comesAboveUs_data()
{
    QTest::addColumn<int>("successor");
    QTest::newRow("one argument, chaining") << int(OneArgument);
    QTest::newRow("three arguments, chaining") << int(ThreeArguments);
    QTest::newRow("not chaining") << int(Alone);
    QTest::newRow("SIG_DFL") << int(Default);
    QTest::newRow("SIG_IGN") << int(Ignore);
}

void tst_Successor::comesAboveUs()
{
    QFETCH(int, successor);
    const bool chains = successor == OneArgument || successor == ThreeArguments;
    const bool isCalled = chains || successor == Alone;
    if (successor == OneArgument && !usesSigChld())
        QSKIP("Without us between them it would call a handler of three arguments with one.");

    const SigChldAction predecessor(below);
    auto first = ForkFd::spawn(child({"sleep"}));
    QVERIFY(first);
    const SigChldAction ours(actionOf(static_cast<Successor>(successor)));
    saved = ours.previous();
    belowCalls = aboveCalls = 0;

    QVERIFY(first->sendSignal(SIGKILL));
    const auto info = first->wait(std::chrono::seconds(10));
    QVERIFY(info);
    if (successor != Ignore)
        QCOMPARE(info->signal, SIGKILL);
    QCOMPARE(aboveCalls.load(), isCalled ? 1 : 0);
    QCOMPARE(belowCalls.load(), chains ? 1 : 0);

    // This start puts our handler on top again.
    auto second = ForkFd::spawn(child({"exit", "5"}));
    QVERIFY(second);
    const auto secondInfo = second->wait(std::chrono::seconds(10));
    QVERIFY(secondInfo);
    if (successor != Ignore || usesSigChld())
        QCOMPARE(secondInfo->code, 5);
    QTRY_COMPARE(aboveCalls.load(), isCalled ? 2 : 0);
    QCOMPARE(belowCalls.load(), chains ? 2 : 0);
}

void tst_Successor::closesALoop_data()
{
    QTest::addColumn<int>("successor");
    QTest::newRow("one argument") << int(OneArgument);
    QTest::newRow("three arguments") << int(ThreeArguments);
    QTest::newRow("three arguments, far down the stack") << int(FarDown);
}

// A handler that was installed before ours installs itself once more, above ours.
void tst_Successor::closesALoop()
{
    QFETCH(int, successor);
    if (!usesSigChld())
        QSKIP("Without us on the chain it would call itself for ever.");

    const TemporaryMainStack hasRoom;
    const struct sigaction action = actionOf(static_cast<Successor>(successor));
    const SigChldAction once(action);
    auto first = ForkFd::spawn(child({"sleep"}));
    QVERIFY(first);
    const SigChldAction twice(action);
    saved = twice.previous();
    aboveCalls = 0;
    QVERIFY(first->sendSignal(SIGKILL));
    QVERIFY(first->wait(std::chrono::seconds(10)));
    // Two calls are right, too: as far as the library knows, it was installed just now and has not got
    // the signal.
    const auto isCalled = [] { return aboveCalls == 1 || aboveCalls == 2; };
    QVERIFY(isCalled());

    auto second = ForkFd::spawn(child({"sleep"}));
    QVERIFY(second);
    QVERIFY(SigChldAction::current().sa_sigaction != action.sa_sigaction);
    aboveCalls = 0;
    QVERIFY(second->sendSignal(SIGKILL));
    QVERIFY(second->wait(std::chrono::seconds(10)));
    QVERIFY(isCalled());

    // A second loop: our entry below that handler is the current action again.
    sigaction(SIGCHLD, &twice.previous(), nullptr);
    aboveCalls = 0;
    auto third = ForkFd::spawn(child({"exit", "0"}));
    QVERIFY(third);
    QVERIFY(third->wait(std::chrono::seconds(10)));
    QVERIFY(aboveCalls < 20);
}

// It reaps the first child before it calls us. But the next start puts our handler on top, however
// often.
void tst_Successor::reapsOurChildren()
{
    if (!usesSigChld())
        QSKIP("With pidfds it depends on the kernel whether the status is lost (P4).");
    if (isUnderThreadSanitizer)
        QSKIP("ThreadSanitizer delays signals, and calls their handlers even while they are blocked.");
    for (int turn = 1; turn <= 4; ++turn) {
        auto first = ForkFd::spawn(child({"sleep"}));
        QVERIFY(first);
        const SigChldAction foreign(reapsAllAndChains);
        saved = foreign.previous();
        QVERIFY(first->sendSignal(SIGKILL));
        QVERIFY(first->wait(std::chrono::seconds(10)));
        auto second = ForkFd::spawn(child({"exit", "5"}));
        QVERIFY(second);
        const auto info = second->wait(std::chrono::seconds(10));
        QVERIFY(info);
        QCOMPARE(info->code, 5);
    }
}

void tst_Successor::restoresAnOlderAction()
{
    const struct sigaction before = SigChldAction::current();
    const SigChldAction predecessor(below);
    auto process = ForkFd::spawn(child({"sleep"}));
    QVERIFY(process);
    // The action from before our first installation.
    const SigChldAction restored(SIG_DFL, 0);
    QVERIFY(process->sendSignal(SIGKILL));
    const auto info = process->wait(std::chrono::seconds(10));
    QVERIFY(info);
    QCOMPARE(info->signal, SIGKILL);

    // The program installs its handler while a child runs. Ours goes above it.
    belowCalls = 0;
    auto second = ForkFd::spawn(child({"sleep"}));
    QVERIFY(second);
    struct sigaction action = {};
    action.sa_sigaction = below;
    action.sa_flags = SA_SIGINFO;
    sigaction(SIGCHLD, &action, nullptr);
    if (usesSigChld())
        QTRY_VERIFY(SigChldAction::current().sa_sigaction != below);
    QVERIFY(second->sendSignal(SIGKILL));
    QVERIFY(second->wait(std::chrono::seconds(10)));
    QCOMPARE(belowCalls.load(), 1);
    sigaction(SIGCHLD, &before, nullptr);
}

int main(int argc, char **argv)
{
    return SigChldTest::run<tst_Successor>(argc, argv);
}
#include "tst_successor.moc"
