// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "sigchldhandler.h"

namespace {

struct Call
{
    siginfo_t info;
    bool hasContext;
    sigset_t mask;
    const void *frame;
};
Call calls[64];
std::atomic<int> callCount;

void note(const siginfo_t *info, const void *context)
{
    Call &call = calls[callCount];
    call.info = info ? *info : siginfo_t{};
    call.hasContext = context;
    call.frame = __builtin_frame_address(0);
    pthread_sigmask(SIG_SETMASK, nullptr, &call.mask);
    callCount.fetch_add(1);
}

void plainHandler(int)
{
    note(nullptr, nullptr);
}

void siginfoHandler(int, siginfo_t *info, void *context)
{
    note(info, context);
}

} // namespace

/// A SIGCHLD handler that was installed before ours is called for every signal as without the library.
/// The pidfd backend does not touch it.
/// Holds: S2.
class tst_Predecessor : public SigChldTest
{
    Q_OBJECT

private Q_SLOTS:
    void isCalled_data();
    void isCalled();
    void hasASmallStack();
    void isBelowARestoredHandler();
    void flagsWithoutHandler_data();
    void flagsWithoutHandler();
};

void tst_Predecessor::isCalled_data()
{
    QTest::addColumn<int>("flags");
    QTest::addColumn<bool>("masksUsr1");
    const struct
    {
        const char *name;
        int flag;
        bool masksUsr1;
    } rows[] = {{"no flag", 0, false},
                {"SA_RESTART", SA_RESTART, false},
                {"SA_NODEFER", SA_NODEFER, false},
                {"SA_NOCLDSTOP", SA_NOCLDSTOP, false},
                {"SA_ONSTACK", SA_ONSTACK, false},
                {"SA_RESETHAND", static_cast<int>(SA_RESETHAND), false},
                {"sa_mask", 0, true}};
    for (const auto &row : rows) {
        QTest::addRow("one argument, %s", row.name) << row.flag << row.masksUsr1;
        QTest::addRow("three arguments, %s", row.name) << (row.flag | SA_SIGINFO) << row.masksUsr1;
    }
}

void tst_Predecessor::isCalled()
{
    QFETCH(int, flags);
    QFETCH(bool, masksUsr1);

    static char stackMemory[256 * 1024];
    stack_t stack = {};
    stack.ss_sp = stackMemory;
    stack.ss_size = sizeof stackMemory;
    sigaltstack(&stack, nullptr);

    struct sigaction action = {};
    action.sa_flags = flags;
    if (flags & SA_SIGINFO)
        action.sa_sigaction = siginfoHandler;
    else
        action.sa_handler = plainHandler;
    if (masksUsr1)
        sigaddset(&action.sa_mask, SIGUSR1);
    callCount = 0;
    const SigChldAction foreign(action);

    auto ours = ForkFd::spawn(child({"sleep"}));
    QVERIFY(ours);
    const struct sigaction installed = SigChldAction::current();
    QCOMPARE(installed.sa_sigaction == action.sa_sigaction, !usesSigChld());

    QList<pid_t> ended;
    if (!(flags & static_cast<int>(SA_RESETHAND))) {
        QVERIFY(ours->sendSignal(SIGSTOP));
        siginfo_t info;
        while (waitid(P_PID, static_cast<id_t>(ours->pid()), &info, WSTOPPED | WNOWAIT) != 0
               && errno == EINTR) { }
        // waitid() may report a stop shortly before its signal comes.
        QTRY_COMPARE(callCount.load(), flags & SA_NOCLDSTOP ? 0 : 1);
        callCount = 0;
    }
    QVERIFY(ours->sendSignal(SIGKILL));
    awaitEnd(ours->pid());
    ended.append(ours->pid());
    const pid_t foreignChild = spawnForeignChild({"exit", "7"});
    awaitEnd(foreignChild);
    if (flags & static_cast<int>(SA_RESETHAND))
        QCOMPARE(callCount.load(), 1);
    else
        QCOMPARE(callCount.load(), 2);
    ended.append(foreignChild);
    // ThreadSanitizer calls handlers later than the kernel calls it: with all signals blocked, on the
    // ordinary stack, and with a siginfo at an address that the library does not trust.
    const bool isCalledByKernel = !isUnderThreadSanitizer;
    for (int i = 0; i < callCount; ++i) {
        if (isCalledByKernel) {
            QCOMPARE(sigismember(&calls[i].mask, SIGCHLD), flags & SA_NODEFER ? 0 : 1);
            QCOMPARE(sigismember(&calls[i].mask, SIGUSR1), masksUsr1 ? 1 : 0);
        }
        if (flags & SA_SIGINFO) {
            QCOMPARE(calls[i].info.si_signo, SIGCHLD);
            QVERIFY(calls[i].hasContext);
        }
        if (flags & SA_SIGINFO && (isCalledByKernel || !usesSigChld())) {
            QCOMPARE(calls[i].info.si_pid, ended[i]);
            QCOMPARE(calls[i].info.si_code, i == 0 ? CLD_KILLED : CLD_EXITED);
            QCOMPARE(calls[i].info.si_status, i == 0 ? SIGKILL : 7);
        }
        // A handler without SA_ONSTACK may need more stack than the alternate one has.
        if (isCalledByKernel)
            QCOMPARE(calls[i].frame > stackMemory && calls[i].frame < stackMemory + sizeof stackMemory,
                     (flags & SA_ONSTACK) != 0);
    }

    errno = ENOTTY;
    raise(SIGCHLD);
    QCOMPARE(errno, ENOTTY);

    stack.ss_flags = SS_DISABLE;
    sigaltstack(&stack, nullptr);
    QCOMPARE(collectForeignChild(foreignChild), 7);
    const auto info = ours->wait();
    QVERIFY(info);
    QCOMPARE(info->signal, SIGKILL);
}

// On a small alternate stack there was no room for the dynamic linker, which saves all vector registers
// when our handler calls a function for the first time. So the test needs a process of its own.
void tst_Predecessor::hasASmallStack()
{
    if (isUnderAddressSanitizer || isUnderThreadSanitizer)
        QSKIP("The sanitizer's handlers need more stack.");
    QCOMPARE(outcomeOf({{FORKFD_TEST_SMALLSTACK}}), "exited with code 0");
}

// signal(3) puts our handler back without SA_SIGINFO, and the kernel then fills no siginfo: on the stack
// lies that of an earlier signal.
void tst_Predecessor::isBelowARestoredHandler()
{
    if (!usesSigChld())
        QSKIP("Without us signal(3) would break the program's own handler.");
    callCount = 0;
    const SigChldAction foreign(siginfoHandler);
    auto living = ForkFd::spawn(child({"sleep"}));
    QVERIFY(living);
    const struct sigaction ours = SigChldAction::current();
    QList<pid_t> ended;
    const auto end = [&ended] {
        ended.append(spawnForeignChild({"exit", "7"}));
        awaitEnd(ended.last());
        return collectForeignChild(ended.last());
    };
    QCOMPARE(end(), 7);
    std::signal(SIGCHLD, ours.sa_handler);
    QCOMPARE(end(), 7);
    QTRY_VERIFY(SigChldAction::current().sa_flags & SA_SIGINFO);
    QCOMPARE(SigChldAction::current().sa_flags, ours.sa_flags);
    QVERIFY(SigChldAction::current().sa_sigaction == ours.sa_sigaction);
    QCOMPARE(end(), 7);
    QTRY_COMPARE(callCount.load(), 3);
    for (int i = 0; i < 3; ++i) {
        const siginfo_t &info = calls[i].info;
        QCOMPARE(info.si_signo, SIGCHLD);
        if (!isUnderThreadSanitizer)
            QVERIFY(info.si_pid == ended[i] || (i == 1 && info.si_pid == 0));
    }
    QVERIFY(living->sendSignal(SIGKILL));
    const auto info = living->wait(std::chrono::seconds(10));
    QVERIFY(info);
    QCOMPARE(info->signal, SIGKILL);
}

void tst_Predecessor::flagsWithoutHandler_data()
{
    QTest::addColumn<int>("flags");
    QTest::addColumn<bool>("isIgnored");
    QTest::newRow("SIG_DFL") << 0 << false;
    QTest::newRow("SIG_DFL with SA_NOCLDSTOP") << SA_NOCLDSTOP << false;
    // Go sets its actions this way. The library must not call SIG_DFL or SIG_IGN as a handler.
    QTest::newRow("SIG_DFL with SA_SIGINFO") << SA_SIGINFO << false;
    QTest::newRow("SIG_IGN with SA_SIGINFO") << SA_SIGINFO << true;
}

void tst_Predecessor::flagsWithoutHandler()
{
    QFETCH(int, flags);
    QFETCH(bool, isIgnored);

    const SigChldAction foreign(isIgnored ? SIG_IGN : SIG_DFL, flags);
    auto ours = ForkFd::spawn(child({"exit", "3"}));
    QVERIFY(ours);
    if (usesSigChld())
        QVERIFY(SigChldAction::current().sa_flags & SA_RESTART
                && (SigChldAction::current().sa_flags & SA_NOCLDSTOP) == (flags & SA_NOCLDSTOP)
                && (SigChldAction::current().sa_flags & SA_ONSTACK));
    else
        QVERIFY(SigChldAction::current().sa_handler == (isIgnored ? SIG_IGN : SIG_DFL));
    const auto info = ours->wait();
    QVERIFY(info);
    if (info->reason != ForkFd::ExitInfo::Unknown)
        QCOMPARE(info->code, 3);
}

int main(int argc, char **argv)
{
    return SigChldTest::run<tst_Predecessor>(argc, argv);
}
#include "tst_predecessor.moc"
