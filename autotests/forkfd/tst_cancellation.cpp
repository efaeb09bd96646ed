// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "processtest.h"

#include <ForkFd/forkfd.h>

#include <QtCore/QFile>
#include <QtCore/QTemporaryDir>

#include <atomic>
#include <cerrno>
#include <thread>

#include <pthread.h>
#include <unistd.h>

/// pthread_cancel() ends the thread, and never ends the program.
/// Holds: B3, S14 (pendingWhenAChildEnds).
class tst_Cancellation : public ProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void whileItWaits();
    void pendingWhenAChildEnds();
    void pendingWhenAChildIsStarted();
    void pendingWhenAStartFails_data();
    void pendingWhenAStartFails();
};

// It was std::terminate(): cancellation in poll(2) unwound through a noexcept function.
void tst_Cancellation::whileItWaits()
{
    auto process = ForkFd::spawn(child({"sleep"}));
    QVERIFY(process);
    std::atomic<bool> isAbout = false;
    std::thread thread([&] {
        isAbout = true;
        process->wait();
    });
    QTRY_VERIFY(isAbout);
    ::pthread_cancel(thread.native_handle());
    thread.join();
    process->sendSignal(SIGKILL);
    const auto info = process->wait();
    QVERIFY(info);
    QCOMPARE(info->signal, SIGKILL);
}

// It was std::terminate(): the SIGCHLD handler calls waitid(2), a cancellation point.
void tst_Cancellation::pendingWhenAChildEnds()
{
    std::atomic<int> step = 0;
    // Only one thread does not block the signal, so it gets it.
    sigset_t childSignal;
    ::sigemptyset(&childSignal);
    ::sigaddset(&childSignal, SIGCHLD);
    std::thread thread([&] {
        ::pthread_sigmask(SIG_UNBLOCK, &childSignal, nullptr);
        step = 1;
        while (step != 2) { } // No cancellation point.
        ::pthread_testcancel();
        step = 3;
    });
    ::pthread_sigmask(SIG_BLOCK, &childSignal, nullptr);
    while (step != 1)
        std::this_thread::yield();
    ::pthread_cancel(thread.native_handle());
    auto process = ForkFd::spawn(child({"exit", "3"}));
    QVERIFY(process);
    const auto info = process->wait();
    QVERIFY(info);
    QCOMPARE(info->code, 3);
    step = 2;
    thread.join();
    QVERIFY(step != 3);
    ::pthread_sigmask(SIG_UNBLOCK, &childSignal, nullptr);
}

// The thread is cancelled before the start, or after its object has the child. So no child is lost.
void tst_Cancellation::pendingWhenAChildIsStarted()
{
    if (isUnderThreadSanitizer)
        QSKIP("The sanitizer sees no atomics of a thread that was cancelled within an interceptor.");
    std::atomic<int> step = 0;
    std::thread thread([&] {
        step = 1;
        while (step != 2) { } // No cancellation point.
        auto process = ForkFd::spawn(child({"exit", "3"}));
        process->wait();
        ::pthread_testcancel();
        step = 3;
    });
    while (step != 1)
        std::this_thread::yield();
    ::pthread_cancel(thread.native_handle());
    step = 2;
    thread.join();
    QVERIFY(step != 3);
}

void tst_Cancellation::pendingWhenAStartFails_data()
{
    QTest::addColumn<std::string>("controlGroup");
    QTest::newRow("interpreter") << std::string();
    if (FORKFD_TEST_HAS_VFORK)
        QTest::newRow("control group") << std::string("/nonexistent");
}

// It was std::terminate(): cancellation in open(2) unwound through the function that finds the cause of
// a failed start.
void tst_Cancellation::pendingWhenAStartFails()
{
    QFETCH(const std::string, controlGroup);
    if (isUnderThreadSanitizer)
        QSKIP("The sanitizer sees no atomics of a thread that was cancelled within an interceptor.");
    const QTemporaryDir directory;
    QFile script(directory.filePath(QStringLiteral("script")));
    QVERIFY(script.open(QFile::WriteOnly) && script.write("#!/nonexistent\n") > 0);
    script.close();
    QVERIFY(script.setPermissions(QFile::ReadOwner | QFile::ExeOwner));
    ForkFd::LaunchOptions options;
    options.controlGroup = controlGroup;
    const ForkFd::Command command{{script.fileName().toStdString()}};
    ForkFd::StartError error;
    std::thread thread([&] {
        ::pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, nullptr);
        ::pthread_cancel(::pthread_self());
        ::pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, nullptr);
        ForkFd::spawn(command, options, &error);
        ::pthread_testcancel();
        error = {};
    });
    thread.join();
    QCOMPARE(error.errorCode, ENOENT);
}

QTEST_GUILESS_MAIN(tst_Cancellation)
#include "tst_cancellation.moc"
