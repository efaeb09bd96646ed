// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "forkedcopy.h"
#include "sigchldhandler.h"
#include "testpipe.h"

#include <atomic>
#include <cerrno>
#include <optional>

#include <linux/sched.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

using ForkFd::Child;
using std::chrono::milliseconds;
using Use = std::function<bool(std::optional<Child> &)>;

namespace {

std::atomic<int> callCount;

void countCall(int)
{
    ++callCount;
}

} // namespace

/// In a forked copy the children belong to the original process. The copy can start and collect
/// children itself.
/// Holds: P6, S12.
class tst_ForkedCopy : public SigChldTest
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void handleInTheCopy_data();
    void handleInTheCopy();
    void collectedBefore();
    void startsItsOwn();
    void collectsItsOwn();
    void collectionInTheOriginal();
    void startsItsOwnWithSignalBlocked();
    void predecessorIsCalled();
    void copyOfACopy();
    void copyWithItsNumber_data() { handleInTheCopy_data(); }
    void copyWithItsNumber();
    void numberThatComesAgain();

private:
    std::optional<TestPipe> m_input; ///< Closing it ends m_process.
    std::optional<Child> m_process;
};

void tst_ForkedCopy::init()
{
    ProcessTest::init();
    m_input.emplace();
    m_process =
        ForkFd::spawn(child({"echo", "exit", "42"}), {.fileDescriptors = {{0, m_input->readEnd()}}});
    QVERIFY(m_process);
}

void tst_ForkedCopy::cleanup()
{
    // Whatever the copy did, the original can still use its child.
    if (m_process) {
        QVERIFY(!m_process->wait(milliseconds(0)));
        QVERIFY(m_process->sendSignal(0));
        m_input->closeWriteEnd();
        QCOMPARE(text(m_process->wait().value()), "exited with code 42");
    }
    m_process.reset();
    m_input.reset();
    ProcessTest::cleanup();
}

void tst_ForkedCopy::handleInTheCopy_data()
{
    QTest::addColumn<Use>("use");
    QTest::newRow("wait") << Use([](auto &process) { return !process->wait(); });
    QTest::newRow("wait a moment") << Use(
        [](auto &process) { return !process->wait(milliseconds(10)); });
    QTest::newRow("send a signal") << Use([](auto &process) {
        errno = 0;
        return !process->sendSignal(SIGKILL) && errno == ESRCH;
    });
    QTest::newRow("take a signal") << Use([](auto &) {
        raise(SIGCHLD);
        return true;
    });
    QTest::newRow("destroy") << Use([](auto &process) {
        process.reset();
        return true;
    });
    QTest::newRow("move") << Use([](auto &process) {
        const Child other = std::move(*process);
        return other.pid() > 0;
    });
    if (isCopyUnableToAllocate) // The copy starts a thread.
        return;
    QTest::newRow("destroy, then drop another") << Use([](auto &process) {
        process.reset();
        ForkFd::spawn(child({"exit", "0"}));
        return eventually([] { return !hasChildren(); });
    });
}

void tst_ForkedCopy::handleInTheCopy()
{
    QFETCH(Use, use);
    QCOMPARE(inForkedCopy([&] { return use(m_process) ? "as expected" : "not as expected"; }),
             "as expected");
}

void tst_ForkedCopy::collectedBefore()
{
    auto ended = ForkFd::spawn(child({"exit", "7"}));
    QVERIFY(ended);
    QVERIFY(ended->wait());
    QCOMPARE(inForkedCopy([&] { return text(ended->wait().value()); }), "exited with code 7");
}

void tst_ForkedCopy::startsItsOwn()
{
    const QByteArray result = inForkedCopy([] {
        return outcomeOf(child({"exit", "7"})) + ", " + outcomeOf({{"/no/such/program"}});
    });
    QCOMPARE(result, "exited with code 7, " + text(ForkFd::StartError{"exec", ENOENT}));
}

void tst_ForkedCopy::collectsItsOwn()
{
    const auto dropSome = [] {
        TestPipe input;
        for (int i = 0; i < 10; ++i)
            ForkFd::spawn(child({"echo"}), {.fileDescriptors = {{0, input.readEnd()}}});
        input.closeWriteEnd();
        return eventually([] { return !hasChildren(); });
    };
    QCOMPARE(inForkedCopy([&]() -> QByteArray {
                 if (!dropSome())
                     return "not in the copy";
                 return inForkedCopy([&] { return dropSome() ? "in both" : "not in the copy's copy"; });
             }),
             "in both");
}

void tst_ForkedCopy::collectionInTheOriginal()
{
    // The original's keeper collects the child, although the copy has used a keeper, too.
    m_process.reset();
    const QByteArray result = inForkedCopy([] {
        ForkFd::spawn(child({"exit", "0"}));
        return eventually([] { return !hasChildren(); }) ? "collected" : "not collected";
    });
    QCOMPARE(result, "collected");
    QVERIFY(hasChildren());
    m_input->closeWriteEnd();
    QVERIFY(eventually([] { return !hasChildren(); }));
}

// Where SIGCHLD is blocked, the sweeper looks at the children. The copy gets a sweeper, too.
void tst_ForkedCopy::startsItsOwnWithSignalBlocked()
{
    const QByteArray result = inForkedCopy([] {
        changeMask(SIG_BLOCK);
        return outcomeOf(child({"exit", "8"}));
    });
    QCOMPARE(result, "exited with code 8");
}

void tst_ForkedCopy::predecessorIsCalled()
{
    // A start installs the library's handler above this one again.
    const SigChldAction foreign(countCall);
    QCOMPARE(outcomeOf(child({"exit", "1"})), "exited with code 1");
    callCount = 0;
    const QByteArray result = inForkedCopy([] {
        const pid_t pid = spawnForeignChild({"exit", "4"});
        awaitEnd(pid);
        return QByteArray::number(callCount) + ", " + QByteArray::number(collectForeignChild(pid));
    });
    QCOMPARE(result, "1, 4");
    QCOMPARE(callCount.load(), 1); // For the end of the copy.
}

void tst_ForkedCopy::copyOfACopy()
{
    const QByteArray result = inForkedCopy([]() -> QByteArray {
        auto process = ForkFd::spawn(child({"sleep"}));
        const QByteArray inner = inForkedCopy([&process] {
            return process->sendSignal(SIGKILL) ? "signalled a stranger"
                                                : outcomeOf(child({"exit", "11"}));
        });
        if (process->wait(milliseconds(0)))
            return "ended too early";
        process->sendSignal(SIGKILL);
        return inner + ", " + text(process->wait().value());
    });
    QCOMPARE(result, "exited with code 11, killed by SIGKILL");
}

// PID 1 of a container forks into a new PID namespace. The copy, PID 1 too, took itself for the owner.
void tst_ForkedCopy::copyWithItsNumber()
{
    QFETCH(Use, use);
    const auto init = [&]() -> QByteArray {
        TestPipe input;
        std::optional<Child> process =
            ForkFd::spawn(child({"echo", "exit", "42"}), {.fileDescriptors = {{0, input.readEnd()}}});
        // Dropped, so that the original has a thread that the copy lacks.
        ForkFd::spawn(child({"echo"}), {.fileDescriptors = {{0, input.readEnd()}}});
        if (!beginPidNamespace())
            return "refused";
        const QByteArray inCopy = inForkedCopy(
            [&] { return getpid() == 1 && use(process) ? "as expected" : "not as expected"; });
        input.closeWriteEnd();
        return inCopy + ", " + text(process->wait().value());
    };
    const QByteArray result =
        inForkedCopy([&] { return beginPidNamespace() ? inForkedCopy(init) : "refused"; });
    if (result == "refused")
        QSKIP("This system lets us make no PID namespaces.");
    QCOMPARE(result, "as expected, exited with code 42");
}

namespace {

// Like fork(), but the child gets this number.
pid_t forkWithNumber(pid_t number)
{
    clone_args arguments = {};
    arguments.exit_signal = SIGCHLD;
    arguments.set_tid = reinterpret_cast<std::uintptr_t>(&number);
    arguments.set_tid_size = 1;
    return static_cast<pid_t>(syscall(SYS_clone3, &arguments, sizeof arguments));
}

// Runs `body` in a process, then in its grandchild of the same number. Returns the second result.
QByteArray inCopyThatGotTheNumberAgain(const std::function<QByteArray()> &body)
{
    TestPipe isFree;
    TestPipe answer;
    const pid_t first = fork();
    if (first == 0) {
        body();
        const pid_t number = getpid();
        if (fork() != 0)
            _exit(0);
        isFree.read();
        const pid_t again = forkWithNumber(number);
        if (again == 0)
            answer.write(getpid() == number ? body() : "another number");
        else if (again < 0)
            answer.write("refused");
        else
            waitpid(again, nullptr, 0);
        _exit(0);
    }
    waitpid(first, nullptr, 0);
    isFree.write("now");
    answer.closeWriteEnd();
    return answer.readAll();
}

} // namespace

// A daemon's parent has used the library and exited, and a worker of the daemon gets its number. The
// worker inherits memory that holds this number, but none of the threads.
void tst_ForkedCopy::numberThatComesAgain()
{
    if (!FORKFD_TEST_HAS_VFORK)
        QSKIP(
            "Without Linux's own interfaces a copy made by a raw clone() is known by its number alone.");
    const auto useLibrary = []() -> QByteArray {
        ForkFd::spawn(child({"exit", "0"})); // Dropped: the keeper collects it.
        const bool isCollected = eventually([] { return !hasChildren(); });
        changeMask(SIG_BLOCK);
        const QByteArray outcome = outcomeOf(child({"exit", "8"}));
        changeMask(SIG_UNBLOCK);
        return (isCollected ? "collected, " : "not collected, ") + outcome;
    };
    const QByteArray result = inForkedCopy([&]() -> QByteArray {
        if (!beginPidNamespace())
            return "refused";
        return inForkedCopy([&] { return inCopyThatGotTheNumberAgain(useLibrary); });
    });
    if (result == "refused")
        QSKIP("This system gives no process a number that it is asked for.");
    QCOMPARE(result, "collected, exited with code 8");
}

int main(int argc, char **argv)
{
    return SigChldTest::run<tst_ForkedCopy>(argc, argv);
}
#include "tst_forkedcopy.moc"
