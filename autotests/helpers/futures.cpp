// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// A program that ends while run() runs children. Its argument says how it ends: "return" from main(),
// with an "application" object on the stack, by exit() in a "thread", in a "continuation" or while a
// "blocked" continuation never returns, or "static": a static destructor calls run() once more, or
// "queue": programs of a RunQueue wait, or "waiting": a static destructor waits for
// those programs. Each child holds descriptor 9 and writes a byte to descriptor 8
// when it runs.

#include <ForkFd/run.h>
#include <ForkFd/runqueue.h>

#include <QtCore/QCoreApplication>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>

#include <unistd.h>

using ForkFd::RunOptions;
using ForkFd::RunResult;

namespace {

RunOptions childOptions()
{
    RunOptions options;
    options.stopGrace = std::chrono::hours(1);
    options.launchOptions.fileDescriptors = {{8, 8}, {9, 9}};
    return options;
}

QFuture<RunResult> runChild(const QString &words)
{
    return ForkFd::run(QStringLiteral(FORKFD_TEST_CHILD), words.split(u' '), childOptions());
}

// Calls run() in a static destructor. If run() waits for ever here, the test fails.
struct RunsAtExit
{
    ~RunsAtExit()
    {
        if (runChild(QStringLiteral("sleep")).result().startError.errorCode != EAGAIN)
            _exit(1);
    }
};

// Is older than the library's exit function, and so destroyed after it.
struct Manager
{
    ~Manager()
    {
        if (queue.runningCount() == 0)
            return;
        queue.cancelAll();
        if (queue.waitForDone())
            _exit(1);
    }

    ForkFd::RunQueue queue{2};
};

} // namespace

int main(int argc, char **argv)
{
    const std::string how = argc > 1 ? argv[1] : "";
    std::unique_ptr<QCoreApplication> application;
    if (how == "application")
        application = std::make_unique<QCoreApplication>(argc, argv);
    static std::unique_ptr<RunsAtExit> atExit;
    if (how == "static")
        atExit = std::make_unique<RunsAtExit>();

    if (how == "waiting") {
        static Manager manager;
        for (int i = 0; i < 5; ++i)
            static_cast<void>(manager.queue.run(QStringLiteral(FORKFD_TEST_CHILD),
                                                {QStringLiteral("sleep")}, childOptions()));
    }

    const QFuture<RunResult> sleeping = runChild(QStringLiteral("ignore 15 write 1 8 sleep"));
    const QFuture<RunResult> stopped = runChild(QStringLiteral("ignore 15 write 1 8 sleep"));
    char bytes[2];
    for (ssize_t count = 0; count < 2;)
        count += ::read(7, bytes, sizeof bytes);
    QFuture<RunResult>(stopped).cancel();

    static std::unique_ptr<ForkFd::RunQueue> queue;
    if (how == "queue") {
        queue = std::make_unique<ForkFd::RunQueue>(2);
        for (int i = 0; i < 100; ++i)
            static_cast<void>(queue->run(QStringLiteral(FORKFD_TEST_CHILD),
                                         {QStringLiteral("burn"), QStringLiteral("2")}, childOptions()));
    }

    if (how == "thread")
        std::thread([] { std::exit(0); }).join();
    if (how == "continuation")
        runChild(QStringLiteral("burn 1"))
            .then([](const RunResult &) { std::exit(0); })
            .waitForFinished();
    if (how == "blocked") {
        static std::atomic<bool> hasEntered; // Static: the other thread uses it after this block.
        auto blocked = runChild(QStringLiteral("burn 1")).then([](const RunResult &) {
            hasEntered = true;
            hasEntered.notify_one();
            while (true)
                ::pause();
        });
        hasEntered.wait(false);
    }
    return 0;
}
