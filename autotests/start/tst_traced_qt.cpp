// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "childprocesstest.h"

#include <QtCore/QEventLoop>
#include <QtCore/QTimer>

#include <csignal>
#include <ctime>
#include <thread>

/// A traced child looks ended long before it can be collected. Until then no thread spins, and the end
/// is not missed.
/// Holds: P2.
class tst_TracedQt : public ChildProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void eventLoop();
    void waitForFinished();
    void firstWaitThenEventLoop();

private:
    static pid_t startTraced(Process &process);
};

// Starts a child that exits and cannot be collected. Returns its tracer, or 0 if tracing is forbidden.
pid_t tst_TracedQt::startTraced(Process &process)
{
    process.start(childProgram(), words("traced exit 7"));
    return process.waitForReadyRead() ? process.readAll().trimmed().toInt() : 0;
}

void tst_TracedQt::eventLoop()
{
    Process process;
    QSignalSpy finished(&process, &Process::finished);
    const pid_t tracer = startTraced(process);
    if (tracer == 0)
        QSKIP("Tracing is not allowed here.");
    QEventLoop loop;
    QTimer::singleShot(500, &loop, &QEventLoop::quit); // A spinning thread would use visible time.
    const std::clock_t before = std::clock();
    loop.exec();
    QVERIFY(std::clock() - before < CLOCKS_PER_SEC / 4);
    QCOMPARE(finished.size(), 0);
    QCOMPARE(process.state(), Process::Running);

    QCOMPARE(::kill(tracer, SIGKILL), 0);
    QVERIFY(comes(finished));
    QCOMPARE(process.exitCode(), 7);
}

void tst_TracedQt::waitForFinished()
{
    Process process;
    const pid_t tracer = startTraced(process);
    if (tracer == 0)
        QSKIP("Tracing is not allowed here.");
    const std::clock_t before = std::clock();
    QVERIFY(!process.waitForFinished(500));
    QVERIFY(std::clock() - before < CLOCKS_PER_SEC / 4);
    QCOMPARE(process.error(), Process::Timedout);
    QCOMPARE(process.state(), Process::Running);

    QCOMPARE(::kill(tracer, SIGKILL), 0);
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitCode(), 7);
}

// The wait had set the descriptor aside for a moment, before the thread had an event loop. Nothing
// looked at it again.
void tst_TracedQt::firstWaitThenEventLoop()
{
    bool isTraced = false;
    int exitCode = 0;
    std::thread([&] {
        Process process;
        const pid_t tracer = startTraced(process);
        isTraced = tracer != 0;
        if (!isTraced || process.waitForFinished(100))
            return;
        QEventLoop loop;
        connect(&process, &Process::finished, &loop, &QEventLoop::quit);
        QTimer::singleShot(0, &loop, [tracer] { ::kill(tracer, SIGKILL); });
        QTimer::singleShot(20000, &loop, &QEventLoop::quit);
        loop.exec();
        exitCode = process.exitCode();
    }).join();
    if (!isTraced)
        QSKIP("Tracing is not allowed here.");
    QCOMPARE(exitCode, 7);
}

QTEST_GUILESS_MAIN(tst_TracedQt)
#include "tst_traced_qt.moc"
