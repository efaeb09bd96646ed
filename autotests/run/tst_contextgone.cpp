// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "runtest.h"
#include "testpipe.h"

#include <QtCore/QCoreApplication>
#include <QtCore/QThread>

#include <atomic>
#include <memory>

#include <malloc.h>

using ForkFd::ChildProcess;
using ForkFd::RunOptions;
using ForkFd::RunResult;

/// Output of run() whose context is destroyed while the program runs.
/// Holds: R10.
class tst_ContextGone : public RunTest
{
    Q_OBJECT

private Q_SLOTS:
    void nothingIsCalled_data();
    void nothingIsCalled();
    void goesAtAnyMoment();
    void goesInAFunction();
    void programDoesNotWait();
    void nothingIsKept_data();
    void nothingIsKept();

private:
    static qint64 allocatedBytes();
};

void tst_ContextGone::nothingIsCalled_data()
{
    QTest::addColumn<bool>("isDisconnected");
    QTest::newRow("destroyed") << false;
    QTest::newRow("disconnected, then destroyed") << true;
}

void tst_ContextGone::nothingIsCalled()
{
    QFETCH(const bool, isDisconnected);
    TestPipe go;
    auto context = std::make_unique<QObject>();
    std::atomic<int> calls = 0;
    RunOptions options;
    options.context = context.get();
    options.launchOptions.fileDescriptors = {{8, go.readEnd()}};
    options.onOutput = [&calls](ChildProcess::ProcessChannel, const QByteArray &) { ++calls; };
    QFuture<RunResult> future = run("write 5 1 eof 8 write 5 1", options);
    if (isDisconnected)
        context->disconnect(); // Removes all connections to signals of the context, the library's too.
    context.reset();
    go.closeWriteEnd();
    QCOMPARE(future.result().standardOutput, "xxxxxxxxxx");
    QCoreApplication::processEvents();
    QCOMPARE(calls.load(), 0);
}

void tst_ContextGone::goesAtAnyMoment()
{
    for (int i = 0; i < 50; ++i) {
        QThread thread;
        auto *context = new QObject;
        const auto isGone = std::make_shared<bool>(false); // Used only by the thread.
        bool isCalledTooLate = false;
        QObject::connect(context, &QObject::destroyed, context, [isGone] { *isGone = true; });
        context->moveToThread(&thread);
        RunOptions options;
        options.context = context;
        options.onOutput = [&](ChildProcess::ProcessChannel, const QByteArray &) {
            isCalledTooLate = isCalledTooLate || *isGone;
        };
        QFuture<RunResult> future = run("write 5 1 burn 1 write 5 2 write 5 1", options);
        QObject::connect(&thread, &QThread::started, context, &QObject::deleteLater);
        thread.start();
        future.waitForFinished();
        thread.quit();
        thread.wait();
        QVERIFY(*isGone);
        QVERIFY(!isCalledTooLate);
    }
}

// Nothing takes the output when the context has gone.
void tst_ContextGone::programDoesNotWait()
{
    auto context = std::make_unique<QObject>();
    TestPipe full;
    RunOptions options;
    options.context = context.get();
    options.maxUndelivered = 1000;
    options.launchOptions.fileDescriptors = {{8, full.writeEnd()}};
    options.onOutput = [](ChildProcess::ProcessChannel, const QByteArray &) {};
    QFuture<RunResult> future = run("write 100000 1 write 1 8 write 1000000 1 exit 3", options);
    full.closeWriteEnd();
    context.reset();
    QCOMPARE(future.result().exitInfo.code, 3);
    QCOMPARE(future.result().standardOutput.size(), 1100000);
}

// The function destroys its context while more calls of the function are queued.
void tst_ContextGone::goesInAFunction()
{
    auto context = std::make_unique<QObject>();
    int calls = 0;
    RunOptions options;
    options.context = context.get();
    options.onLine = [&](ChildProcess::ProcessChannel, const QByteArray &) {
        ++calls;
        context.reset();
    };
    QFuture<RunResult> future = run("args a b c", options);
    QTRY_VERIFY(!context);
    future.waitForFinished();
    QCoreApplication::processEvents();
    QCOMPARE(calls, 1);
}

// Not the resident memory: libc may keep the pages of freed memory.
qint64 tst_ContextGone::allocatedBytes()
{
    const struct mallinfo2 info = ::mallinfo2();
    return static_cast<qint64>(info.uordblks + info.hblkhd);
}

void tst_ContextGone::nothingIsKept_data()
{
    QTest::addColumn<bool>("isEarly");
    QTest::newRow("that comes later") << true;
    QTest::newRow("that waits") << false;
}

// All output of a program that runs on once stayed in memory until its end.
void tst_ContextGone::nothingIsKept()
{
    if (isUnderAddressSanitizer || isUnderThreadSanitizer)
        QSKIP("A sanitizer has an allocator of its own");
    QFETCH(const bool, isEarly);
    auto context = std::make_unique<QObject>();
    TestPipe begin;
    TestPipe written;
    TestPipe end;
    RunOptions options;
    options.context = context.get();
    options.maxOutput = 1;
    options.onLine = [](ChildProcess::ProcessChannel, const QByteArray &) {};
    options.launchOptions.fileDescriptors = {
        {7, begin.readEnd()}, {8, written.writeEnd()}, {9, end.readEnd()}};
    const qint64 before = allocatedBytes();
    QFuture<RunResult> future = run("eof 7 write 50000000 1 write 1 8 eof 9", options);
    written.closeWriteEnd();
    if (isEarly)
        context.reset();
    begin.closeWriteEnd();
    QCOMPARE(written.read(), "x");
    context.reset();
    const qint64 grown = allocatedBytes() - before;
    end.closeWriteEnd();
    QCOMPARE(endOf(future.result()), "exited with code 0");
    QVERIFY2(grown < 20000000, qPrintable(QString::number(grown)));
}

QTEST_GUILESS_MAIN(tst_ContextGone)
#include "tst_contextgone.moc"
