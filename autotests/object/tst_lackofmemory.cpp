// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "childprocesstest.h"
#include "forkedcopy.h"

#include <ForkFd/spawn.h>

#include <QtCore/QDir>
#include <QtCore/QElapsedTimer>
#include <QtCore/QEventLoop>

#include <cstdlib>
#include <new>
#include <string>

// Set by the linker; see end(3).
extern "C" char __executable_start;
extern "C" char etext;

namespace {

// The allocations of this thread that still succeed; the next one fails. Below 0: all succeed.
constinit thread_local int left = -1;
// In this thread allocations of this size fail, also those within libstdc++.
constinit thread_local std::size_t refusedSize = 0;

// Those of Qt's own code always succeed. This program contains the library, unless that is shared.
bool isOfProgram(const void *caller) noexcept
{
    return caller >= &__executable_start && caller < &etext;
}

void *allocate(std::size_t size, const void *caller) noexcept
{
    if (size == refusedSize && size != 0)
        return nullptr;
    if (left >= 0 && isOfProgram(caller) && left-- == 0)
        return nullptr;
    return std::malloc(size);
}

} // namespace

void *operator new(std::size_t size)
{
    if (void *memory = allocate(size, __builtin_return_address(0)))
        return memory;
    throw std::bad_alloc();
}

// Replaced as well, because AddressSanitizer compares the kinds of new and delete.
void *operator new(std::size_t size, const std::nothrow_t &) noexcept
{
    return allocate(size, __builtin_return_address(0));
}

void operator delete(void *memory) noexcept
{
    std::free(memory);
}

void operator delete(void *memory, std::size_t) noexcept
{
    std::free(memory);
}

/// Each allocation of a start fails once, in a process of its own. Then the start succeeds, or has
/// thrown std::bad_alloc. The process lives on, has no more descriptors, and its next start works.
/// Holds: L3.
class tst_LackOfMemory : public ChildProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void once_data();
    void once();
    void noMemoryForAMessage();
};

namespace {

// The event loop's part of a start: the object may not need the loop to be told of the end.
bool startsInEventLoop()
{
    Process process;
    process.start(ChildProcessTest::childProgram(), ChildProcessTest::words("exit 3"));
    QElapsedTimer time;
    time.start();
    while (process.state() != Process::NotRunning && time.elapsed() < 60000)
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents, 1000);
    return process.state() == Process::NotRunning && process.exitCode() == 3;
}

bool startsTree()
{
    Process process;
    process.setSignalScope(Process::SignalScope::Tree);
    process.start(ChildProcessTest::childProgram(), ChildProcessTest::words("exit 3"));
    return process.waitForFinished() && process.exitCode() == 3;
}

bool startsGuarded()
{
    auto child = ForkFd::spawn({{FORKFD_TEST_CHILD, "exit", "3"}}, {.treeDiesWithParent = true});
    const auto end = child ? child->wait() : std::nullopt;
    return end && end->code == 3;
}

qsizetype socketCount()
{
    qsizetype count = 0;
    const QDir folder(QStringLiteral("/proc/self/fd"));
    for (const QString &fd : folder.entryList(QDir::NoDotAndDotDot | QDir::System | QDir::Files))
        count += QFile::symLinkTarget(folder.filePath(fd)).contains(u"socket:") ? 1 : 0;
    return count;
}

// "all" when no allocation has failed any more, "ok", or what is wrong.
QByteArray failOnce(bool (*start)(), int number)
{
    const qsizetype sockets = socketCount();
    left = number;
    bool hasThrown = false;
    bool works = false;
    try {
        works = start();
    } catch (const std::bad_alloc &) {
        hasThrown = true;
    }
    const bool isAll = std::exchange(left, -1) >= 0;
    if (hasThrown && socketCount() > sockets + 1) // One is that of the guardian, which stays.
        return "sockets are left";
    if (!start())
        return "the next start does not work";
    // The copy ends without its exit handlers, which would kill what is still being stopped.
    if (!ForkFd::ChildProcess::waitForStopped(std::chrono::minutes(1)))
        return "a child is not stopped";
    return isAll ? works ? "all" : "it does not work" : "ok";
}

} // namespace

void tst_LackOfMemory::once_data()
{
    if (isUnderAddressSanitizer || isUnderThreadSanitizer)
        QSKIP("A forked copy of a process with threads may hang in the sanitizer's allocator.");
    QTest::addColumn<bool (*)()>("start");
    QTest::newRow("event loop") << &startsInEventLoop;
    QTest::newRow("tree") << &startsTree;
    if (ForkFd::spawn({{FORKFD_TEST_CHILD, "exit", "3"}}, {.treeDiesWithParent = true}))
        QTest::newRow("guarded") << &startsGuarded;
}

void tst_LackOfMemory::once()
{
    using Start = bool (*)();
    QFETCH(const Start, start);
    QByteArray result = "ok";
    int number = 0;
    // A walk through many processes allocates much that is alike.
    for (; result == "ok" && number < 2000; number += number < 100 ? 1 : 10)
        result = inForkedCopy([start, number] { return failOnce(start, number); });
    QVERIFY2(result == "all", (result + ", allocation " + QByteArray::number(number)).constData());
}

// It was std::terminate(): a noexcept function copied the message of a background start.
void tst_LackOfMemory::noMemoryForAMessage()
{
    const std::string program = "/nonexistent/" + std::string(200, 'x');
    Process process;
    process.setProgram(QString::fromStdString(program));
    process.setStartMode(Process::StartMode::Background);
    process.start();
    refusedSize = program.size() + 1;
    try {
        process.waitForStarted();
    } catch (const std::bad_alloc &) { // The caller can handle it.
    }
    refusedSize = 0;
    QTRY_COMPARE(process.state(), Process::NotRunning);
}

QTEST_GUILESS_MAIN(tst_LackOfMemory)

#include "tst_lackofmemory.moc"
