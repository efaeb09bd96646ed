// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "forkedcopy.h"
#include "processtest.h"
#include "testpipe.h"

#include <QtCore/QFile>

#include <atomic>
#include <thread>
#include <vector>

#include <sys/mman.h>

using std::chrono::milliseconds;
using std::chrono::seconds;

/// The library's threads exist while they are needed, and cost little.
/// Holds: B2.
class tst_LibraryThreads : public ProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void processEnds_data();
    void processEnds();
    void processIsEnded_data();
    void processIsEnded();
    void endAndBegin();
    void lockedMemory();
};

void tst_LibraryThreads::processEnds_data()
{
    QTest::addColumn<QByteArray>("mode");
    for (const char *mode :
         {"wait", "leave", "die", "ignore", "stop", "grace", "kill", "leak", "run", "cancel"})
        QTest::newRow(mode) << QByteArray(mode);
}

// main() ends by pthread_exit(): the library's threads kept the process alive for ever. So did the
// keeper after its SIGKILL.
void tst_LibraryThreads::processEnds()
{
    QFETCH(const QByteArray, mode);
    const bool needsCount = mode == "ignore";
    if (needsCount && !FORKFD_TEST_HAS_VFORK)
        QSKIP("POSIX does not tell how many threads there are.");
    if (mode == "die" && !FORKFD_TEST_HAS_VFORK)
        QSKIP("There is no such option.");
    TestPipe output;
    auto process = ForkFd::spawn({{FORKFD_TEST_LASTTHREAD, mode.toStdString()}},
                                 {.fileDescriptors = {{STDOUT_FILENO, output.writeEnd()}}});
    QVERIFY(process);
    const auto info = process->wait(seconds(60));
    if (!info)
        process->sendSignal(SIGKILL);
    QVERIFY(info);
    QCOMPARE(text(*info), "exited with code 0");
}

void tst_LibraryThreads::processIsEnded_data()
{
    QTest::addColumn<QByteArray>("mode");
    QTest::newRow("a child that was left") << QByteArray("living");
    QTest::newRow("a child that dies with it") << QByteArray("dying");
}

// Such a process lives as long as its child, but SIGTERM ends it.
void tst_LibraryThreads::processIsEnded()
{
    QFETCH(const QByteArray, mode);
    if (!FORKFD_TEST_HAS_VFORK)
        QSKIP("POSIX does not tell how many threads there are.");
    TestPipe output;
    TestPipe held;
    auto process =
        ForkFd::spawn({{FORKFD_TEST_LASTTHREAD, mode.toStdString()}},
                      {.fileDescriptors = {{STDOUT_FILENO, output.writeEnd()}}, .processGroup = 0});
    QVERIFY(process);
    QCOMPARE(output.read(), "!");
    QVERIFY(process->sendSignal(SIGTERM));
    const auto info = process->wait(seconds(60));
    ::kill(-process->pid(), SIGKILL); // The child, if it still lives.
    QVERIFY(info);
    QCOMPARE(text(*info), "killed by SIGTERM");
}

// Children are left and collected around the time when the threads end: after two seconds without work.
// So each round waits about that long.
void tst_LibraryThreads::endAndBegin()
{
    std::vector<std::thread> threads;
    std::atomic<int> wrong = 0;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([i, &wrong] {
            for (int round = 0; round < 3; ++round) {
                std::this_thread::sleep_for(milliseconds(1990 + 7 * i + round));
                ForkFd::spawn(child({"exit", "0"})); // Left to the keeper.
                wrong += outcomeOf(child({"exit", "5"})) == "exited with code 5" ? 0 : 1;
            }
        });
    }
    for (std::thread &thread : threads)
        thread.join();
    QCOMPARE(wrong.load(), 0);
    QVERIFY(eventually([] { return !hasChildren(); }));
}

// Each thread locked 8 MiB.
void tst_LibraryThreads::lockedMemory()
{
    const auto locked = [] {
        QFile status(QStringLiteral("/proc/self/status"));
        const bool isOpen = status.open(QFile::ReadOnly);
        const QByteArray text = isOpen ? status.readAll() : QByteArray();
        return text.mid(text.indexOf("VmLck:") + 6).trimmed().split(' ').first().toLong();
    };
    const QByteArray result = inForkedCopy([&]() -> QByteArray {
        if (mlockall(MCL_CURRENT | MCL_FUTURE) != 0)
            return "refused";
        outcomeOf(child({}));
        const long before = locked();
        ForkFd::LaunchOptions options;
        options.dieWithParent = FORKFD_TEST_HAS_VFORK;
        auto process = ForkFd::spawn(child({"sleep"}), options);
        auto left = ForkFd::spawn(child({"sleep"}));
        const pid_t pid = left->pid();
        left.reset();
        const long kibibytes = locked() - before;
        process->sendSignal(SIGKILL);
        process->wait();
        ::kill(pid, SIGKILL);
        eventually([] { return !hasChildren(); });
        return kibibytes < 3 * 1024 ? "little" : QByteArray::number(kibibytes);
    });
    if (result == "refused")
        QSKIP("This system lets us lock no memory.");
    QCOMPARE(result, "little");
}

QTEST_GUILESS_MAIN(tst_LibraryThreads)
#include "tst_librarythreads.moc"
