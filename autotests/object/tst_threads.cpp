// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "childprocesstest.h"
#include "sigchldhandler.h"

#include <QtCore/QEventLoop>
#include <QtCore/QScopeGuard>
#include <QtCore/QSemaphore>
#include <QtCore/QThread>
#include <QtCore/QTimer>

#include <array>
#include <atomic>
#include <functional>
#include <thread>

/// Objects in several threads, objects that move to another thread, and objects in threads that end.
/// Holds: H2 (movedInSlot), H4.
class tst_Threads : public ChildProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void inWorker();
    void inManyThreads();
    void beforeTheEventLoop_data();
    void beforeTheEventLoop();
    void moved_data();
    void moved();
    void movedInSlot_data();
    void movedInSlot();
    void movedBeforeTheEnd_data();
    void movedBeforeTheEnd();
    void outlivesItsThread();
    void leavesTheThreadThatEnded();
    void threadStartsAgain();
    void threadStartsAgainAtOnce();
    void nextLifeGoesOn_data();
    void nextLifeGoesOn();
    void inThreadLocalDestructor();
};

// Qt is not instrumented. Data that its locks protect, such as events between threads, looks
// unprotected.
void tst_Threads::init()
{
    ChildProcessTest::init();
    if (isUnderThreadSanitizer && QTest::currentTestFunction() != QByteArray("inManyThreads"))
        QSKIP("The thread sanitizer sees nothing of Qt's synchronisation.");
}

namespace {

/// A thread with an event loop until the end of the scope.
class Worker : public QThread
{
public:
    Worker()
    {
        m_context.moveToThread(this);
        start();
    }
    ~Worker() override { end(); }

    /// Runs a function in the thread and waits until it returns.
    void run(const std::function<void()> &function)
    {
        QMetaObject::invokeMethod(&m_context, function, Qt::BlockingQueuedConnection);
    }
    QObject &context() { return m_context; }
    void end()
    {
        quit();
        wait();
    }

private:
    using QThread::run;
    QObject m_context;
};

/// Runs a function at the very end of a thread, after QThread has reported the end.
struct AtThreadExit
{
    std::function<void()> function;
    ~AtThreadExit() { function(); }
};

/// The end of a child, noted in the thread that gets the signal.
struct End
{
    std::atomic<int> count = 0;
    std::atomic<int> code = -1;
    std::atomic<QThread *> thread = nullptr;

    void note(Process &process)
    {
        QObject::connect(&process, &Process::finished, &process, [this](int exitCode) {
            code = exitCode;
            thread = QThread::currentThread();
            ++count;
        });
    }
};

} // namespace

void tst_Threads::inWorker()
{
    Worker worker;
    End end;
    std::unique_ptr<Process> process;
    worker.run([&] {
        process = std::make_unique<Process>();
        end.note(*process);
        process->start(childProgram(), words("write 100000 1 exit 3"));
    });
    QTRY_COMPARE(end.count, 1);
    QCOMPARE(end.code, 3);
    QCOMPARE(end.thread, &worker);
    worker.run([&] {
        QCOMPARE(process->bytesAvailable(), 100000);
        process.reset();
    });
}

void tst_Threads::inManyThreads()
{
    constexpr int threadCount = 8;
    constexpr int childCount = 100; // Together the children stay below the usual limit of descriptors.
    std::atomic<int> right = 0;
    const auto runMany = [&right] {
        QEventLoop loop;
        QTimer::singleShot(120000, &loop, &QEventLoop::quit);
        std::array<Process, childCount> processes;
        std::array<int, childCount> codes = {};
        std::size_t ended = 0;
        for (std::size_t i = 0; i < processes.size(); ++i) {
            connect(&processes[i], &Process::finished, &processes[i], [&, i](int code) {
                codes[i] += code;
                if (++ended == processes.size())
                    loop.quit();
            });
            // One descriptor per child.
            processes[i].setProcessChannelMode(Process::ForwardedChannels);
            processes[i].setInputChannelMode(Process::ForwardedInputChannel);
            processes[i].start(childProgram(), {u"exit"_s, QString::number(i + 1)});
        }
        loop.exec();
        for (std::size_t i = 0; i < processes.size(); ++i)
            right += codes[i] == static_cast<int>(i + 1);
    };
    std::vector<std::thread> threads;
    for (int i = 0; i < threadCount; ++i)
        threads.emplace_back(runMany);
    for (std::thread &thread : threads)
        thread.join();
    QCOMPARE(right, threadCount * childCount);
}

void tst_Threads::beforeTheEventLoop_data()
{
    QTest::addColumn<bool>("isOfQt");
    QTest::newRow("a thread of Qt") << true;
    QTest::newRow("a thread of the standard library") << false;
}

void tst_Threads::beforeTheEventLoop()
{
    QFETCH(const bool, isOfQt);
    End end;
    const auto body = [&end] {
        Process process;
        end.note(process);
        process.start(childProgram(), words("write 3 1 exit 3"));
        QEventLoop loop;
        QTimer::singleShot(60000, &loop, &QEventLoop::quit);
        connect(&process, &Process::finished, &loop, &QEventLoop::quit);
        loop.exec();
    };
    if (isOfQt) {
        const std::unique_ptr<QThread> thread(QThread::create(body));
        thread->start();
        thread->wait();
    } else {
        std::thread(body).join();
    }
    QCOMPARE(end.count, 1);
    QCOMPARE(end.code, 3);
}

void tst_Threads::moved_data()
{
    QTest::addColumn<bool>("isRunning");
    QTest::newRow("while Starting") << false;
    QTest::newRow("while Running") << true;
}

void tst_Threads::moved()
{
    QFETCH(const bool, isRunning);
    constexpr int size = 500000; // Some of the data is in transit, in both directions.
    Worker worker;
    for (int i = 0; i < 20; ++i) {
        auto process = std::make_unique<Process>();
        End end;
        end.note(*process);
        std::atomic<int> started = 0;
        connect(process.get(), &Process::started, [&] { ++started; });
        process->start(childProgram(), words("echo exit 3"));
        process->write(QByteArray(size, 'x'));
        process->closeWriteChannel();
        if (isRunning)
            QVERIFY(process->waitForReadyRead());
        QCOMPARE(process->state(), isRunning ? Process::Running : Process::Starting);
        process->moveToThread(&worker);

        QTRY_COMPARE(end.count, 1);
        QCOMPARE(end.code, 3);
        QCOMPARE(end.thread, &worker);
        QCOMPARE(started, 1);
        worker.run([&] {
            QCOMPARE(process->readAll().count('x'), size);
            process.reset();
        });
        QCOMPARE(end.count, 1);
    }
}

void tst_Threads::movedInSlot_data()
{
    QTest::addColumn<QString>("signal");
    for (const char *signal :
         {"stateChanged Starting", "stateChanged Running", "started", "bytesWritten 3", "readyRead",
          "channelReadyRead 0", "readyReadStandardOutput"})
        QTest::newRow(signal) << QString::fromLatin1(signal);
}

void tst_Threads::movedInSlot()
{
    QFETCH(const QString, signal);
    Worker worker;
    for (int i = 0; i < 20; ++i) {
        auto process = std::make_unique<Process>();
        End end;
        end.note(*process);
        atEverySignal(process.get(), [&, self = process.get()](const QString &name) {
            if (name == signal && self->thread() == QThread::currentThread())
                self->moveToThread(&worker);
        });
        process->start(childProgram(), words("echo exit 3"));
        const auto feed = [&process] {
            process->write("abc");
            process->closeWriteChannel();
        };
        process->thread() == &worker ? worker.run(feed) : feed();
        QTRY_COMPARE(end.count, 1);
        QCOMPARE(end.code, 3);
        QCOMPARE(end.thread, &worker);
        worker.run([&] {
            QCOMPARE(process->readAll(), "abc");
            process.reset();
        });
    }
}

void tst_Threads::movedBeforeTheEnd_data()
{
    QTest::addColumn<QString>("signal");
    QTest::addColumn<bool>("waits");
    for (const char *signal : {"stateChanged Running", "started", "readyRead", "channelReadyRead 0"}) {
        for (const bool waits : {false, true})
            QTest::addRow("%s%s", signal, waits ? " in a wait" : "")
                << QString::fromLatin1(signal) << waits;
    }
}

// Output and end are ready at once. The old thread must not go on and report the end: both threads once
// reported it.
void tst_Threads::movedBeforeTheEnd()
{
    QFETCH(const QString, signal);
    QFETCH(const bool, waits);
    Worker worker;
    auto process = std::make_unique<Process>();
    End end;
    end.note(*process);
    std::atomic<int> started = 0;
    connect(process.get(), &Process::started, process.get(), [&] { ++started; });
    QSemaphore hasLeft;
    QTimer::singleShot(0, &worker.context(), [&] { hasLeft.acquire(); }); // The worker is late.
    const auto letWorkerCome = qScopeGuard([&] { hasLeft.release(); });
    bool hasMoved = false;
    atEverySignal(process.get(), [&, self = process.get()](const QString &name) {
        if (name != signal || std::exchange(hasMoved, true))
            return;
        self->moveToThread(&worker);
    });
    process->start(childProgram(), words("write 3 1 exit 3"));
    awaitEnd(static_cast<pid_t>(process->processId()));
    if (waits)
        QVERIFY(!process->waitForFinished());
    QTRY_VERIFY(hasMoved);
    QCoreApplication::processEvents(); // Handle the old thread's remaining events.
    QCOMPARE(end.count, 0);
    hasLeft.release();

    QTRY_COMPARE(end.count, 1);
    QCOMPARE(end.thread, &worker);
    QCOMPARE(started, 1);
    worker.run([&] {
        QCOMPARE(process->readAll().size(), 3);
        process.reset();
    });
    QCOMPARE(end.count, 1);
}

void tst_Threads::outlivesItsThread()
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

void tst_Threads::leavesTheThreadThatEnded()
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
void tst_Threads::threadStartsAgain()
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
void tst_Threads::threadStartsAgainAtOnce()
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

void tst_Threads::nextLifeGoesOn_data()
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
void tst_Threads::nextLifeGoesOn()
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

// Thread-local objects that are older than the thread's hub are destroyed after it.
void tst_Threads::inThreadLocalDestructor()
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

QTEST_GUILESS_MAIN(tst_Threads)
#include "tst_threads.moc"
