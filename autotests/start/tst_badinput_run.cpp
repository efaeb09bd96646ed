// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "runtest.h"

#include <ForkFd/runqueue.h>

#include <QtCore/QPromise>
#include <QtCore/QTemporaryDir>

#include <cerrno>
#include <climits>
#include <limits>

using ForkFd::RunOptions;
using ForkFd::RunResult;
using ForkFd::StartError;
using std::chrono::milliseconds;

/// docs/bad-input.md, run(), RunQueue and startDetached(): each row gives one clear error, and the next
/// program runs.
/// Holds: L3.
class tst_BadInputRun : public RunTest
{
    Q_OBJECT

private Q_SLOTS:
    void failure_data();
    void failure();
    void detachedFailure_data() { failure_data(); }
    void detachedFailure();
    void numbers_data();
    void numbers();
    void wrongSignals_data();
    void wrongSignals();
    void queueSizes_data();
    void queueSizes();
};

void tst_BadInputRun::failure_data()
{
    QTest::addColumn<QString>("program");
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QString>("directory");
    QTest::addColumn<StartError>("error");
    const auto row = [](const char *name, const QString &program, const StartError &error,
                        const QStringList &arguments = {}, const QString &directory = {}) {
        QTest::newRow(name) << program << arguments << directory << error;
    };
    row("no program", QString(), {"program", EINVAL});
    row("NUL in the program", u"/bin\0/sh"_s, {"program", EINVAL});
    row("NUL in an argument", childProgram(), {"argument", EINVAL}, {u"a\0b"_s});
    row("NUL in the directory", childProgram(), {"workingDirectory", EINVAL}, {}, u"/\0"_s);
    row("a directory", u"/"_s, {"exec", EACCES});
    row("no such program", u"/no/such/program"_s, {"exec", ENOENT});
    row("a name of 256 bytes", u'/' + QString(256, u'x'), {"exec", ENAMETOOLONG});
    row("an argument too long", childProgram(), {"exec", E2BIG}, {QString(1 << 20, u'x')});
    row("no such directory", childProgram(), {"workingDirectory", ENOENT}, {}, u"/no/such"_s);
    row("a file for a directory", childProgram(), {"workingDirectory", ENOTDIR}, {}, childProgram());
}

void tst_BadInputRun::failure()
{
    QFETCH(const QString, program);
    QFETCH(const QStringList, arguments);
    QFETCH(const QString, directory);
    QFETCH(const StartError, error);
    const RunOptions options = {.workingDirectory = directory};
    QCOMPARE(endOf(ForkFd::run(program, arguments, options).result()), text(error));
    ForkFd::RunQueue queue;
    auto first = queue.run(program, arguments, options);
    auto second = queue.run(childProgram(), words("exit 42"));
    QCOMPARE(endOf(first.result()), text(error));
    QCOMPARE(endOf(second.result()), "exited with code 42");
    QCOMPARE(endOf(run("exit 42").result()), "exited with code 42");
}

void tst_BadInputRun::detachedFailure()
{
    QFETCH(const QString, program);
    QFETCH(const QStringList, arguments);
    QFETCH(const QString, directory);
    QFETCH(const StartError, error);
    Process process;
    process.setProgram(program);
    process.setArguments(arguments);
    process.setWorkingDirectory(directory);
    qint64 pid = 4711;
    QVERIFY(!process.startDetached(&pid));
    QCOMPARE(pid, -1);
    QCOMPARE(text(process.startError()), text(error));
    QVERIFY(!Process::startDetached(program, arguments, directory, &pid));
    QCOMPARE(pid, -1);
    process.setWorkingDirectory(QString());
    process.start(childProgram(), words("exit 42"));
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitCode(), 42);
}

void tst_BadInputRun::numbers_data()
{
    QTest::addColumn<RunOptions>("options");
    for (const milliseconds time :
         {milliseconds::min(), milliseconds(-1), milliseconds(INT_MAX), milliseconds::max()}) {
        const QByteArray name = QByteArray::number(qlonglong(time.count()));
        QTest::newRow("limit " + name) << RunOptions{.timeLimit = time};
        QTest::newRow("grace " + name) << RunOptions{.stopGrace = time};
        QTest::newRow("drain " + name) << RunOptions{.drainTimeout = time};
        QTest::newRow("leftovers " + name) << RunOptions{.leftoverGrace = time};
    }
    for (const qint64 size :
         {std::numeric_limits<qint64>::min(), qint64(-1), std::numeric_limits<qint64>::max()})
        QTest::newRow("output " + QByteArray::number(size)) << RunOptions{.maxOutput = size};
}

// Negative numbers count as zero, which is no limit; the largest count as no limit.
void tst_BadInputRun::numbers()
{
    QFETCH(const RunOptions, options);
    const RunResult result = run("write 100000 1", options).result();
    QCOMPARE(endOf(result), "exited with code 0");
    QVERIFY(!result.timeLimitExceeded);
    QCOMPARE(result.standardOutput.size(), 100'000);
    auto stopped = run("sleep", options);
    stopped.cancel();
    stopped.waitForFinished();
    QCOMPARE(endOf(run("exit 42").result()), "exited with code 42");
}

void tst_BadInputRun::wrongSignals_data()
{
    QTest::addColumn<int>("signal");
    for (const int signal : {INT_MIN, -1, 65, 1'000'000, INT_MAX})
        QTest::newRow(QByteArray::number(signal)) << signal;
}

void tst_BadInputRun::wrongSignals()
{
    QFETCH(const int, signal);
    QPromise<void> stop;
    stop.start();
    const RunOptions options = {
        .stopWhen = stop.future(),
        .stopSignal = signal,
        .onStarted = [&stop](qint64) { stop.finish(); },
    };
    QTest::ignoreMessage(
        QtWarningMsg, "ChildProcess::setStopSignal: There is no signal " + QByteArray::number(signal));
    QCOMPARE(endOf(run("sleep", options).result()), "killed by SIGTERM");
    QCOMPARE(endOf(run("exit 42").result()), "exited with code 42");
}

void tst_BadInputRun::queueSizes_data()
{
    QTest::addColumn<int>("size");
    for (const int size : {INT_MIN, -1, 0, 1, INT_MAX})
        QTest::newRow(QByteArray::number(size)) << size;
}

void tst_BadInputRun::queueSizes()
{
    QFETCH(const int, size);
    ForkFd::RunQueue queue;
    queue.setMaxInFlight(size);
    QVERIFY(queue.maxInFlight() >= 1);
    QCOMPARE(endOf(queue.run(childProgram(), words("exit 42")).result()), "exited with code 42");
    QVERIFY(queue.waitForDone(milliseconds::max()));
    QVERIFY(queue.waitForDone(milliseconds::min()));
}

QTEST_GUILESS_MAIN(tst_BadInputRun)
#include "tst_badinput_run.moc"
