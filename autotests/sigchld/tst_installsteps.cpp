// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "sigchldhandler.h"

#include <functional>
#include <thread>

#include <dlfcn.h>

// Actions of other code during the library's calls of sigaction() for SIGCHLD. The tests interpose
// libc's function, so that rare orders of events happen every time.
static std::function<void()> beforeLook; // clazy:exclude=non-pod-global-static
static std::function<void()> beforeInstallation; // clazy:exclude=non-pod-global-static
static std::function<void()> afterInstallation; // clazy:exclude=non-pod-global-static

[[maybe_unused]] static void callOnce(std::function<void()> &function)
{
    if (const auto once = std::exchange(function, nullptr))
        once();
}

static int libcsSigaction(int signal, const struct sigaction *action, struct sigaction *previous)
{
    static const auto real = reinterpret_cast<decltype(&sigaction)>(dlsym(RTLD_NEXT, "sigaction"));
    return real(signal, action, previous);
}

#if !defined(__SANITIZE_THREAD__) && !defined(__SANITIZE_ADDRESS__)
extern "C" int sigaction(int signal, const struct sigaction *action, struct sigaction *previous) noexcept
{
    if (signal == SIGCHLD && !action)
        callOnce(beforeLook);
    if (signal == SIGCHLD && action)
        callOnce(beforeInstallation);
    const int result = libcsSigaction(signal, action, previous);
    if (signal == SIGCHLD && action)
        callOnce(afterInstallation);
    return result;
}
#endif

namespace {

std::atomic<int> signalCount;
std::atomic<int> lastCode;

void noteSignal(int, siginfo_t *info, void *)
{
    ++signalCount;
    lastCode = info->si_code;
}

void takeOneArgument(int)
{
}

void installWithOneArgument()
{
    struct sigaction action = {};
    action.sa_handler = takeOneArgument;
    libcsSigaction(SIGCHLD, &action, nullptr);
}

void installNoteSignal()
{
    struct sigaction action = {};
    action.sa_sigaction = noteSignal;
    action.sa_flags = SA_SIGINFO;
    libcsSigaction(SIGCHLD, &action, nullptr);
}

void raiseInAnotherThread()
{
    std::thread([] {
        SigChldTest::changeMask(SIG_UNBLOCK);
        raise(SIGCHLD);
    }).join();
}

} // namespace

/// The steps of an installation, and events between them: the predecessor gets each signal with its
/// siginfo.
/// Holds: S1.
class tst_InstallSteps : public SigChldTest
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void signalBeforeThePredecessorIsKnown();
    void moreSignalsThanAreKept();
    void displacedWhileCalled();
    void predecessorComesBackWhileCalled();
};

void tst_InstallSteps::initTestCase()
{
    // The warm-up follows, with no action set.
    beforeLook = nullptr;
    if (!usesSigChld())
        QSKIP("This backend installs nothing.");
    bool isInterposed = false;
    beforeLook = [&isInterposed] { isInterposed = true; };
    SigChldAction::current();
    beforeLook = nullptr;
    if (!isInterposed)
        QSKIP("A sanitizer has a sigaction() of its own.");
}

void tst_InstallSteps::init()
{
    ProcessTest::init();
    signalCount = 0;
    lastCode = 0;
}

void tst_InstallSteps::signalBeforeThePredecessorIsKnown()
{
    const SigChldAction foreign(noteSignal);
    afterInstallation = raiseInAnotherThread;
    auto process = ForkFd::spawn(child({"sleep"}));
    QVERIFY(process);
    QVERIFY(!afterInstallation);
    QCOMPARE(signalCount.load(), 1);
    QCOMPARE(lastCode.load(), int(SI_TKILL));
    process->sendSignal(SIGKILL);
    QCOMPARE(text(process->wait().value()), "killed by SIGKILL");
    QCOMPARE(signalCount.load(), 2);
}

// Some signals are lost, as SIGCHLD may always be, but not all, and none comes twice.
void tst_InstallSteps::moreSignalsThanAreKept()
{
    const SigChldAction foreign(noteSignal);
    afterInstallation = [] {
        for (int i = 0; i < 40; ++i)
            raiseInAnotherThread();
    };
    QCOMPARE(outcomeOf(child({"exit", "4"})), "exited with code 4");
    QVERIFY(signalCount > 1);
    QVERIFY(signalCount <= 41);
}

void tst_InstallSteps::displacedWhileCalled()
{
    const SigChldAction foreign(noteSignal);
    QCOMPARE(outcomeOf(child({"exit", "4"})), "exited with code 4"); // Our handler is on top now.
    const struct sigaction ours = SigChldAction::current();
    signalCount = 0;
    beforeLook = installWithOneArgument;
    raise(SIGCHLD);
    QVERIFY(!beforeLook);
    QCOMPARE(signalCount.load(), 1);
    QCOMPARE(lastCode.load(), int(SI_TKILL));
    sigaction(SIGCHLD, &ours, nullptr);
}

// Two of our entries in a row stand above a handler. While the upper entry runs, the owner of that
// handler installs it anew. The library took it for a handler that had been called before ours, and it
// never got the signal.
void tst_InstallSteps::predecessorComesBackWhileCalled()
{
    const struct sigaction before = SigChldAction::current();
    signal(SIGCHLD, SIG_DFL);
    beforeInstallation = installNoteSignal;
    QCOMPARE(outcomeOf(child({"exit", "4"})), "exited with code 4");
    QVERIFY(!beforeInstallation);
    signalCount = 0;
    beforeLook = installNoteSignal;
    raise(SIGCHLD);
    QVERIFY(!beforeLook);
    QCOMPARE(signalCount.load(), 1);
    QCOMPARE(lastCode.load(), int(SI_TKILL));
    sigaction(SIGCHLD, &before, nullptr);
}

int main(int argc, char **argv)
{
    return SigChldTest::run<tst_InstallSteps>(argc, argv);
}
#include "tst_installsteps.moc"
