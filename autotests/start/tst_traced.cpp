// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "forkedcopy.h"
#include "processtest.h"
#include "testpipe.h"

#include <QtCore/QFile>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <optional>

#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

using std::chrono::milliseconds;

namespace {

/// Another process that traces our child, like a debugger. The kernel reports the child's end to the
/// tracer first, which keeps it until this object is destroyed.
class Tracer
{
public:
    Tracer()
    {
        m_pid = fork();
        if (m_pid == 0) {
            m_orders.closeWriteEnd();
            const pid_t tracee = m_orders.read().toInt();
            const bool traces = ptrace(PTRACE_SEIZE, tracee, nullptr, nullptr) == 0;
            m_answers.write(traces ? "traces" : strerror(errno));
            m_orders.read();
            waitpid(tracee, nullptr, __WALL);
            _exit(0);
        }
    }
    ~Tracer()
    {
        m_orders.closeWriteEnd();
        waitpid(m_pid, nullptr, 0);
    }

    /// Returns "traces", or why it cannot.
    QByteArray seize(pid_t tracee)
    {
        m_orders.write(QByteArray::number(tracee));
        return m_answers.read();
    }

private:
    TestPipe m_orders;
    TestPipe m_answers;
    pid_t m_pid;
};

bool isZombie(pid_t pid)
{
    QFile status(QStringLiteral("/proc/%1/stat").arg(pid));
    return status.open(QIODevice::ReadOnly) && status.readAll().contains(") Z ");
}

milliseconds usedByThisProcess()
{
    timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return milliseconds(time.tv_sec * 1000 + time.tv_nsec / 1'000'000);
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
    std::optional<ForkFd::Child> m_process;
    std::optional<Tracer> m_tracer; ///< Holds m_process, which has ended.
};

void tst_Traced::init()
{
    ProcessTest::init();
    m_tracer.emplace();
    TestPipe input;
    m_process =
        ForkFd::spawn(child({"echo", "exit", "42"}), {.fileDescriptors = {{0, input.readEnd()}}});
    QVERIFY(m_process);
    const QByteArray answer = m_tracer->seize(m_process->pid());
    input.closeWriteEnd();
    if (answer != "traces")
        QSKIP("Tracing is forbidden here: " + answer);
    QVERIFY(eventually([this] { return isZombie(m_process->pid()); }));
}

void tst_Traced::cleanup()
{
    m_tracer.reset();
    m_process.reset();
    ProcessTest::cleanup();
}

void tst_Traced::waited()
{
    QVERIFY(!m_process->wait(milliseconds(0)));
    const auto before = usedByThisProcess();
    QVERIFY(!m_process->wait(milliseconds(300)));
    const auto used = usedByThisProcess() - before;
    QVERIFY2(used < milliseconds(100), qPrintable(QString::number(used.count())));

    m_tracer.reset();
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
    const auto before = usedByThisProcess();
    QVERIFY(!other->wait(milliseconds(300)));
    const auto used = usedByThisProcess() - before;
    QVERIFY2(used < milliseconds(100), qPrintable(QString::number(used.count())));
    QVERIFY(other->sendSignal(SIGKILL));
    QVERIFY(other->wait());

    QVERIFY(hasChildren());
    m_tracer.reset();
    QVERIFY(eventually([] { return !hasChildren(); }));
}

QTEST_GUILESS_MAIN(tst_Traced)
#include "tst_traced.moc"
