// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "forkedcopy.h"
#include "processtest.h"
#include "systemcallfilter.h"
#include "temporarychange.h"

#include <atomic>
#include <cerrno>
#include <optional>
#include <thread>

#include <unistd.h>

using Refusals = std::vector<Refusal>;
using Mask = quint64; // One bit for each signal; signal 1 is the lowest.

namespace {

sigset_t setOf(std::initializer_list<int> numbers)
{
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : numbers)
        sigaddset(&set, signal);
    return set;
}

sigset_t setOfAll()
{
    sigset_t set;
    sigfillset(&set);
    return set;
}

Mask toMask(const sigset_t &set)
{
    Mask mask = 0;
    for (int signal = 1; signal < NSIG; ++signal) {
        // No process can block these two.
        if (sigismember(&set, signal) == 1 && signal != SIGKILL && signal != SIGSTOP)
            mask |= Mask(1) << (signal - 1);
    }
    return mask;
}

/// One of the masks that the child word "signals" prints.
Mask maskOf(const QByteArray &output, const QByteArray &name)
{
    const auto begin = output.indexOf(name + ":\t");
    return begin < 0 ? 0 : output.mid(begin + name.size() + 2, 16).toULongLong(nullptr, 16);
}

pid_t handlerOwner;
std::atomic<int> handledHere;
std::atomic<int> handledElsewhere;

void countByProcess(int)
{
    // A child that shares the memory would count here, too.
    ++(getpid() == handlerOwner ? handledHere : handledElsewhere);
}

} // namespace

/// A child has the requested mask. Ignored signals stay ignored, and all others have their default,
/// SIGPIPE included. No handler of the parent ever runs in a child.
/// Holds: L4.
class tst_ChildSignals : public ProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void mask_data();
    void mask();
    void maskOfTheStartingThread();
    void ignoredSignals();
    void handlersRunInTheParentOnly_data();
    void handlersRunInTheParentOnly();
};

void tst_ChildSignals::mask_data()
{
    QTest::addColumn<sigset_t>("parents");
    QTest::addColumn<std::optional<sigset_t>>("wish");
    QTest::addColumn<Mask>("expected");
    const auto row = [](const char *name, const sigset_t &parents, std::optional<sigset_t> wish) {
        QTest::newRow(name) << parents << wish << toMask(wish ? *wish : parents);
    };
    row("inherited, nothing", setOf({}), {});
    row("inherited, some", setOf({SIGUSR1, SIGCHLD, SIGRTMAX}), {});
    row("inherited, all", setOfAll(), {});
    row("nothing instead of nothing", setOf({}), setOf({}));
    row("nothing instead of all", setOfAll(), setOf({}));
    row("some instead of nothing", setOf({}), setOf({SIGTERM, SIGHUP}));
    row("some instead of others", setOf({SIGUSR1}), setOf({SIGTERM}));
    row("all instead of nothing", setOf({}), setOfAll());
}

void tst_ChildSignals::mask()
{
    QFETCH(sigset_t, parents);
    QFETCH(std::optional<sigset_t>, wish);
    QFETCH(Mask, expected);
    QByteArray output;
    {
        const TemporaryMask mask(parents);
        output = outputOf(child({"signals"}), {.fileDescriptors = {}, .signalMask = wish});
    }
    QVERIFY(output.contains("SigBlk:\t"));
    QCOMPARE(maskOf(output, "SigBlk"), expected);
}

void tst_ChildSignals::maskOfTheStartingThread()
{
    QByteArray output;
    std::thread([&output] {
        const TemporaryMask mask(setOfAll());
        output = outputOf(child({"signals"}));
    }).join();
    QCOMPARE(maskOf(output, "SigBlk"), toMask(setOfAll()));
    QCOMPARE(maskOf(outputOf(child({"signals"})), "SigBlk"), Mask(0));
}

void tst_ChildSignals::ignoredSignals()
{
    QByteArray output;
    {
        const TemporaryAction pipe(SIGPIPE, SIG_IGN);
        const TemporaryAction usr1(SIGUSR1, SIG_IGN);
        const TemporaryAction last(SIGRTMAX, SIG_IGN);
        const TemporaryAction usr2(SIGUSR2, [](int) {});
        output = outputOf(child({"signals"}));
    }
    const Mask ignored = maskOf(output, "SigIgn");
    QCOMPARE(ignored & toMask(setOf({SIGUSR1, SIGRTMAX})), toMask(setOf({SIGUSR1, SIGRTMAX})));
    QCOMPARE(ignored & toMask(setOf({SIGPIPE, SIGUSR2})), Mask(0));
}

void tst_ChildSignals::handlersRunInTheParentOnly_data()
{
    QTest::addColumn<Refusals>("refusals");
    QTest::newRow("as it comes") << Refusals{};
    // Here the child resets the handlers itself.
    QTest::newRow("without clone3") << Refusals{{SYS_clone3, ENOSYS}};
}

void tst_ChildSignals::handlersRunInTheParentOnly()
{
    if (isUnderThreadSanitizer)
        QSKIP("The thread sanitizer allows no threads in a forked copy.");
    QFETCH(Refusals, refusals);
    if (!refusals.empty() && !hasSystemCallFilters())
        QSKIP("This system has no seccomp filters.");
    const QByteArray result = inForkedCopy([&refusals]() -> QByteArray {
        setpgid(0, 0);
        handlerOwner = getpid();
        const TemporaryAction action(SIGUSR1, countByProcess);
        std::atomic<bool> isDone = false;
        std::thread storm([&isDone] { // Also hits the children, at every moment of their lives.
            while (!isDone)
                kill(0, SIGUSR1);
        });
        QByteArray wrong;
        if (!refusals.empty() && !refuse(refusals)) // The filter does not apply to the running thread.
            wrong += "no filter\n";
        for (int i = 0; i < 300; ++i) {
            const QByteArray outcome = outcomeOf(child({"exit", "42"}));
            if (outcome != "exited with code 42" && outcome != "killed by SIGUSR1")
                wrong += outcome + '\n';
        }
        isDone = true;
        storm.join();
        if (handledHere == 0)
            wrong += "no signal came\n";
        if (handledElsewhere != 0)
            wrong += "a handler ran in a child\n";
        return wrong;
    });
    QCOMPARE(result, QByteArray());
}

QTEST_GUILESS_MAIN(tst_ChildSignals)
#include "tst_childsignals.moc"
