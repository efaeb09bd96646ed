// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "childprocesstest.h"
#include "worker.h"

#include <QtCore/QEventLoop>
#include <QtCore/QSemaphore>
#include <QtCore/QThread>

#include <atomic>
#include <functional>
#include <memory>
#include <thread>

namespace {

/// Runs a function at the very end of a thread, after QThread has reported the end.
struct AtThreadExit
{
    std::function<void()> function;
    ~AtThreadExit() { function(); }
};

} // namespace

/// Objects of threads that end, and of threads that start again.
/// Holds: H4.
class tst_EndedThreads : public ChildProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void outlivesItsThread();
    void leavesTheThreadThatEnded();
    void threadStartsAgain();
    void threadStartsAgainAtOnce();
    void nextLifeGoesOn_data();
    void nextLifeGoesOn();
    void nextLifeOfDisconnectedThread_data();
    void nextLifeOfDisconnectedThread();
    void inThreadLocalDestructor();
};

// Qt is not instrumented. Data that its locks protect, such as events between threads, looks
// unprotected.
void tst_EndedThreads::initTestCase()
{
    if (isUnderThreadSanitizer)
        QSKIP("The thread sanitizer sees nothing of Qt's synchronisation.");
}

void tst_EndedThreads::outlivesItsThread()
{
    Worker worker;
    std::unique_ptr<Process> process;
    worker.run([&] {
        process = std::make_unique<Process>();
        process->start(childProgram(), words("sleep"));
        QVERIFY(process->waitForStarted());
    });
    worker.end();
    process.reset(); // Kills the child. cleanup() checks that.
}

void tst_EndedThreads::leavesTheThreadThatEnded()
{
    auto worker = std::make_unique<Worker>();
    std::unique_ptr<Process> process;
    worker->run([&] {
        process = std::make_unique<Process>();
        process->start(childProgram(), words("echo exit 3"));
        process->write("abc");
        QVERIFY(process->waitForReadyRead());
    });
    worker.reset();
    QCOMPARE(process->thread(), nullptr);
    QSignalSpy finished(process.get(), &Process::finished);
    process->moveToThread(QThread::currentThread());
    process->closeWriteChannel();
    QVERIFY(comes(finished));
    QCOMPARE(process->exitCode(), 3);
    QCOMPARE(process->readAll(), "abc");
}

// The object still held the hub of the thread's first life. Deleting the object deleted that hub while
// it was dispatching its event.
void tst_EndedThreads::threadStartsAgain()
{
    Worker worker;
    Process *process = nullptr;
    worker.run([&] {
        process = new Process;
        process->start(childProgram(), words("exit 0"));
        QVERIFY(process->waitForFinished());
    });
    worker.end();
    worker.start();
    End end;
    worker.run([&] {
        end.note(*process);
        connect(process, &Process::finished, [process] { delete process; });
        process->start(childProgram(), words("exit 3"));
    });
    QTRY_COMPARE(end.count, 1);
    QCOMPARE(end.code, 3);
}

// QThread reports its end before it destroys thread-local objects. The hub's notifier was deleted as
// late as they are: the thread's next life had no notifier, or a dangling pointer to it.
void tst_EndedThreads::threadStartsAgainAtOnce()
{
    QSemaphore mayGo;
    QSemaphore hasGone;
    Worker worker;
    std::unique_ptr<Process> process;
    worker.run([&] {
        // Destroyed in reverse order, with the thread's hub between them.
        thread_local const AtThreadExit last{[&] { hasGone.release(); }};
        process = std::make_unique<Process>();
        process->start(childProgram(), words("exit 0"));
        QVERIFY(process->waitForFinished());
        thread_local const AtThreadExit first{[&] { mayGo.tryAcquire(1, 60000); }};
        Q_UNUSED(last)
        Q_UNUSED(first)
    });
    worker.end();
    worker.start();
    End end;
    worker.run([&] {
        end.note(*process);
        process->start(childProgram(), words("echo"));
        process->waitForStarted();
    });
    mayGo.release();
    hasGone.acquire();
    worker.run([&] { process->closeWriteChannel(); });
    QTRY_COMPARE(end.count, 1);
    worker.run([&] { process.reset(); });
}

void tst_EndedThreads::nextLifeGoesOn_data()
{
    QTest::addColumn<bool>("isRunning");
    QTest::addColumn<int>("earlierLives");
    for (const int earlierLives : {0, 1, 2}) {
        QTest::addRow("start, %d earlier", earlierLives) << false << earlierLives;
        QTest::addRow("running child, %d earlier", earlierLives) << true << earlierLives;
    }
}

// The event loop ends before it reports the start or the end. An object that had survived an earlier end
// of its thread stayed Starting, and its running child was never served again.
void tst_EndedThreads::nextLifeGoesOn()
{
    QFETCH(const bool, isRunning);
    QFETCH(const int, earlierLives);
    Worker worker;
    End end;
    std::atomic<int> started = 0;
    std::unique_ptr<Process> process;
    worker.run([&] {
        process = std::make_unique<Process>();
        end.note(*process);
        connect(process.get(), &Process::started, process.get(), [&] { ++started; });
    });
    for (int life = 1; life <= earlierLives; ++life) {
        worker.run([&] { process->start(childProgram(), words("exit 0")); });
        QTRY_COMPARE(end.count, life);
        worker.end();
        worker.start();
    }
    worker.run([&] {
        process->start(childProgram(), words("echo exit 3"));
        if (!isRunning)
            worker.quit();
    });
    if (isRunning)
        QTRY_COMPARE(started, earlierLives + 1);
    worker.end();
    worker.start();
    worker.run([&] { process->closeWriteChannel(); });
    QTRY_COMPARE(end.count, earlierLives + 1);
    QCOMPARE(end.code, 3);
    QCOMPARE(started, earlierLives + 1);
    worker.run([&] { process.reset(); });
}

void tst_EndedThreads::nextLifeOfDisconnectedThread_data()
{
    QTest::addColumn<bool>("isRunning");
    QTest::newRow("start") << false;
    QTest::newRow("running child") << true;
}

// The hub once heard of the thread's end through QThread::finished(). The user's disconnect() removed
// that connection, and the thread's next life lost the start and the end.
void tst_EndedThreads::nextLifeOfDisconnectedThread()
{
    QFETCH(const bool, isRunning);
    Worker worker;
    End end;
    std::atomic<int> started = 0;
    std::unique_ptr<Process> process;
    worker.run([&] {
        process = std::make_unique<Process>();
        end.note(*process);
        connect(process.get(), &Process::started, process.get(), [&] { ++started; });
        process->setProcessChannelMode(Process::ForwardedChannels);
        process->setInputChannelMode(Process::ForwardedInputChannel);
        process->start(childProgram(), words("sleep"));
        if (!isRunning)
            worker.quit();
    });
    if (isRunning)
        QTRY_COMPARE(started, 1);
    worker.disconnect();
    worker.end();
    QCOMPARE(started, isRunning ? 1 : 0);
    worker.start();
    QTRY_COMPARE(started, 1);
    worker.run([&] { process->kill(); });
    QTRY_COMPARE(end.count, 1);
    worker.run([&] { process.reset(); });
}

// Thread-local objects that are older than the thread's hub are destroyed after it.
void tst_EndedThreads::inThreadLocalDestructor()
{
    int code = -1;
    QByteArray output;
    const auto startLate = [&] {
        QByteArrayList dirt(1000, QByteArray(200, 'x')); // Overwrite the freed memory.
        dirt.clear();
        code = Process::execute(childProgram(), words("exit 3"));
        Process process;
        process.start(childProgram(), words("args late"));
        process.waitForFinished();
        output = process.readAll();
    };
    std::thread([&] {
        thread_local const AtThreadExit last{startLate};
        Q_UNUSED(last)
        Process process;
        QEventLoop loop;
        connect(&process, &Process::finished, &loop, &QEventLoop::quit);
        process.start(childProgram(), words("exit 0"));
        loop.exec();
    }).join();
    QCOMPARE(code, 3);
    QCOMPARE(output, "late\n");
}

QTEST_GUILESS_MAIN(tst_EndedThreads)
#include "tst_endedthreads.moc"
