// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "childprocesstest.h"
#include "forkedcopy.h"
#include "lifeline.h"
#include "testpipe.h"

#include <ForkFd/run.h>
#include <ForkFd/runqueue.h>

#include <QtCore/QElapsedTimer>
#include <QtCore/QFutureWatcher>
#include <QtCore/QPromise>

#include <atomic>
#include <cstdlib>

using ForkFd::RunOptions;
using ForkFd::RunResult;
using namespace std::chrono_literals;

/// run() needs no application object, and works while one is created or destroyed and while the process
/// ends.
/// Holds: R6.
class tst_FutureApplication : public ProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void noApplication();
    void canceledWithoutApplication();
    void queueWithoutApplication();
    void liveWithoutApplication();
    void runningAcrossApplications();
    void applicationsComeAndGo();
    void inForkedCopy();
    void copyExits_data();
    void copyExits();
    void exitOfTheProcess_data();
    void exitOfTheProcess();

protected:
    void warmUp() override
    {
        ProcessTest::warmUp();
        Application application;
        run("exit 0").then([](const RunResult &) {}).waitForFinished();
        Process process; // Starts the keeper.
        process.start(ChildProcessTest::childProgram(), ChildProcessTest::words("sleep"));
        process.stop();
        QVERIFY(process.waitForFinished());
    }

private:
    /// An application object until the end of the scope.
    struct Application
    {
        int argc = 1;
        char name[12] = "application";
        char *argv[2] = {name, nullptr};
        QCoreApplication object{argc, argv};
    };

    static QFuture<RunResult> run(const char *command, const RunOptions &options = {})
    {
        return ForkFd::run(ChildProcessTest::childProgram(), ChildProcessTest::words(command), options);
    }
};

void tst_FutureApplication::noApplication()
{
    QVERIFY(!QCoreApplication::instance());
    QCOMPARE(text(run("exit 3").result().exitInfo), "exited with code 3");
    // Qt itself cannot wait for a continuation after the application object was destroyed.
    std::atomic<int> code = 0;
    const auto keep = [&code](const RunResult &result) { code = result.exitInfo.code; };
    const QFuture<void> kept = run("exit 3").then(keep);
    QVERIFY(eventually([&kept] { return kept.isFinished(); }));
    QCOMPARE(code.load(), 3);
}

void tst_FutureApplication::canceledWithoutApplication()
{
    Lifeline lifeline;
    TestPipe ready;
    RunOptions options;
    options.stopGrace = 1h;
    options.launchOptions.fileDescriptors = {lifeline.asDescriptor(), {8, ready.writeEnd()}};
    QFuture<RunResult> future = run("write 1 8 sleep", options);
    QCOMPARE(ready.read(), "x");
    lifeline.letGo();
    future.cancel();
    future.waitForFinished();
    QVERIFY(lifeline.isCut());
}

// A waiting program can be canceled, although Qt delivers no event.
void tst_FutureApplication::queueWithoutApplication()
{
    TestPipe go;
    RunOptions options;
    options.launchOptions.fileDescriptors = {{8, go.readEnd()}};
    ForkFd::RunQueue queue(1);
    const QString program = ChildProcessTest::childProgram();
    QFuture<RunResult> first = queue.run(program, {u"eof"_s, u"8"_s}, options);
    QFuture<RunResult> canceled = queue.run(program, {u"exit"_s, u"4"_s});
    QFuture<RunResult> last = queue.run(program, {u"exit"_s, u"3"_s});
    canceled.cancel();
    canceled.waitForFinished();
    QVERIFY(!first.isFinished());
    QCOMPARE(queue.pendingCount(), 1);
    go.closeWriteEnd();
    QCOMPARE(text(last.result().exitInfo), "exited with code 3");
    QVERIFY(queue.waitForDone());
}

// Neither a line nor the end of another future needs an application.
void tst_FutureApplication::liveWithoutApplication()
{
    QVERIFY(!QCoreApplication::instance());
    QPromise<void> stop;
    stop.start();
    std::atomic<int> lineCount = 0;
    RunOptions options;
    options.stopWhen = stop.future();
    options.onLine = [&](ForkFd::ChildProcess::ProcessChannel, const QByteArray &line) {
        if (++lineCount == 2 && line == "two")
            stop.finish();
    };
    QFuture<RunResult> future =
        ForkFd::run(u"sh"_s, {u"-c"_s, u"echo one; echo two; exec sleep 600"_s}, options);
    const RunResult result = future.result();
    QCOMPARE(text(result.exitInfo), "killed by SIGTERM");
    QCOMPARE(result.standardOutput, "one\ntwo\n");
    QVERIFY(result.outputComplete);
    future.waitForFinished();
    QCOMPARE(lineCount.load(), 2);
}

void tst_FutureApplication::runningAcrossApplications()
{
    TestPipe go;
    RunOptions options;
    options.launchOptions.fileDescriptors = {{8, go.readEnd()}};
    QFuture<RunResult> future;
    {
        Application application;
        future = run("eof 8 write 5 1 exit 3", options);
        QFutureWatcher<RunResult> watcher;
        watcher.setFuture(future);
        QCoreApplication::processEvents();
    }
    Application application;
    QFutureWatcher<RunResult> watcher;
    QSignalSpy finished(&watcher, &QFutureWatcher<RunResult>::finished);
    watcher.setFuture(future);
    go.closeWriteEnd();
    QVERIFY(ChildProcessTest::comes(finished));
    QCOMPARE(future.result().standardOutput, "xxxxx");
}

// The application object is destroyed while the library's threads report ends.
void tst_FutureApplication::applicationsComeAndGo()
{
    for (int i = 0; i < 100; ++i) {
        QFuture<RunResult> canceled;
        {
            Application application;
            canceled = run("sleep");
            QFutureWatcher<RunResult> watcher;
            watcher.setFuture(run("exit 3"));
            QCOMPARE(run("exit 3").result().exitInfo.code, 3);
            canceled.cancel();
        }
        canceled.waitForFinished();
    }
}

// The copy starts its own thread for run(), and does not touch the parent's children.
void tst_FutureApplication::inForkedCopy()
{
    if (isCopyUnableToAllocate)
        QSKIP("Before Clang 18 the address sanitizer's allocator may be locked for ever in a copy.");
    Lifeline lifeline;
    RunOptions options;
    options.launchOptions.fileDescriptors = {lifeline.asDescriptor()};
    QFuture<RunResult> future = run("sleep", options);
    const QByteArray result = ::inForkedCopy([] {
        QFuture<RunResult> canceled = run("sleep");
        canceled.cancel();
        canceled.waitForFinished();
        return text(run("exit 3").result().exitInfo);
    });
    QCOMPARE(result, "exited with code 3");
    QVERIFY(!future.isFinished());
    lifeline.letGo();
    QVERIFY(!lifeline.isCut());
    future.cancel();
    future.waitForFinished();
}

void tst_FutureApplication::copyExits_data()
{
    QTest::addColumn<bool>("hasOwnThread");
    QTest::newRow("parent alone has run()") << false;
    QTest::newRow("both have") << true;
}

// The copy ends by exit(3). The library's exit function runs once, although the parent has registered
// it, too. A second run would wait five seconds for a thread that has ended.
void tst_FutureApplication::copyExits()
{
    if (isCopyUnableToAllocate)
        QSKIP("Before Clang 18 the address sanitizer's allocator may be locked for ever in a copy.");
    QFETCH(const bool, hasOwnThread);
    Lifeline lifeline;
    RunOptions options;
    TestPipe ready;
    options.launchOptions.fileDescriptors = {lifeline.asDescriptor(), {8, ready.writeEnd()}};
    QFuture<RunResult> future = run("write 1 8 sleep", options);
    QCOMPARE(ready.read(), "x");
    QElapsedTimer timer;
    timer.start();
    const QByteArray result = ::inForkedCopy([hasOwnThread]() -> QByteArray {
        if (hasOwnThread)
            run("exit 3").waitForFinished();
        std::exit(0);
    });
    QVERIFY(timer.elapsed() < 5000);
    // The address sanitizer reports the memory of the parent's threads as leaked.
    QVERIFY2(result.isEmpty() || isUnderAddressSanitizer, result.constData());
    QVERIFY(!future.isFinished());
    lifeline.letGo();
    QVERIFY(!lifeline.isCut());
    future.cancel();
    future.waitForFinished();
}

void tst_FutureApplication::exitOfTheProcess_data()
{
    QTest::addColumn<QString>("how");
    for (const char *how :
         {"return", "application", "thread", "continuation", "blocked", "static", "queue", "waiting"})
        QTest::newRow(how) << QString::fromLatin1(how);
}

// The process ends at once, and ends all its children.
void tst_FutureApplication::exitOfTheProcess()
{
    QFETCH(const QString, how);
    Lifeline lifeline;
    TestPipe ready;
    ForkFd::LaunchOptions options;
    options.fileDescriptors = {lifeline.asDescriptor(), {7, ready.readEnd()}, {8, ready.writeEnd()}};
    Process program;
    program.setLaunchOptions(options);
    program.start(QStringLiteral(FORKFD_TEST_FUTURES), {how});
    lifeline.letGo();
    QVERIFY(program.waitForFinished());
    QCOMPARE(program.readAllStandardError(), "");
    QCOMPARE(text(program.exitInfo()), "exited with code 0");
    QVERIFY(lifeline.comesToBeCut());
}

QTEST_APPLESS_MAIN(tst_FutureApplication)
#include "tst_future_application.moc"
