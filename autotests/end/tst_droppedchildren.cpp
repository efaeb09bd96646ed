// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "forkedcopy.h"
#include "processtest.h"
#include "temporarychange.h"
#include "testpipe.h"

#include <QtCore/QFile>

#include <cerrno>
#include <csignal>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include <sys/wait.h>

using ForkFd::Child;

namespace {

/// A child that lives until the pipe is closed for writing.
std::optional<Child> startEcho(const TestPipe &input)
{
    return ForkFd::spawn(ProcessTest::child({"echo"}), {.fileDescriptors = {{0, input.readEnd()}}});
}

bool isZombie(pid_t pid)
{
    QFile status(QStringLiteral("/proc/%1/stat").arg(pid));
    return status.open(QIODevice::ReadOnly) && status.readAll().contains(") Z ");
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
    void amongMany();
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
        constexpr int count = 300;
        for (int i = 0; i < count; ++i) {
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
            for (int j = 0; j < 20; ++j) {
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

// A child that a tracer held is collected while others end all the time. It once had to wait for a
// pause of 50 ms.
void tst_DroppedChildren::amongMany()
{
    const auto isReaped = [](pid_t pid) { return kill(pid, 0) != 0; };
    std::vector<std::unique_ptr<TestPipe>> inputs;
    std::vector<pid_t> others;
    for (int i = 0; i < 60; ++i) {
        inputs.push_back(std::make_unique<TestPipe>());
        const auto other = startEcho(*inputs.back());
        QVERIFY(other);
        others.push_back(other->pid());
    }
    TestPipe output;
    auto traced =
        ForkFd::spawn(child({"traced", "exit", "0"}), {.fileDescriptors = {{1, output.writeEnd()}}});
    QVERIFY(traced);
    output.closeWriteEnd();
    const pid_t pid = traced->pid();
    const pid_t tracer = output.read().trimmed().toInt();
    QVERIFY(tracer <= 0 || eventually([pid] { return isZombie(pid); }));
    traced.reset();
    std::size_t endedCount = 0;
    while (endedCount < others.size() && !isReaped(pid)) {
        // The keeper has tried to collect the traced child when it collects the third after that.
        if (endedCount == 3 && tracer > 0)
            kill(tracer, SIGKILL);
        inputs[endedCount]->closeWriteEnd();
        QVERIFY(eventually([&] { return isReaped(others[endedCount]); }));
        ++endedCount;
    }
    const bool isCollectedLast = endedCount == others.size();
    inputs.clear();
    QVERIFY(eventually([] { return !hasChildren(); }));
    if (tracer <= 0)
        QSKIP("No process can be traced here.");
    QVERIFY(!isCollectedLast);
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
