// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "stoppingtest.h"
#include "temporarychange.h"
#include "testwalk.h"

#include <ForkFd/forkfd.h>

#include <QtCore/QFile>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <initializer_list>
#include <memory>
#include <new>
#include <optional>
#include <thread>

#include <pthread.h>
#include <sys/resource.h>

using namespace std::chrono_literals;

namespace {

std::atomic<bool> isMemoryShort;
pthread_t mainThread;
std::optional<TemporaryLimit> limitUntilPause; // clazy:exclude=non-pod-global-static

} // namespace

// Replaces nanosleep() for the library, too. A sleep of the main thread ends a shortage of
// descriptors.
extern "C" int nanosleep(const timespec *time, timespec *rest)
{
    if (pthread_equal(pthread_self(), mainThread))
        limitUntilPause.reset();
    const int errorCode = clock_nanosleep(CLOCK_REALTIME, 0, time, rest);
    errno = errorCode;
    return errorCode == 0 ? 0 : -1;
}

// During a memory shortage the library's threads get no memory.
void *operator new(std::size_t size)
{
    void *memory =
        isMemoryShort && !pthread_equal(pthread_self(), mainThread) ? nullptr : std::malloc(size);
    if (!memory)
        throw std::bad_alloc();
    return memory;
}

// Replaced as well, because AddressSanitizer compares the kinds of new and delete.
void *operator new(std::size_t size, const std::nothrow_t &) noexcept
{
    return isMemoryShort && !pthread_equal(pthread_self(), mainThread) ? nullptr : std::malloc(size);
}

void operator delete(void *memory) noexcept
{
    std::free(memory);
}

void operator delete(void *memory, std::size_t) noexcept
{
    std::free(memory);
}

namespace {

using Scope = Process::SignalScope;

class MemoryShortage
{
public:
    MemoryShortage() { isMemoryShort = true; }
    ~MemoryShortage() { isMemoryShort = false; }
};

double ownProcessorTime()
{
    timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

} // namespace

/// Children can be stopped with few descriptors and little memory, however many they are.
/// Holds: P5, R2.
class tst_StoppingShortage : public StoppingTest
{
    Q_OBJECT

protected:
    void warmUp() override
    {
        mainThread = pthread_self();
        StoppingTest::warmUp();
    }

private:
    static void addShortages(std::initializer_list<int> freeDescriptors);
    static int startManySessions(Process &process, Lifeline &lifeline);

private Q_SLOTS:
    void memory_data() { addScopes(); }
    void memory();
    void cgroupWithoutMemory();
    void cgroupsOfDeadPrograms();
    void descriptors_data();
    void descriptors();
    void descriptorsThatComeBack_data();
    void descriptorsThatComeBack();
    void descriptorsComeBackDuringTheCall_data();
    void descriptorsComeBackDuringTheCall();
    void descriptorsGoneDuringTheWalk();
    void forkingLoops();
};

// SIGKILL needs no memory.
void tst_StoppingShortage::memory()
{
    QFETCH(const Scope, scope);
    Lifeline lifeline;
    Process process;
    process.setSignalScope(scope);
    process.setStopGrace(50ms);
    startAndAwait(process, lifeline, "ignore 15 session sleep");
    process.stop();
    {
        const MemoryShortage shortage;
        QVERIFY(lifeline.comesToBeCut());
    }
    QVERIFY(process.waitForFinished());
}

// The keeper has a cgroup to remove. Without memory it once terminated the program.
void tst_StoppingShortage::cgroupWithoutMemory()
{
    if (!TestCgroups::canBeMade())
        QSKIP("No cgroup can be made here.");
    Lifeline lifeline;
    QString prepared;
    {
        Process process;
        process.setSignalScope(Scope::Tree);
        process.setDestructionPolicy(Process::DestructionPolicy::LeaveRunning);
        startAndAwait(process, lifeline, "branch same session exit 0");
        QVERIFY(ends(process));
        prepared = TestCgroups::prepareBelow(TestCgroups::left().value(0));
    }
    QVERIFY(QFile::exists(prepared)); // The library once removed it beside a live process.
    {
        const MemoryShortage shortage;
        QTest::qWait(100); // The keeper tries after 1, 2, 4 ms, and so on.
    }
    QVERIFY(!TestCgroups::left().isEmpty());
    lifeline.cut();
    QTRY_COMPARE_WITH_TIMEOUT(TestCgroups::left(), QStringList(), 40000);
}

// A killed program leaves its cgroups. Later starts remove them.
void tst_StoppingShortage::cgroupsOfDeadPrograms()
{
    if (!TestCgroups::canBeMade())
        QSKIP("No cgroup can be made here.");
    const auto startAnother = [] {
        Process process;
        process.setSignalScope(Scope::Tree);
        process.start(childProgram(), words("exit 0"));
        return process.waitForFinished();
    };
    Lifeline lifeline;
    const qint64 pid = inForkedCopy([&lifeline] {
                           auto *process = new Process; // The copy ends without destructors.
                           process->setSignalScope(Scope::Tree);
                           startAndAwait(*process, lifeline, "session sleep");
                           return QByteArray::number(getpid());
                       }).toLongLong();
    lifeline.letGo();
    const QString prepared = TestCgroups::prepareBelow(TestCgroups::left(pid).value(0));
    QVERIFY(startAnother());
    QVERIFY(QFile::exists(prepared)); // A process still lives beside it.
    lifeline.cut();
    QTRY_VERIFY(startAnother() && TestCgroups::left(pid).isEmpty());
}

// Starts 60 processes, each in another session. Returns the number of the first, or 0.
int tst_StoppingShortage::startManySessions(Process &process, Lifeline &lifeline)
{
    process.setSignalScope(Scope::Tree);
    startAndAwait(process, lifeline, u"/bin/sh"_s,
                  {u"-c"_s,
                   u"i=0; while [ $i -lt 60 ]; do setsid sleep 300 & echo $!; i=$((i+1)); done; "
                   "sleep 0.3; echo ready; wait"_s});
    QByteArray output = process.readAll();
    while (!output.contains("ready") && process.waitForReadyRead())
        output += process.readAll();
    return output.contains("ready") ? output.split('\n').value(0).toInt() : 0;
}

void tst_StoppingShortage::addShortages(std::initializer_list<int> freeDescriptors)
{
    QTest::addColumn<bool>("hasCgroup");
    QTest::addColumn<int>("signal");
    QTest::addColumn<int>("free");
    for (const int signal : {SIGTERM, SIGKILL}) {
        for (const int free : freeDescriptors) {
            if (TestCgroups::canBeMade())
                QTest::addRow("cgroup, signal %d, %d free", signal, free) << true << signal << free;
            QTest::addRow("walk, signal %d, %d free", signal, free) << false << signal << free;
        }
    }
}

void tst_StoppingShortage::descriptors_data()
{
    addShortages({2, 3, 40});
}

// A tree with more processes than free descriptors.
void tst_StoppingShortage::descriptors()
{
    QFETCH(const bool, hasCgroup);
    QFETCH(const int, signal);
    QFETCH(const int, free);
    if (!canHoldMembers())
        QSKIP("Here other signals reach the group alone.");
    const TestCgroups::Refusal refusal(!hasCgroup);
    Lifeline lifeline;
    Process process;
    QVERIFY(startManySessions(process, lifeline) > 0);
    {
        const TemporaryLimit limit(RLIMIT_NOFILE, descriptorLimitThatLeaves(free));
        QVERIFY2(process.sendSignal(signal), std::strerror(errno));
    }
    QVERIFY(lifeline.comesToBeCut());
    QVERIFY(ends(process));
}

void tst_StoppingShortage::descriptorsThatComeBack_data()
{
    QTest::addColumn<bool>("hasCgroup");
    QTest::addColumn<QString>("command");
    QTest::addColumn<std::chrono::milliseconds>("grace");
    QTest::addColumn<bool>("isDestroyed");
    const QString sessions = u"branch session branch session session sleep"_s;
    for (const bool hasCgroup : {false, true}) {
        if (hasCgroup && !TestCgroups::canBeMade())
            continue;
        const char *tree = hasCgroup ? "cgroup" : "walk";
        QTest::addRow("%s, asked", tree)
            << hasCgroup << sessions << std::chrono::milliseconds(1h) << false;
        QTest::addRow("%s, killed", tree) << hasCgroup << u"ignore 15 "_s + sessions << 0ms << false;
        QTest::addRow("%s, destroyed", tree) << hasCgroup << u"ignore 15 "_s + sessions << 0ms << true;
    }
}

// The group was once signalled instead: the child ended, and the rest of its tree could not be found
// any more. A copy without descriptors can make no keeper thread, so the caller does its work.
void tst_StoppingShortage::descriptorsThatComeBack()
{
    QFETCH(const bool, hasCgroup);
    QFETCH(const QString, command);
    QFETCH(const std::chrono::milliseconds, grace);
    QFETCH(const bool, isDestroyed);
    if (!canHoldMembers())
        QSKIP("There is no walk here.");
    const TestCgroups::Refusal refusal(!hasCgroup);
    Lifeline lifeline;
    const QByteArray result = inForkedCopy([&]() -> QByteArray {
        auto process = std::make_unique<Process>();
        process->setSignalScope(Scope::Tree);
        process->setStopGrace(grace);
        process->setDestructionPolicy(Process::DestructionPolicy::Kill);
        startAndAwait(*process, lifeline, qPrintable(command));
        {
            const TemporaryLimit limit(RLIMIT_NOFILE, descriptorLimitThatLeaves(0));
            isDestroyed ? process.reset() : process->stop();
        }
        if (process && !process->waitForFinished())
            return "not finished";
        return Process::waitForStopped(1min) ? "stopped" : "not stopped";
    });
    QCOMPARE(result, "stopped");
    lifeline.letGo();
    const bool areAllGone = lifeline.comesToBeCut();
    lifeline.cut();
    QVERIFY(areAllGone);
}

void tst_StoppingShortage::descriptorsComeBackDuringTheCall_data()
{
    addShortages({0, 1});
}

// With one descriptor the walk finds the tree, but can signal no process of it.
void tst_StoppingShortage::descriptorsComeBackDuringTheCall()
{
    QFETCH(const bool, hasCgroup);
    QFETCH(const int, signal);
    QFETCH(const int, free);
    if (!canHoldMembers())
        QSKIP("Here other signals reach the group alone.");
    const TestCgroups::Refusal refusal(!hasCgroup);
    Lifeline lifeline;
    Process process;
    process.setSignalScope(Scope::Tree);
    startAndAwait(process, lifeline, "branch session branch session session sleep");
    limitUntilPause.emplace(RLIMIT_NOFILE, descriptorLimitThatLeaves(free));
    const bool isSent = process.sendSignal(signal);
    limitUntilPause.reset();
    QVERIFY(isSent);
    QVERIFY(lifeline.comesToBeCut());
    QVERIFY(ends(process));
}

// For SIGKILL the walk stops each process that it finds. Without further descriptors these processes
// once stayed stopped for ever.
void tst_StoppingShortage::descriptorsGoneDuringTheWalk()
{
    if (!canHoldMembers())
        QSKIP("There is no walk here.");
    const TestCgroups::Refusal refusal(true);
    Lifeline lifeline;
    Process process;
    const int firstPid = startManySessions(process, lifeline);
    QVERIFY(firstPid > 0);
    QFile first(u"/proc/%1/stat"_s.arg(firstPid));
    QVERIFY(first.open(QIODevice::ReadOnly | QIODevice::Unbuffered));
    const auto isStopped = [&first] {
        first.seek(0);
        return first.readAll().contains(") T ");
    };
    {
        std::optional<TemporaryLimit> limit;
        std::atomic<bool> isOver = false;
        std::thread thief([&] {
            while (!isOver && !limit) {
                if (isStopped())
                    limit.emplace(RLIMIT_NOFILE, 3);
            }
        });
        process.kill();
        isOver = true;
        thief.join();
    }
    const bool isLeftStopped = isStopped();
    first.close();
    lifeline.cut();
    QVERIFY(!isLeftStopped);
    QVERIFY(ends(process));
}

// The loops fork all the time and ignore SIGTERM: stop() must not go on until it finds no process.
void tst_StoppingShortage::forkingLoops()
{
    if (!TestCgroups::canBeMade())
        QSKIP("No cgroup can be made here.");
    Lifeline lifeline;
    Process process;
    process.setSignalScope(Scope::Tree);
    process.setStopGrace(300ms);
    startAndAwait(
        process, lifeline, u"/bin/sh"_s,
        {u"-c"_s,
         u"trap '' TERM; for i in $(seq 100); do (while :; do /bin/true; done) & done; echo ready; wait"_s});
    const double before = ownProcessorTime();
    process.stop();
    const double used = ownProcessorTime() - before;
    QVERIFY2(used < 0.05, qPrintable(QString::number(used)));
    QVERIFY(Process::waitForStopped(1min));
    QVERIFY(lifeline.isCut());
    QVERIFY(ends(process));
}

QTEST_GUILESS_MAIN(tst_StoppingShortage)
#include "tst_stoppingshortage.moc"
