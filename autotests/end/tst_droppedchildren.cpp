// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "forkedcopy.h"
#include "processtest.h"
#include "temporarychange.h"
#include "testpipe.h"

#include <cerrno>
#include <optional>
#include <thread>

#include <sys/wait.h>

using ForkFd::Child;

namespace {

/// A child that lives until the pipe is closed for writing.
std::optional<Child> startEcho(const TestPipe &input)
{
    return ForkFd::spawn(ProcessTest::child({"echo"}), {.fileDescriptors = {{0, input.readEnd()}}});
}

} // namespace

/// Destroying a Child neither harms the child nor leaves a zombie behind.
/// Holds: R1.
class tst_DroppedChildren : public ProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void livesOn();
    void endedAlready();
    void manyAtOnce();
    void fromManyThreads();
    void withoutThreads_data();
    void withoutThreads();
};

void tst_DroppedChildren::livesOn()
{
    TestPipe input;
    TestPipe output;
    auto process = ForkFd::spawn(child({"echo"}),
                                 {.fileDescriptors = {{0, input.readEnd()}, {1, output.writeEnd()}}});
    QVERIFY(process);
    output.closeWriteEnd();
    process.reset();

    for (const char *word : {"one", "two"}) {
        input.write(word);
        QCOMPARE(output.read(), word);
    }
    QVERIFY(hasChildren());
    input.closeWriteEnd();
    QCOMPARE(output.read(), QByteArray());
    QVERIFY(eventually([] { return !hasChildren(); }));
}

void tst_DroppedChildren::endedAlready()
{
    auto process = ForkFd::spawn(child({"exit", "0"}));
    QVERIFY(process);
    // The SIGCHLD backend may have reaped the child already. Then waitid() fails with ECHILD.
    siginfo_t info;
    while (waitid(P_PID, static_cast<id_t>(process->pid()), &info, WEXITED | WNOWAIT) != 0
           && errno == EINTR) { }
    process.reset();
    QVERIFY(eventually([] { return !hasChildren(); }));
}

void tst_DroppedChildren::manyAtOnce()
{
    const TemporaryLimit limit(RLIMIT_NOFILE, 4096);
    TestPipe input;
    {
        std::vector<Child> running;
        for (int i = 0; i < 2000; ++i) {
            auto process = startEcho(input);
            QVERIFY(process);
            running.push_back(std::move(*process));
        }
    }
    QVERIFY(hasChildren());
    input.closeWriteEnd();
    QVERIFY(eventually([] { return !hasChildren(); }));
}

void tst_DroppedChildren::fromManyThreads()
{
    TestPipe input;
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i) {
        threads.emplace_back([&input] {
            for (int j = 0; j < 50; ++j) {
                startEcho(input);
                ForkFd::spawn(child({"exit", "0"}));
            }
        });
    }
    for (std::thread &thread : threads)
        thread.join();
    QVERIFY(hasChildren());
    input.closeWriteEnd();
    QVERIFY(eventually([] { return !hasChildren(); }));
}

void tst_DroppedChildren::withoutThreads_data()
{
    QTest::addColumn<QByteArray>("nextCall");
    QTest::newRow("then another that runs") << QByteArray("echo");
    QTest::newRow("then another that has ended") << QByteArray("exit");
}

// The library can make no thread when the child is dropped, and makes it when the next child is.
void tst_DroppedChildren::withoutThreads()
{
    QFETCH(QByteArray, nextCall);
    const QByteArray result = inForkedCopy([&nextCall]() -> QByteArray {
        becomeOrdinaryUserWhoMayReadAll();
        TestPipe firstInput;
        TestPipe nextInput;
        auto first = startEcho(firstInput);
        {
            const TemporaryLimit limit(RLIMIT_NPROC, 0);
            first.reset();
        }
        auto next = nextCall == "echo" ? startEcho(nextInput) : ForkFd::spawn(child({"exit", "0"}));
        if (nextCall == "exit") {
            siginfo_t info;
            waitid(P_PID, static_cast<id_t>(next->pid()), &info, WEXITED | WNOWAIT);
        }
        next.reset();
        firstInput.closeWriteEnd();
        nextInput.closeWriteEnd();
        return eventually([] { return !hasChildren(); }) ? "" : "a zombie was left";
    });
    QCOMPARE(result, QByteArray());
}

QTEST_GUILESS_MAIN(tst_DroppedChildren)
#include "tst_droppedchildren.moc"
