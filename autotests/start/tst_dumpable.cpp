// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "forkedcopy.h"
#include "interposedprctl.h"
#include "processtest.h"

#include <atomic>
#include <ctime>
#include <thread>

namespace {

constexpr uid_t someUser = 65533;

std::atomic<bool> hasWaited = false;
std::atomic<bool> hasStarted = false;
std::thread second; // clazy:exclude=non-pod-global-static

void startAsSomeUser()
{
    ProcessTest::outcomeOf({{"/no/such/program"}}, {.userId = someUser});
}

// Begins another start while the first one is about to make the process dumpable again.
void startAnother(int option, unsigned long isDumpable)
{
    if (option != PR_SET_DUMPABLE || isDumpable != 1)
        return;
    beforePrctl = nullptr;
    hasWaited = false;
    second = std::thread([] {
        startAsSomeUser();
        hasStarted = true;
    });
    eventually([] { return hasWaited || hasStarted; });
}

} // namespace

// Replaces libc's function for the library, too.
extern "C" int nanosleep(const timespec *time, timespec *rest)
{
    hasWaited = true;
    return clock_nanosleep(CLOCK_MONOTONIC, 0, time, rest);
}

/// While a child with another user shares the memory, the process is not dumpable: that user could look
/// into the memory through the child.
/// Holds: L9.
class tst_Dumpable : public ProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void startWhileItIsRestored();
};

// One start once set the flag again while the child of another start had its new user.
void tst_Dumpable::startWhileItIsRestored()
{
    if (geteuid() != 0)
        QSKIP("Only root can change its identity.");
    if (!FORKFD_TEST_HAS_VFORK)
        QSKIP("No child shares the memory.");
    beforePrctl = startAnother;
    startAsSomeUser();
    if (!second.joinable())
        QSKIP("No child shares the memory here.");
    second.join();
    QVERIFY(hasWaited);
    QCOMPARE(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0), 1);
}

QTEST_GUILESS_MAIN(tst_Dumpable)
#include "tst_dumpable.moc"
