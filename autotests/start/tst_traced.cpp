// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "forkedcopy.h"
#include "processtest.h"
#include "testpipe.h"

#include <QtCore/QFile>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <ctime>
#include <optional>

#include <unistd.h>

using std::chrono::milliseconds;

namespace {

bool isZombie(pid_t pid)
{
    QFile status(QStringLiteral("/proc/%1/stat").arg(pid));
    return status.open(QIODevice::ReadOnly) && status.readAll().contains(") Z ");
}

} // namespace

/// A child that a debugger holds ends before it can be collected. The library neither misses that end
/// nor spins until it can collect it.
/// Holds: P2.
class tst_Traced : public ProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void waited();
    void notWaitingIsQuick();
    void dropped();

private:
    void endTracer();

    std::optional<ForkFd::Child> m_process;
    pid_t m_tracer = 0; ///< Holds m_process, which has ended.
};

void tst_Traced::init()
{
    ProcessTest::init();
    TestPipe output;
    m_process = ForkFd::spawn(child({"traced", "exit", "42"}),
                              {.fileDescriptors = {{STDOUT_FILENO, output.writeEnd()}}});
    QVERIFY(m_process);
    output.closeWriteEnd();
    m_tracer = output.read().toInt();
    if (m_tracer == 0)
        QSKIP("Tracing is not allowed here.");
    QVERIFY(eventually([this] { return isZombie(m_process->pid()); }));
}

void tst_Traced::endTracer()
{
    if (m_tracer > 0)
        ::kill(m_tracer, SIGKILL);
    m_tracer = 0;
}

void tst_Traced::cleanup()
{
    endTracer();
    if (m_process)
        m_process->wait();
    m_process.reset();
    ProcessTest::cleanup();
}

void tst_Traced::waited()
{
    QVERIFY(!m_process->wait(milliseconds(0)));
    const std::clock_t before = std::clock();
    QVERIFY(!m_process->wait(milliseconds(300)));
    QVERIFY(std::clock() - before < CLOCKS_PER_SEC / 10);

    endTracer();
    QCOMPARE(text(m_process->wait().value()), "exited with code 42");
}

void tst_Traced::notWaitingIsQuick()
{
    using Clock = std::chrono::steady_clock;
    Clock::duration quickest = std::chrono::hours(1);
    for (int i = 0; i < 100; ++i) {
        const auto begin = Clock::now();
        QVERIFY(!m_process->wait(milliseconds(0)));
        quickest = std::min(quickest, Clock::now() - begin);
    }
    QVERIFY(quickest < milliseconds(1));
}

void tst_Traced::dropped()
{
    m_process.reset();
    auto other = ForkFd::spawn(child({"sleep"}));
    QVERIFY(other);
    const std::clock_t before = std::clock();
    QVERIFY(!other->wait(milliseconds(300)));
    QVERIFY(std::clock() - before < CLOCKS_PER_SEC / 10);
    QVERIFY(other->sendSignal(SIGKILL));
    QVERIFY(other->wait());

    QVERIFY(hasChildren());
    endTracer();
    QVERIFY(eventually([] { return !hasChildren(); }));
}

QTEST_GUILESS_MAIN(tst_Traced)
#include "tst_traced.moc"
