// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "queuetest.h"

#include <QtCore/QMutex>
#include <QtCore/QThread>

#include <mutex>
#include <stdexcept>

using ForkFd::ChildProcess;

/// RunOptions::environmentChanges and onStarted. The other members have tests of their own.
/// Holds: R10 (beforeTheOutput, inItsContext, inAQueue).
class tst_RunOptions : public QueueTest
{
    Q_OBJECT

private Q_SLOTS:
    void environmentChanges_data();
    void environmentChanges();
    void wrongName();
    void changesOfAnEarlierEnvironment();
    void beforeTheOutput_data();
    void beforeTheOutput();
    void inItsContext();
    void onlyTheStart();
    void failedStart();
    void inAQueue();
    void exception();
};

namespace {

/// What the functions were called with, in order. Any thread.
class Calls
{
public:
    void add(const QByteArray &call)
    {
        const std::lock_guard lock(m_mutex);
        m_calls += call;
    }
    QByteArrayList list()
    {
        const std::lock_guard lock(m_mutex);
        return m_calls;
    }

private:
    QMutex m_mutex;
    QByteArrayList m_calls;
};

QProcessEnvironment environmentWith(const QString &name, const QString &value)
{
    QProcessEnvironment environment;
    environment.insert(name, value);
    return environment;
}

} // namespace

void tst_RunOptions::environmentChanges_data()
{
    QTest::addColumn<QProcessEnvironment>("environment");
    QTest::addColumn<QVariantMap>("changes");
    QTest::addColumn<QByteArray>("output");
    const QProcessEnvironment inherited(QProcessEnvironment::InheritFromParent);
    const QVariant removed = QVariant::fromValue(nullptr);
    QTest::newRow("none") << inherited << QVariantMap() << QByteArray("ours\n(unset)\n");
    QTest::newRow("set") << inherited << QVariantMap{{u"FORKFD_B"_s, u"x=y z"_s}}
                         << QByteArray("ours\nx=y z\n");
    QTest::newRow("set a number, and another value")
        << inherited << QVariantMap{{u"FORKFD_A"_s, u""_s}, {u"FORKFD_B"_s, 3}} << QByteArray("\n3\n");
    QTest::newRow("remove") << inherited << QVariantMap{{u"FORKFD_A"_s, removed}}
                            << QByteArray("(unset)\n(unset)\n");
    QTest::newRow("of another environment")
        << environmentWith(u"FORKFD_B"_s, u"whole"_s) << QVariantMap{{u"FORKFD_A"_s, u"new"_s}}
        << QByteArray("new\nwhole\n");
    QTest::newRow("remove from another environment")
        << environmentWith(u"FORKFD_B"_s, u"whole"_s) << QVariantMap{{u"FORKFD_B"_s, removed}}
        << QByteArray("(unset)\n(unset)\n");
}

void tst_RunOptions::environmentChanges()
{
    QFETCH(const QProcessEnvironment, environment);
    QFETCH(const QVariantMap, changes);
    QFETCH(const QByteArray, output);
    qputenv("FORKFD_A", "ours");
    RunOptions options;
    options.environment = environment;
    options.environmentChanges = changes;
    const RunResult result = RunTest::run("env FORKFD_A env FORKFD_B exit 3", options).result();
    qunsetenv("FORKFD_A");
    QCOMPARE(endOf(result), "exited with code 3");
    QCOMPARE(result.standardOutput, output);
}

void tst_RunOptions::wrongName()
{
    RunOptions options;
    options.environmentChanges = {{u"A=B"_s, u"x"_s}};
    QCOMPARE(endOf(RunTest::run("exit 3", options).result()), "environment: Invalid argument");
}

// The changes apply to the environment of the call, although the program waits for its turn.
void tst_RunOptions::changesOfAnEarlierEnvironment()
{
    RunQueue queue(1);
    Gate gate;
    const QFuture<RunResult> first = gate.enter(queue);
    RunOptions options;
    options.environmentChanges = {{u"FORKFD_B"_s, u"new"_s}};
    qputenv("FORKFD_A", "then");
    QFuture<RunResult> second = QueueTest::run(queue, "env FORKFD_A env FORKFD_B", options);
    qputenv("FORKFD_A", "now");
    gate.open();
    const RunResult result = second.result();
    qunsetenv("FORKFD_A");
    QCOMPARE(result.standardOutput, "then\nnew\n");
    QVERIFY(queue.waitForDone());
}

void tst_RunOptions::beforeTheOutput_data()
{
    QTest::addColumn<bool>("hasOutput");
    QTest::addColumn<bool>("hasLines");
    QTest::newRow("output") << true << false;
    QTest::newRow("lines") << false << true;
    QTest::newRow("both") << true << true;
}

void tst_RunOptions::beforeTheOutput()
{
    QFETCH(const bool, hasOutput);
    QFETCH(const bool, hasLines);
    Calls calls;
    RunOptions options;
    options.onStarted = [&calls](qint64 id) { calls.add(QByteArray::number(id)); };
    if (hasOutput)
        options.onOutput = [&calls](ChildProcess::ProcessChannel, const QByteArray &bytes) {
            calls.add(bytes);
        };
    if (hasLines)
        options.onLine = [&calls](ChildProcess::ProcessChannel, const QByteArray &line) {
            calls.add(line);
        };
    QFuture<RunResult> future = ForkFd::run(u"sh"_s, {u"-c"_s, u"printf $$"_s}, options);
    future.waitForFinished();
    const QByteArray number = future.result().standardOutput;
    QByteArrayList expected(hasOutput && hasLines ? 3 : 2, number);
    QCOMPARE(calls.list(), expected);
}

// The continuation is attached before the program begins.
void tst_RunOptions::inItsContext()
{
    RunQueue queue(1);
    Gate gate;
    const QFuture<RunResult> first = gate.enter(queue);
    QObject context;
    QByteArrayList calls;
    bool isOtherThread = false;
    const QThread *here = QThread::currentThread();
    RunOptions options;
    options.context = &context;
    options.onStarted = [&](qint64 id) {
        isOtherThread = isOtherThread || QThread::currentThread() != here;
        calls += id > 0 ? "started" : "no number";
    };
    options.onLine = [&](ChildProcess::ProcessChannel, const QByteArray &line) { calls += line; };
    const QFuture<void> end = queue.run(u"sh"_s, {u"-c"_s, u"echo a; echo b"_s}, options)
                                  .then(&context, [&calls](const RunResult &) { calls += "end"; });
    gate.open();
    QTRY_VERIFY(end.isFinished());
    QVERIFY(!isOtherThread);
    QCOMPARE(calls, (QByteArrayList{"started", "a", "b", "end"}));
}

// Without functions for output it is kept as always, and not handed over piece by piece.
void tst_RunOptions::onlyTheStart()
{
    Calls calls;
    RunOptions options;
    options.maxOutput = 1000;
    options.maxUndelivered = 1;
    options.onStarted = [&calls](qint64 id) { calls.add(id > 0 ? "started" : "no number"); };
    QFuture<RunResult> future = RunTest::run("write 300000 1 exit 3", options);
    future.waitForFinished();
    const RunResult result = future.result();
    QCOMPARE(calls.list(), QByteArrayList{"started"});
    QCOMPARE(endOf(result), "exited with code 3");
    QCOMPARE(result.standardOutput, QByteArray(1000, 'x'));
    QVERIFY(!result.outputComplete);
}

void tst_RunOptions::failedStart()
{
    Calls calls;
    RunOptions options;
    options.onStarted = [&calls](qint64) { calls.add("started"); };
    QFuture<RunResult> future = ForkFd::run(u"/no/such/program"_s, {}, options);
    future.waitForFinished();
    QCOMPARE(endOf(future.result()), "exec: No such file or directory");
    QCOMPARE(calls.list(), QByteArrayList());
}

// A program that waits for its turn has not begun.
void tst_RunOptions::inAQueue()
{
    RunQueue queue(1);
    Gate gate;
    const QFuture<RunResult> first = gate.enter(queue);
    Calls calls;
    RunOptions options;
    options.onStarted = [&calls](qint64) { calls.add("started"); };
    const QFuture<RunResult> second = QueueTest::run(queue, "exit 0", options);
    QCOMPARE(queue.pendingCount(), 1);
    const QByteArrayList before = calls.list();
    gate.open();
    QVERIFY(queue.waitForDone());
    QCOMPARE(before, QByteArrayList());
    QCOMPARE(calls.list(), QByteArrayList{"started"});
}

void tst_RunOptions::exception()
{
    QTest::ignoreMessage(QtWarningMsg, "ForkFd::run: onStarted has thrown: oh");
    RunOptions options;
    options.onStarted = [](qint64) { throw std::runtime_error("oh"); };
    QFuture<RunResult> future = RunTest::run("exit 3", options);
    future.waitForFinished();
    QCOMPARE(endOf(future.result()), "exited with code 3");
}

QTEST_GUILESS_MAIN(tst_RunOptions)
#include "tst_runoptions.moc"
