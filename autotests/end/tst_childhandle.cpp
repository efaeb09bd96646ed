// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "forkedcopy.h"
#include "processtest.h"
#include "testpipe.h"

#include <cerrno>

#include <poll.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/select.h>

using ForkFd::Child;
using std::chrono::milliseconds;

namespace {

using Check = bool (*)(int fd, bool waits);

// With the SIGCHLD backend the signal at a child's end interrupts a wait.
template<typename Wait>
int uninterrupted(Wait wait)
{
    int count;
    while ((count = wait()) < 0 && errno == EINTR) { }
    return count;
}

bool isReadableByPoll(int fd, bool waits)
{
    pollfd entry = {fd, POLLIN, 0};
    return uninterrupted([&] { return poll(&entry, 1, waits ? -1 : 0); }) == 1
        && (entry.revents & POLLIN);
}

bool isReadableBySelect(int fd, bool waits)
{
    fd_set set;
    timeval now = {};
    const int count = uninterrupted([&] {
        FD_ZERO(&set);
        FD_SET(fd, &set);
        return select(fd + 1, &set, nullptr, nullptr, waits ? nullptr : &now);
    });
    return count == 1 && FD_ISSET(fd, &set);
}

bool isReadableByEpoll(int fd, bool waits)
{
    const int set = epoll_create1(EPOLL_CLOEXEC);
    epoll_event event = {};
    event.events = EPOLLIN;
    const bool isAdded = epoll_ctl(set, EPOLL_CTL_ADD, fd, &event) == 0;
    const int count = uninterrupted([&] { return epoll_wait(set, &event, 1, waits ? -1 : 0); });
    const bool isReady = count == 1 && (event.events & EPOLLIN);
    close(set);
    return isAdded && isReady;
}

} // namespace

/// The object of a child: its descriptor, and its moves.
/// Holds: B3 (cancelledWhileWaiting), L4 (cancelledWhileWaiting).
class tst_ChildHandle : public ProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void descriptorTellsTheEnd_data();
    void descriptorTellsTheEnd();
    void endedBeforeWait();
    void descriptorThroughADuplicate();
    void movedWhileItRuns();
    void movedAfterTheEnd();
    void movedOntoAnother();
    void manyAtOnce();
    void cancelledWhileWaiting();
};

void tst_ChildHandle::descriptorTellsTheEnd_data()
{
    QTest::addColumn<Check>("isReadable");
    QTest::newRow("poll") << Check(isReadableByPoll);
    QTest::newRow("select") << Check(isReadableBySelect);
    QTest::newRow("epoll") << Check(isReadableByEpoll);
}

void tst_ChildHandle::descriptorTellsTheEnd()
{
    QFETCH(Check, isReadable);
    TestPipe input;
    auto process =
        ForkFd::spawn(child({"echo", "exit", "42"}), {.fileDescriptors = {{0, input.readEnd()}}});
    QVERIFY(process);
    QVERIFY(!isReadable(process->descriptor(), false));
    input.closeWriteEnd();
    QVERIFY(isReadable(process->descriptor(), true));
    // The descriptor stays readable.
    QVERIFY(isReadable(process->descriptor(), false));
    QCOMPARE(text(process->wait(milliseconds(0)).value()), "exited with code 42");
    QCOMPARE(process->descriptor(), -1);
}

void tst_ChildHandle::endedBeforeWait()
{
    auto process = ForkFd::spawn(child({"exit", "42"}));
    QVERIFY(process);
    QVERIFY(isReadableByPoll(process->descriptor(), true));
    QVERIFY(process->pid() > 0);
    QCOMPARE(text(process->wait().value()), "exited with code 42");
}

void tst_ChildHandle::descriptorThroughADuplicate()
{
    auto process = ForkFd::spawn(child({"exit", "42"}));
    QVERIFY(process);
    const int duplicate = dup(process->descriptor());
    const bool isReadable = isReadableByPoll(duplicate, true);
    close(duplicate);
    QVERIFY(isReadable);
    QCOMPARE(text(process->wait().value()), "exited with code 42");
}

void tst_ChildHandle::movedWhileItRuns()
{
    auto first = ForkFd::spawn(child({"sleep"}));
    QVERIFY(first);
    const pid_t pid = first->pid();
    const int descriptor = first->descriptor();
    Child second = std::move(*first);
    QCOMPARE(second.pid(), pid);
    QCOMPARE(second.descriptor(), descriptor);

    QCOMPARE(first->descriptor(), -1);
    QVERIFY(!first->wait());
    QVERIFY(!first->sendSignal(SIGKILL));
    QCOMPARE(errno, ESRCH);
    first.reset();
    QVERIFY(!second.wait(milliseconds(0)));
    QVERIFY(second.sendSignal(SIGTERM));
    QCOMPARE(text(second.wait().value()), "killed by SIGTERM");
}

void tst_ChildHandle::movedAfterTheEnd()
{
    auto first = ForkFd::spawn(child({"exit", "42"}));
    QVERIFY(first);
    QVERIFY(first->wait());
    Child second = std::move(*first);
    QCOMPARE(text(second.wait().value()), "exited with code 42");
    QVERIFY(!first->wait());
}

void tst_ChildHandle::movedOntoAnother()
{
    TestPipe input;
    auto first = ForkFd::spawn(child({"echo"}), {.fileDescriptors = {{0, input.readEnd()}}});
    auto second = ForkFd::spawn(child({"exit", "42"}));
    QVERIFY(first && second);
    *first = std::move(*second);
    QCOMPARE(text(first->wait().value()), "exited with code 42");
    // The replaced child goes on, and is collected when it ends.
    QVERIFY(hasChildren());
    input.closeWriteEnd();
    QVERIFY(eventually([] { return !hasChildren(); }));
}

void tst_ChildHandle::manyAtOnce()
{
    std::vector<Child> running;
    for (int i = 0; i < 100; ++i) {
        auto process = ForkFd::spawn(child({"exit", std::to_string(i)}));
        QVERIFY(process);
        running.push_back(std::move(*process));
    }
    for (int i = 99; i >= 0; --i) // Not in the order in which they end.
        QCOMPARE(running[static_cast<size_t>(i)].wait().value().code, i);
}

// Cancellation destroys the Child on the thread's stack, where std::terminate() once ended the
// process.
void tst_ChildHandle::cancelledWhileWaiting()
{
    if (isUnderThreadSanitizer)
        QSKIP("The thread sanitizer allows no threads in a forked copy.");
    const QByteArray result = inForkedCopy([]() -> QByteArray {
        static TestPipe started;
        static TestPipe input;
        pthread_t thread;
        pthread_create(
            &thread, nullptr,
            [](void *) -> void * {
                auto process =
                    ForkFd::spawn(child({"echo"}), {.fileDescriptors = {{0, input.readEnd()}}});
                started.write("started");
                process->wait();
                return nullptr;
            },
            nullptr);
        started.read();
        pthread_cancel(thread);
        void *end = nullptr;
        pthread_join(thread, &end);
        input.closeWriteEnd();
        if (!eventually([] { return !hasChildren(); }))
            return "a child was left";
        return end == PTHREAD_CANCELED ? "cancelled" : "not cancelled";
    });
    QCOMPARE(result, "cancelled");
}

QTEST_GUILESS_MAIN(tst_ChildHandle)
#include "tst_childhandle.moc"
