// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "childprocesstest.h"
#include "forkedcopy.h"

#include <ForkFd/run.h>

#include <QtCore/QEventLoop>
#include <QtCore/QTemporaryDir>

#include <thread>

#include <pthread.h>
#include <unistd.h>

namespace {

using Policy = Process::DestructionPolicy;
using Use = void (*)();

/// Lets a cancellation request take effect that is already pending.
void admitCancellation()
{
    ::pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, nullptr);
}

void start(Process &process, const char *command)
{
    process.start(ChildProcessTest::childProgram(), ChildProcessTest::words(command));
}

void destroy()
{
    Process process;
    start(process, "sleep");
    process.waitForStarted();
    admitCancellation();
}

void startInEventLoop()
{
    const QEventLoop loop; // Gives the thread an event dispatcher.
    Process process;
    process.setDestructionPolicy(Policy::Kill);
    admitCancellation();
    start(process, "exit 0");
}

void startRedirected()
{
    const QTemporaryDir directory;
    Process process;
    process.setStandardOutputFile(directory.filePath(u"output"_s));
    process.setDestructionPolicy(Policy::Kill);
    admitCancellation();
    start(process, "exit 0");
}

void startDetached()
{
    Process process;
    process.setProgram(ChildProcessTest::childProgram());
    process.setArguments(ChildProcessTest::words("exit 0"));
    admitCancellation();
    process.startDetached();
}

void runProgram()
{
    admitCancellation();
    const auto future = ForkFd::run(ChildProcessTest::childProgram(), ChildProcessTest::words("exit 0"));
}

void cancelFuture()
{
    auto future = ForkFd::run(ChildProcessTest::childProgram(), ChildProcessTest::words("sleep"));
    admitCancellation();
    future.cancel();
}

void awaitModifier()
{
    Process process;
    process.setDestructionPolicy(Policy::Kill);
    process.setChildProcessModifier([] { ::pause(); });
    start(process, "exit 0");
    admitCancellation();
    process.waitForFinished();
}

void awaitWriting()
{
    Process process;
    process.setDestructionPolicy(Policy::Kill);
    start(process, "sleep");
    process.waitForStarted();
    process.write(QByteArray(1024 * 1024, 'x'));
    admitCancellation();
    process.waitForBytesWritten();
    process.waitForFinished();
}

/// Returns how a thread ends that is cancelled as soon as `use` enables cancellation.
QByteArray outcomeIn(Use use)
{
    const char *outcome = "cancelled in it";
    std::thread thread([&outcome, use] {
        ::pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, nullptr);
        ::pthread_cancel(::pthread_self());
        use();
        outcome = "cancelled afterwards";
        ::pthread_testcancel();
        outcome = "not cancelled";
    });
    thread.join();
    Process::waitForStopped(std::chrono::milliseconds(-1));
    eventually([] { return !hasChildren(); });
    return outcome;
}

} // namespace

/// pthread_cancel() ends a thread that waits in the Qt class, and never ends the program.
/// Holds: B3.
class tst_Cancellation_Qt : public ChildProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void pending_data();
    void pending();
};

void tst_Cancellation_Qt::pending_data()
{
    QTest::addColumn<Use>("use");
    QTest::addColumn<QByteArray>("outcome");
    const QByteArray afterwards = "cancelled afterwards";
    const QByteArray within = "cancelled in it";
    QTest::newRow("destructor") << Use(destroy) << afterwards;
    QTest::newRow("start, event loop") << Use(startInEventLoop) << afterwards;
    QTest::newRow("start, redirected") << Use(startRedirected) << afterwards;
    QTest::newRow("startDetached") << Use(startDetached) << afterwards;
    QTest::newRow("run") << Use(runProgram) << afterwards;
    QTest::newRow("cancel a future") << Use(cancelFuture) << afterwards;
    QTest::newRow("wait, modifier") << Use(awaitModifier) << within;
    QTest::newRow("wait, written") << Use(awaitWriting) << within;
}

// Most rows once ended in std::terminate(): cancellation in poll(2), read(2) and write(2) unwound
// through noexcept functions.
void tst_Cancellation_Qt::pending()
{
    QFETCH(const Use, use);
    QFETCH(const QByteArray, outcome);
    if (isUnderThreadSanitizer)
        QSKIP("The sanitizer sees no atomics of a thread that was cancelled within an interceptor.");
    QCOMPARE(inForkedCopy([use] { return outcomeIn(use); }), outcome);
}

QTEST_GUILESS_MAIN(tst_Cancellation_Qt)
#include "tst_cancellation_qt.moc"
