// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "backgroundtest.h"
#include "forkedcopy.h"
#include "lifeline.h"
#include "testpipe.h"

#include <ForkFd/run.h>

#include <QtCore/QByteArrayList>
#include <QtCore/QFuture>
#include <QtCore/QLoggingCategory>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <thread>

#include <unistd.h>

using ForkFd::RunOptions;
using ForkFd::RunResult;
using ForkFd::StartError;

namespace {

/// A forked copy of the test, in which a thread waits while the process exits. An exit handler that runs
/// later than the library's waits for the thread, as a static thread pool does.
class ExitWithWaiter
{
public:
    /// Both functions run in the copy. `wait` returns its result from another thread, and `await` until
    /// the process may exit.
    static QByteArray result(const std::function<QByteArray()> &wait, const std::function<void()> &await)
    {
        TestPipe report;
        const QByteArray end = ::inForkedCopy([&]() -> QByteArray {
            std::atexit([] {
                thread.join();
                _exit(0); // LeakSanitizer would report what belongs to the original.
            });
            thread = std::thread([&] { report.write(wait()); });
            await();
            std::exit(0);
        });
        report.closeWriteEnd();
        return report.readAll() + end;
    }

private:
    static inline std::thread thread; // clazy:exclude=non-pod-global-static
};

/// In a copy: tells when the library has noticed the end of a child.
class EndLog
{
public:
    void begin()
    {
        output = m_noticed.writeEnd();
        QLoggingCategory::setFilterRules(u"forkfd.childprocess.debug=true"_s);
        qInstallMessageHandler([](QtMsgType, const QMessageLogContext &, const QString &message) {
            if (message.contains(u"exited with code"))
                static_cast<void>(::write(output, "x", 1));
        });
    }
    void await() const { m_noticed.read(); }

private:
    static inline int output = -1;
    TestPipe m_noticed;
};

} // namespace

/// Threads that wait for the library return when the process exits.
/// Holds: R3, L15.
class tst_ExitWaiters : public BackgroundTest
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void start_data();
    void start();
    void future_data();
    void future();
    void futureWithoutAChild();
    void futureWithOutput();
    void futureThatWaitsForItsTree();
    void leftoversLiveOn();

private:
    static QByteArray endOf(const RunResult &result)
    {
        return result.startError.step ? text(result.startError) : text(result.exitInfo);
    }
};

void tst_ExitWaiters::initTestCase()
{
    if (isUnderThreadSanitizer)
        QSKIP(
            "ThreadSanitizer does not support new threads in a forked copy of a process with threads.");
    setPath();
}

void tst_ExitWaiters::start_data()
{
    QTest::addColumn<bool>("isFinishAwaited");
    QTest::newRow("waitForStarted") << false;
    QTest::newRow("waitForFinished") << true;
}

// The thread of the start hangs in open(2).
void tst_ExitWaiters::start()
{
    QFETCH(const bool, isFinishAwaited);
    Fifo fifo;
    TestPipe begun;
    const auto wait = [&]() -> QByteArray {
        Process process;
        process.setStartMode(Process::StartMode::Background);
        process.setStandardInputFile(fifo.name());
        process.start(childProgram(), words("exit 3"));
        begun.write("x");
        const bool isThere = isFinishAwaited ? process.waitForFinished(-1) : process.waitForStarted(-1);
        return isThere ? "success" : text(process.startError());
    };
    QCOMPARE(ExitWithWaiter::result(wait, [&] { begun.read(); }),
             text(StartError{"canceled", ECANCELED}));
}

void tst_ExitWaiters::future_data()
{
    QTest::addColumn<int>("call");
    QTest::newRow("result") << 0;
    if (QT_VERSION
        < QT_VERSION_CHECK(6, 9, 0)) // Qt 6.11 asserts that nothing is taken from a canceled future.
        QTest::newRow("takeResult") << 1;
    QTest::newRow("waitForFinished") << 2;
}

// The program runs, and is killed.
void tst_ExitWaiters::future()
{
    QFETCH(const int, call);
    TestPipe begun;
    const auto wait = [&]() -> QByteArray {
        RunOptions options;
        options.launchOptions.fileDescriptors = {{8, begun.writeEnd()}};
        QFuture<RunResult> future = ForkFd::run(childProgram(), words("write 1 8 sleep"), options);
        begun.write("x");
        if (call == 2)
            future.waitForFinished();
        const QByteArray isCanceled = call == 2 && !future.isCanceled() ? "not canceled, " : "";
        return isCanceled + endOf(call == 1 ? future.takeResult() : future.result());
    };
    const auto await = [&] {
        for (qsizetype count = 0; count < 2;) // The child, and the thread that has called run().
            count += begun.read().size();
    };
    const QByteArray result = ExitWithWaiter::result(wait, await);
    // The program runs, but the library may not have seen yet that its start is over; or it sees that
    // the program was killed.
    const QByteArrayList possible = {text(ForkFd::ExitInfo()), text(StartError{"canceled", ECANCELED}),
                                     "killed by SIGKILL"};
    QVERIFY2(possible.contains(result), result);
}

void tst_ExitWaiters::futureWithoutAChild()
{
    if (!HeldSystemCall(statCall).isPossible())
        QSKIP("This system cannot hold up a system call (seccomp(2), Linux 5.5).");
    HeldSystemCall search(statCall);
    TestPipe begun;
    const auto wait = [&]() -> QByteArray {
        const auto future = search.call([] { return ForkFd::run(u"child"_s, words("exit 3")); });
        begun.write("x");
        return endOf(future.result());
    };
    const auto await = [&] {
        begun.read();
        search.await();
    };
    const QByteArray result = ExitWithWaiter::result(wait, await);
    QCOMPARE(result, text(StartError{"canceled", ECANCELED, "child"}));
}

// The functions for the output are called before the future is finished.
void tst_ExitWaiters::futureWithOutput()
{
    TestPipe begun;
    QByteArray seen;
    const auto runAndWait = [&]() -> QByteArray {
        RunOptions options;
        options.onOutput = [&](ForkFd::ChildProcess::ProcessChannel, const QByteArray &bytes) {
            seen += bytes;
            begun.write("x");
        };
        ForkFd::run(childProgram(), words("write 1 1 sleep"), options).waitForFinished();
        return seen;
    };
    QCOMPARE(ExitWithWaiter::result(runAndWait, [&] { begun.read(); }), "x");
}

// The program has ended, and its result is known.
void tst_ExitWaiters::futureThatWaitsForItsTree()
{
    if (FORKFD_TEST_PORTABLE)
        QSKIP("POSIX does not tell whether a group has a living member.");
    EndLog log;
    const auto wait = [&]() -> QByteArray {
        RunOptions options;
        options.signalScope = ForkFd::ChildProcess::SignalScope::Group;
        options.waitForTree = true;
        log.begin();
        return endOf(
            ForkFd::run(childProgram(), words("leave 1 leave 2 heir 3 sleep"), options).result());
    };
    QCOMPARE(ExitWithWaiter::result(wait, [&] { log.await(); }), "exited with code 3");
}

// Only the options for that kill what a program leaves behind.
void tst_ExitWaiters::leftoversLiveOn()
{
    EndLog log;
    Lifeline lifeline;
    const auto wait = [&]() -> QByteArray {
        RunOptions options;
        options.signalScope = ForkFd::ChildProcess::SignalScope::Group;
        options.leftoverGrace = std::chrono::minutes(10);
        options.launchOptions.fileDescriptors = lifeline.descriptors();
        log.begin();
        const auto command = words("leave 1 leave 2 heir 3 eof 8 write 1 9");
        return endOf(ForkFd::run(childProgram(), command, options).result());
    };
    QCOMPARE(ExitWithWaiter::result(wait, [&] { log.await(); }), "exited with code 3");
    lifeline.letGo();
    QVERIFY(lifeline.isAnsweredBy(1));
}

QTEST_GUILESS_MAIN(tst_ExitWaiters)
#include "tst_exitwaiters.moc"
