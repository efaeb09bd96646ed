// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "childprocesstest.h"
#include "sigchldhandler.h"
#include "worker.h"

#include <QtCore/QEventLoop>
#include <QtCore/QScopeGuard>
#include <QtCore/QSemaphore>
#include <QtCore/QThread>
#include <QtCore/QTimer>

#include <array>
#include <atomic>
#include <thread>

/// Objects in several threads, and objects that move to another thread.
/// Holds: H2 (movedInSlot), H4, H17 (failureMovedInSlot).
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
    void movedDuringWait();
    void failureMovedInSlot_data();
    void failureMovedInSlot();
    void movedBeforeTheEnd_data();
    void movedBeforeTheEnd();
    void startedWhileItsThreadEnds_data();
    void startedWhileItsThreadEnds();
};

// Qt is not instrumented. Data that its locks protect, such as events between threads, looks
// unprotected.
void tst_Threads::init()
{
    ChildProcessTest::init();
    if (isUnderThreadSanitizer && QTest::currentTestFunction() != QByteArray("inManyThreads"))
        QSKIP("The thread sanitizer sees nothing of Qt's synchronisation.");
}

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
    QTRY_COMPARE_WITH_TIMEOUT(end.count, 1, 60000);
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

        QTRY_COMPARE_WITH_TIMEOUT(end.count, 1, 60000);
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
        QTRY_COMPARE_WITH_TIMEOUT(end.count, 1, 60000);
        QCOMPARE(end.code, 3);
        QCOMPARE(end.thread, &worker);
        worker.run([&] {
            QCOMPARE(process->readAll(), "abc");
            process.reset();
        });
    }
}

// The wait that the object has left once took away that the new thread was owed the end.
void tst_Threads::movedDuringWait()
{
    Worker worker;
    auto process = std::make_unique<Process>();
    connect(process.get(), &Process::readyRead, process.get(), [&] {
        process->moveToThread(&worker);
        worker.run([&] { QVERIFY(!process->waitForFinished(1)); });
    });
    process->start(childProgram(), words("write 1 1 echo exit 3"));
    QVERIFY(!process->waitForFinished());
    worker.run([&] {
        process->disconnect(process.get());
        process->closeWriteChannel();
        while (process->state() != Process::NotRunning)
            QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
        QVERIFY(process->waitForFinished(1));
        QVERIFY(!process->waitForFinished(1));
        process.reset();
    });
}

void tst_Threads::failureMovedInSlot_data()
{
    QTest::addColumn<QString>("program");
    QTest::addColumn<QString>("directory");
    QTest::addColumn<int>("niceValue");
    QTest::newRow("found by the options") << childProgram() << QString() << 1000;
    QTest::newRow("found inside start()") << childProgram() << u"/no/such"_s << 0;
    QTest::newRow("found later") << u"/no/such"_s << QString() << 0;
}

// Both threads reported the failure.
void tst_Threads::failureMovedInSlot()
{
    QFETCH(const QString, program);
    QFETCH(const QString, directory);
    QFETCH(const int, niceValue);
    Worker worker;
    for (int i = 0; i < 20; ++i) {
        auto process = std::make_unique<Process>();
        std::atomic<int> failures = 0;
        std::atomic<int> ends = 0;
        std::atomic<int> endsElsewhere = 0;
        connect(process.get(), &Process::stateChanged, process.get(), [&](Process::ProcessState state) {
            if (state == Process::Starting)
                process->moveToThread(&worker);
        });
        connect(process.get(), &Process::errorOccurred, process.get(), [&] { ++failures; });
        connect(process.get(), &Process::ended, process.get(), [&] {
            endsElsewhere += QThread::currentThread() != &worker;
            ++ends;
        });
        if (niceValue != 0) {
            ForkFd::LaunchOptions options;
            options.niceValue = niceValue;
            process->setLaunchOptions(options);
        }
        process->setWorkingDirectory(directory);
        process->start(program, {u"exit"_s, u"0"_s});
        QTRY_COMPARE(ends, 1);
        worker.run([&] { process.reset(); });
        QCOMPARE(failures, 1);
        QCOMPARE(ends, 1);
        QCOMPARE(endsElsewhere, 0);
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

    QTRY_COMPARE_WITH_TIMEOUT(end.count, 1, 60000);
    QCOMPARE(end.thread, &worker);
    QCOMPARE(started, 1);
    worker.run([&] {
        QCOMPARE(process->readAll().size(), 3);
        process.reset();
    });
    QCOMPARE(end.count, 1);
}

void tst_Threads::startedWhileItsThreadEnds_data()
{
    QTest::addColumn<bool>("isFirst");
    QTest::newRow("the thread's first child") << true;
    QTest::newRow("the thread's second child") << false;
}

// A slot of QThread::finished() starts the child. The thread, started again, never heard of its end.
void tst_Threads::startedWhileItsThreadEnds()
{
    QFETCH(const bool, isFirst);
    Worker worker;
    End end;
    std::unique_ptr<Process> process;
    worker.run([&] {
        process = std::make_unique<Process>();
        end.note(*process);
        if (!isFirst)
            process->start(childProgram(), words("exit 4"));
    });
    const int before = isFirst ? 0 : 1;
    QTRY_COMPARE(end.count, before);
    QObject::connect(
        &worker, &QThread::finished, &worker,
        [&process] { process->start(childProgram(), words("exit 3")); },
        Qt::ConnectionType(Qt::DirectConnection | Qt::SingleShotConnection));
    worker.quit();
    worker.wait();
    QCOMPARE(end.count, before);
    worker.start();
    QTRY_COMPARE(end.count, before + 1);
    QCOMPARE(end.code, 3);
    worker.run([&process] { process.reset(); });
}

QTEST_GUILESS_MAIN(tst_Threads)
#include "tst_threads.moc"
