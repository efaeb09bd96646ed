// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "runtest.h"
#include "testpipe.h"

#include <ForkFd/runqueue.h>

#include <QtCore/QCoreApplication>
#include <QtCore/QFutureInterface>
#include <QtCore/QFutureWatcher>
#include <QtCore/QMutex>
#include <QtCore/QPromise>
#include <QtCore/QSemaphore>
#include <QtCore/QThread>

#include <atomic>
#include <memory>
#include <mutex>
#include <stdexcept>

#include <sys/ioctl.h>
#include <sys/prctl.h>

using ForkFd::ChildProcess;
using ForkFd::RunOptions;
using ForkFd::RunQueue;
using ForkFd::RunResult;
using namespace std::chrono_literals;

/// Output of run() while the program runs.
/// Holds: R10.
class tst_LiveOutput : public RunTest
{
    Q_OBJECT

private Q_SLOTS:
    void lines_data();
    void lines();
    void output_data();
    void output();
    void beforeTheEnd();
    void inItsContext();
    void beforeAWatcher();
    void manyShortLines();
    void eventLoopInAFunction();
    void functionsEndInTheirContext();
    void futureEndsElsewhere();
    void nothingWaits();
    void programWaits_data();
    void programWaits();
    void exceptions();
    void blockingFunctions();

private:
    static QFuture<RunResult> shell(const QString &script, const RunOptions &options)
    {
        return ForkFd::run(u"sh"_s, {u"-c"_s, script}, options);
    }
};

void tst_LiveOutput::lines_data()
{
    QTest::addColumn<QString>("script");
    QTest::addColumn<QByteArrayList>("expected");
    QTest::newRow("none") << u"exit 0"_s << QByteArrayList();
    QTest::newRow("one") << u"echo a"_s << QByteArrayList{"0a"};
    QTest::newRow("an empty one") << u"echo; echo a"_s << QByteArrayList{"0", "0a"};
    QTest::newRow("unfinished") << u"echo a; printf b"_s << QByteArrayList{"0a", "0b"};
    QTest::newRow("in pieces") << u"printf a; read go <&8; echo b; printf c"_s
                               << QByteArrayList{"0ab", "0c"};
    QTest::newRow("of a terminal") << u"printf 'a\\r\\nb\\rc\\r\\n'"_s << QByteArrayList{"0a", "0b\rc"};
    QTest::newRow("of both") << u"printf a; echo b >&2; printf c >&2; exec 2>&-; echo d"_s
                             << QByteArrayList{"1b", "0ad", "1c"};
}

void tst_LiveOutput::lines()
{
    QFETCH(const QString, script);
    QFETCH(QByteArrayList, expected);
    TestPipe go;
    QByteArrayList seen;
    RunOptions options;
    options.launchOptions.fileDescriptors = {{8, go.readEnd()}};
    options.onOutput = [&go](ChildProcess::ProcessChannel, const QByteArray &) { go.closeWriteEnd(); };
    options.onLine = [&seen](ChildProcess::ProcessChannel channel, const QByteArray &line) {
        seen += QByteArray::number(channel) + line;
    };
    auto future = shell(script, options);
    future.waitForFinished(); // Has seen the last call, too.
    std::sort(seen.begin(), seen.end()); // The two channels have no order.
    std::sort(expected.begin(), expected.end());
    QCOMPARE(seen, expected);
}

void tst_LiveOutput::output_data()
{
    QTest::addColumn<bool>("isMerged");
    QTest::addColumn<qint64>("limit");
    QTest::newRow("all") << false << qint64(0);
    QTest::newRow("merged") << true << qint64(0);
    QTest::newRow("only the first bytes are kept") << false << qint64(1000);
    QTest::newRow("as many are kept") << false << qint64(300010);
}

// The functions get all output, whatever is kept.
void tst_LiveOutput::output()
{
    QFETCH(const bool, isMerged);
    QFETCH(const qint64, limit);
    QByteArray seen[2];
    RunOptions options;
    options.mergedChannels = isMerged;
    options.maxOutput = limit;
    options.onOutput = [&seen](ChildProcess::ProcessChannel channel, const QByteArray &bytes) {
        seen[channel] += bytes;
    };
    auto future = run("write 300000 1 write 200000 2 write 5 1 write 5 1 exit 3", options);
    const RunResult result = future.result();
    future.waitForFinished();
    const qsizetype sizes[] = {isMerged ? 500010 : 300010, isMerged ? 0 : 200000};
    QCOMPARE(seen[0], QByteArray(sizes[0], 'x'));
    QCOMPARE(seen[1], QByteArray(sizes[1], 'x'));
    const qsizetype kept = limit > 0 ? limit : sizes[0];
    QCOMPARE(result.standardOutput.size(), std::min(sizes[0], kept));
    QCOMPARE(result.standardError.size(), std::min(sizes[1], kept));
    QCOMPARE(result.outputComplete, limit == 0 || limit >= sizes[0]);
}

void tst_LiveOutput::beforeTheEnd()
{
    TestPipe go;
    std::atomic<bool> hasCome = false;
    RunOptions options;
    options.launchOptions.fileDescriptors = {{8, go.readEnd()}};
    options.onLine = [&hasCome](ChildProcess::ProcessChannel, const QByteArray &line) {
        hasCome = line == "hello";
    };
    QFuture<RunResult> future = ForkFd::run(u"sh"_s, {u"-c"_s, u"echo hello; read x <&8"_s}, options);
    QTRY_VERIFY(hasCome);
    QVERIFY(!future.isFinished());
    go.closeWriteEnd();
    future.waitForFinished();
}

// In order, and before the continuation.
void tst_LiveOutput::inItsContext()
{
    QObject context;
    QByteArrayList seen;
    bool isOtherThread = false;
    const QThread *here = QThread::currentThread();
    RunOptions options;
    options.context = &context;
    options.onLine = [&](ChildProcess::ProcessChannel, const QByteArray &line) {
        isOtherThread = isOtherThread || QThread::currentThread() != here;
        seen += line;
    };
    options.onOutput = [&](ChildProcess::ProcessChannel, const QByteArray &bytes) {
        isOtherThread = isOtherThread || QThread::currentThread() != here;
        seen += "output " + QByteArray::number(bytes.count('\n'));
    };
    TestPipe go;
    options.launchOptions.fileDescriptors = {{8, go.readEnd()}};
    const QFuture<void> end = shell(u"echo a; read ok <&8; echo b; printf c"_s, options)
                                  .then(&context, [&](const RunResult &) { seen += "end"; });
    go.closeWriteEnd(); // Not before: a continuation of a finished future is called at once.
    QTRY_VERIFY(end.isFinished());
    QVERIFY(!isOtherThread);
    const qsizetype outputs =
        seen.removeIf([](const QByteArray &text) { return text.startsWith("output"); });
    QVERIFY(outputs >= 1);
    QCOMPARE(seen, (QByteArrayList{"a", "b", "c", "end"}));
}

// Unlike a continuation, the watcher may come late.
void tst_LiveOutput::beforeAWatcher()
{
    QObject context;
    QByteArrayList seen;
    RunOptions options;
    options.context = &context;
    options.onLine = [&seen](ChildProcess::ProcessChannel, const QByteArray &line) { seen += line; };
    QFuture<RunResult> future = shell(u"echo a; printf b"_s, options);
    future.waitForFinished(); // Delivers no events.
    QCOMPARE(seen, QByteArrayList());
    QFutureWatcher<RunResult> watcher;
    connect(&watcher, &QFutureWatcherBase::finished, &context, [&seen] { seen += "end"; });
    watcher.setFuture(future);
    QTRY_VERIFY(seen.contains("end"));
    QCOMPARE(seen, (QByteArrayList{"a", "b", "end"}));
}

// The thread that serves all programs does not divide the output into lines.
void tst_LiveOutput::manyShortLines()
{
    struct Context : QObject
    {
        bool event(QEvent *event) override
        {
            eventCount += event->type() == QEvent::MetaCall ? 1 : 0;
            return QObject::event(event);
        }
        int eventCount = 0;
    } context;
    int lineCount = 0;
    RunOptions options;
    options.context = &context;
    options.onLine = [&](ChildProcess::ProcessChannel, const QByteArray &) { ++lineCount; };
    const QFuture<RunResult> end = shell(u"yes '' | head -c 300000"_s, options);
    QTRY_COMPARE(lineCount, 300000);
    QTRY_VERIFY(end.isFinished());
    QVERIFY2(context.eventCount < 30000, qPrintable(QString::number(context.eventCount)));
}

void tst_LiveOutput::eventLoopInAFunction()
{
    QObject context;
    QByteArrayList seen;
    RunOptions options;
    options.context = &context;
    options.onLine = [&](ChildProcess::ProcessChannel, const QByteArray &line) {
        seen += line;
        if (seen.size() % 100 == 1)
            QCoreApplication::processEvents();
    };
    QFuture<RunResult> end = shell(u"seq 3000; sleep 0.01; seq 3001 6000; printf end"_s, options);
    QTRY_COMPARE(seen.size(), 6001);
    for (int i = 0; i < 6000; ++i)
        QCOMPARE(seen[i], QByteArray::number(i + 1));
    QCOMPARE(seen.last(), "end");
    end.waitForFinished();
}

// The thread of run() once destroyed them: a widget that a function held died in that thread.
void tst_LiveOutput::functionsEndInTheirContext()
{
    QObject context;
    TestPipe go;
    QByteArray seen;
    std::atomic<QThread *> endedIn = nullptr;
    QFuture<RunResult> future = [&] {
        RunOptions options;
        options.context = &context;
        options.launchOptions.fileDescriptors = {{8, go.readEnd()}};
        const std::shared_ptr<void> object(nullptr,
                                           [&endedIn](void *) { endedIn = QThread::currentThread(); });
        options.onOutput = [&seen, object](ChildProcess::ProcessChannel, const QByteArray &bytes) {
            seen += bytes;
        };
        return shell(u"echo a; read x <&8"_s, options);
    }();
    QTRY_COMPARE(seen, "a\n");
    go.closeWriteEnd();
    future.waitForFinished(); // Delivers no events: the context can only destroy them after this.
    QTRY_VERIFY(endedIn.load());
    QCOMPARE(endedIn.load(), QThread::currentThread());
}

// The same for the user's future. An object that it holds may wait for another program.
void tst_LiveOutput::futureEndsElsewhere()
{
    QMutex mutex;
    QByteArray endedIn;
    TestPipe go; // The program ends when this thread has destroyed its copy of the options.
    QFuture<RunResult> future = [&] {
        const std::shared_ptr<void> object(nullptr, [&mutex, &endedIn](void *) {
            char name[16] = {};
            prctl(PR_GET_NAME, name);
            const QMutexLocker lock(&mutex);
            endedIn = name;
        });
        QFutureInterface<void> neverFinished;
        neverFinished.reportStarted();
        RunOptions options;
        options.stopWhen = neverFinished.future();
        options.stopWhen->then([object] {});
        options.launchOptions.fileDescriptors = {{8, go.readEnd()}};
        return run("eof 8", options);
    }();
    go.closeWriteEnd();
    future.waitForFinished();
    const auto name = [&mutex, &endedIn] {
        const QMutexLocker lock(&mutex);
        return endedIn;
    };
    QTRY_VERIFY(!name().isEmpty());
    QCOMPARE(name(), "forkfd-futures");
}

// The context has no event loop until the program has ended.
void tst_LiveOutput::nothingWaits()
{
    QObject context;
    QByteArray seen;
    RunOptions options;
    options.context = &context;
    options.onOutput = [&seen](ChildProcess::ProcessChannel, const QByteArray &bytes) { seen += bytes; };
    QFuture<RunResult> future = run("write 1000000 1 exit 3", options);
    QCOMPARE(endOf(future.result()), "exited with code 3");
    QTRY_COMPARE(seen.size(), 1000000);
}

void tst_LiveOutput::programWaits_data()
{
    QTest::addColumn<bool>("hasContext");
    QTest::newRow("a thread of the library") << false;
    QTest::newRow("a context") << true;
}

// The program writes 20 MB, and tells after each 100 kB. The function gets nothing further until the
// program has stood still for a while. Without maxUndelivered it would run to its end.
void tst_LiveOutput::programWaits()
{
    QFETCH(const bool, hasContext);
    TestPipe progress;
    QSemaphore mayReturn;
    QObject context;
    qint64 delivered = 0;
    RunOptions options;
    options.context = hasContext ? &context : nullptr;
    options.maxUndelivered = 100000;
    options.maxOutput = 1;
    options.launchOptions.fileDescriptors = {{8, progress.writeEnd()}};
    options.onOutput = [&](ChildProcess::ProcessChannel, const QByteArray &bytes) {
        if (!hasContext)
            mayReturn.acquire();
        delivered += bytes.size();
    };
    QByteArray script =
        "i=0; while [ $i -lt 200 ]; do head -c 100000 /dev/zero; printf x >&8; i=$((i+1)); done";
    QFuture<RunResult> future = shell(QString::fromLatin1(script), options);
    progress.closeWriteEnd();
    const auto bytesIn = [](int pipe) {
        int count = 0;
        ioctl(pipe, FIONREAD, &count);
        return count;
    };
    int told = bytesIn(progress.readEnd());
    for (int equalLooks = 0; equalLooks < 20; ++equalLooks) {
        QThread::msleep(10); // Longer looks would only see more of a program that does not wait.
        if (const int now = bytesIn(progress.readEnd()); told == 0 || now != told)
            equalLooks = 0, told = now;
    }
    QVERIFY2(told < 20, qPrintable(QString::number(told)));
    QVERIFY(!future.isFinished());
    mayReturn.release(100000);
    QTRY_VERIFY_WITH_TIMEOUT(future.isFinished(), 60000);
    QTRY_COMPARE(delivered, 20000000);
    QCOMPARE(progress.readAll().size(), 200);
}

void tst_LiveOutput::exceptions()
{
    QTest::ignoreMessage(QtWarningMsg, "ForkFd::run: onLine has thrown: no");
    QTest::ignoreMessage(QtWarningMsg, "ForkFd::run: onLine has thrown an exception");
    std::atomic<int> calls = 0;
    RunOptions options;
    options.onLine = [&calls](ChildProcess::ProcessChannel, const QByteArray &) {
        if (++calls == 1)
            throw std::runtime_error("no");
        if (calls == 2)
            throw 1;
    };
    QFuture<RunResult> future = run("args a b c", options);
    QCOMPARE(future.result().standardOutput, "a\nb\nc\n");
    future.waitForFinished();
    QCOMPARE(calls.load(), 3);
}

// A function may wait for another program.
void tst_LiveOutput::blockingFunctions()
{
    QList<QFuture<RunResult>> futures;
    std::atomic<int> sum = 0;
    for (int i = 0; i < 20; ++i) {
        RunOptions options;
        options.onLine = [&sum](ChildProcess::ProcessChannel, const QByteArray &) {
            sum += run("exit 3").result().exitInfo.code;
        };
        futures += run("args a b", options);
    }
    for (QFuture<RunResult> &future : futures)
        future.waitForFinished();
    QCOMPARE(sum.load(), 20 * 2 * 3);
}

QTEST_GUILESS_MAIN(tst_LiveOutput)
#include "tst_liveoutput.moc"
