// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "guardian/send.h"
#include "guardiantest.h"
#include "testpipe.h"

#include <cerrno>
#include <ctime>

#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

using ForkFd::Internal::GuardianMessage;

namespace {

class Descriptor
{
public:
    explicit Descriptor(int fd)
        : m_fd(fd)
    {
    }
    ~Descriptor() { close(m_fd); }
    Q_DISABLE_COPY_MOVE(Descriptor)

    int get() const { return m_fd; }

private:
    const int m_fd;
};

int pidFdOf(pid_t pid)
{
    return static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
}

// The guardian's program, and a socket to it. The program that it serves is another child.
class HandMadeGuardian
{
public:
    explicit HandMadeGuardian(ForkFd::Child &program)
        : m_program(program)
    {
        int ends[2];
        if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
            return;
        m_socket.emplace(ends[0]);
        const Descriptor theirs(ends[1]);
        constexpr int isOn = 1;
        setsockopt(theirs.get(), SOL_SOCKET, SO_PASSCRED, &isOn, sizeof isOn);
        ForkFd::LaunchOptions options = {.fileDescriptors = {{3, theirs.get()}}};
        std::optional<Descriptor> pidfd;
        if (hasPidFds()) {
            pidfd.emplace(pidFdOf(program.pid()));
            options.fileDescriptors.push_back({4, pidfd->get()});
        }
        m_child = ForkFd::spawn({.argv = {FORKFD_TEST_GUARDIAN, std::to_string(program.pid()),
                                          hasPidFds() ? "pidfd" : "numbers"}},
                                options);
    }

    static bool hasPidFds() { return ForkFd::backend() == ForkFd::Backend::PidFd; }

    bool says(GuardianMessage::Kind kind)
    {
        GuardianMessage message;
        pollfd entry = {m_socket->get(), POLLIN, 0};
        int count;
        while ((count = poll(&entry, 1, 60000)) < 0 && errno == EINTR) { }
        return count == 1
            && recv(m_socket->get(), &message, sizeof message, 0) == ssize_t(sizeof message)
            && message.kind == kind && message.errorCode == 0;
    }

    bool tell(const GuardianMessage &message, int fd = -1)
    {
        return ForkFd::Internal::sendToGuardian(m_socket->get(), message, fd) == 0;
    }

    /// Ends the program, and waits until the guardian has killed what it has to.
    QByteArray endProgram()
    {
        m_program.sendSignal(SIGKILL);
        m_program.wait();
        return ProcessTest::text(*m_child->wait());
    }

private:
    ForkFd::Child &m_program;
    std::optional<Descriptor> m_socket;
    std::optional<ForkFd::Child> m_child;
};

// Start times are in ticks. The next process to be started will have another one than all before.
bool awaitNextTick()
{
    const auto now = [] {
        timespec time = {};
        clock_gettime(CLOCK_BOOTTIME, &time);
        return time.tv_sec * 1000L + time.tv_nsec / 1'000'000;
    };
    const long next = now() + 1000 / sysconf(_SC_CLK_TCK) + 1;
    return eventually([&] { return now() > next; });
}

// A process of other code: it has this number, leads a session, and holds the descriptor. Returns -1 if
// the kernel refuses.
pid_t startStranger(pid_t number, int fd)
{
    clone_args arguments = {};
    arguments.exit_signal = SIGCHLD;
    arguments.set_tid = reinterpret_cast<std::uintptr_t>(&number);
    arguments.set_tid_size = 1;
    TestPipe untilExec;
    const auto pid = static_cast<pid_t>(syscall(SYS_clone3, &arguments, sizeof arguments));
    if (pid == 0) {
        if (setsid() == number && fcntl(fd, F_SETFD, 0) == 0)
            execl(FORKFD_TEST_CHILD, FORKFD_TEST_CHILD, "sleep", nullptr);
        _exit(127);
    }
    untilExec.closeWriteEnd();
    untilExec.readAll();
    return pid;
}

} // namespace

/// A leader has ended, its number was given out again, and the guardian learns of it too late. Once it
/// killed the process that had the number.
/// Holds: R19.
class tst_GuardianNumbers : public GuardianTest
{
    Q_OBJECT

private:
    enum Started { CutShort, NoStartTime, StartTime };

private Q_SLOTS:
    void knownLeader_data();
    void knownLeader();
    void otherProcess_data();
    void otherProcess();
    void numberGivenOutAgain_data();
    void numberGivenOutAgain();
};

void tst_GuardianNumbers::knownLeader_data()
{
    QTest::addColumn<bool>("isInLeader");
    QTest::newRow("start time in Leader") << true;
    QTest::newRow("start time in Started") << false;
}

// The messages of the next test, with the right start time.
void tst_GuardianNumbers::knownLeader()
{
    QFETCH(const bool, isInLeader);
    auto leader = ForkFd::spawn(child({"sleep"}), {.newSession = true});
    auto program = ForkFd::spawn(child({"sleep"}));
    QVERIFY(leader && program);
    const quint64 start = startOf(leader->pid());
    HandMadeGuardian guardian(*program);
    QVERIFY(guardian.says(GuardianMessage::Ready));
    QVERIFY(guardian.tell({.kind = GuardianMessage::Leader,
                           .leader = leader->pid(),
                           .tree = 1,
                           .leaderStart = isInLeader ? start : 0}));
    QVERIFY(guardian.tell({.kind = GuardianMessage::Started, .tree = 1, .leaderStart = start}));
    QCOMPARE(guardian.endProgram(), "exited with code 0");
    QCOMPARE(text(*leader->wait()), "killed by SIGKILL");
}

void tst_GuardianNumbers::otherProcess_data()
{
    QTest::addColumn<bool>("isInLeader");
    QTest::addColumn<bool>("hasPidFd"); // That of the leader, which has ended.
    QTest::addColumn<Started>("started");
    QTest::newRow("told to a new guardian") << true << false << StartTime;
    QTest::newRow("told to a new guardian, cut short") << true << false << CutShort;
    QTest::newRow("told to a new guardian, reaped at once") << true << false << NoStartTime;
    QTest::newRow("read late") << false << false << StartTime;
    QTest::newRow("read late, cut short") << false << false << CutShort;
    QTest::newRow("read late, reaped at once") << false << false << NoStartTime;
    if (HandMadeGuardian::hasPidFds()) {
        QTest::newRow("read late, with a pidfd") << false << true << StartTime;
        QTest::newRow("read late, with a pidfd, cut short") << false << true << CutShort;
        QTest::newRow("read late, with a pidfd, reaped at once") << false << true << NoStartTime;
    }
}

void tst_GuardianNumbers::otherProcess()
{
    QFETCH(const bool, isInLeader);
    QFETCH(const bool, hasPidFd);
    QFETCH(const Started, started);
    auto ended = ForkFd::spawn(child({"sleep"}));
    auto other = ForkFd::spawn(child({"sleep"}), {.newSession = true});
    auto program = ForkFd::spawn(child({"sleep"}));
    QVERIFY(ended && other && program);
    const Descriptor pidfd(hasPidFd ? pidFdOf(ended->pid()) : -1);
    ended->sendSignal(SIGKILL);
    ended->wait();
    const quint64 start = startOf(other->pid()) - 1;
    HandMadeGuardian guardian(*program);
    QVERIFY(guardian.says(GuardianMessage::Ready));
    QVERIFY(guardian.tell({.kind = GuardianMessage::Leader,
                           .leader = other->pid(),
                           .tree = 1,
                           .leaderStart = isInLeader ? start : 0},
                          pidfd.get()));
    if (started != CutShort) {
        const quint64 startTime = started == StartTime ? start : 0;
        QVERIFY(guardian.tell({.kind = GuardianMessage::Started, .tree = 1, .leaderStart = startTime}));
    }
    if (started == StartTime || (started == NoStartTime && isInLeader))
        QVERIFY(guardian.says(GuardianMessage::Gone));
    QCOMPARE(guardian.endProgram(), "exited with code 0");
    QVERIFY(!other->wait(std::chrono::milliseconds(0)));
    QVERIFY(other->sendSignal(SIGKILL));
    QCOMPARE(text(*other->wait()), "killed by SIGKILL");
}

void tst_GuardianNumbers::numberGivenOutAgain_data()
{
    QTest::addColumn<bool>("isReplaced");
    QTest::newRow("the guardian was stopped") << false;
    QTest::newRow("the guardian was killed") << true;
}

void tst_GuardianNumbers::numberGivenOutAgain()
{
    QFETCH(const bool, isReplaced);
    Lifeline lifeline;
    const QByteArray result = inForkedCopy([&]() -> QByteArray {
        const TestCgroups::Refusal refusal(true);
        const auto first = ForkFd::spawn(child({"sleep"}), {.treeDiesWithParent = true});
        const QList<pid_t> before = guardians();
        if (!first || before.size() != 1)
            return "no guardian";
        kill(before[0], SIGSTOP);
        const bool isStopped = eventually([&] { return fileOf(before[0], "stat").contains(") T"); });
        auto second = ForkFd::spawn(child({"exit", "3"}), {.treeDiesWithParent = true});
        const pid_t number = second ? second->pid() : -1;
        const bool isFree = second && second->wait()->code == 3 && awaitNextTick();
        const bool isGivenOut =
            isStopped && isFree && startStranger(number, lifeline.asDescriptor().parentFd) == number;
        kill(before[0], isReplaced ? SIGKILL : SIGCONT);
        const bool isThere = eventually([&] {
            const QList<pid_t> now = guardians();
            return now.size() == 1 && (now == before) != isReplaced;
        });
        // A start comes after the new guardian was told of the trees.
        const auto third = ForkFd::spawn(child({"sleep"}), {.treeDiesWithParent = true});
        if (!isThere || !isFree || !third)
            return "not begun";
        return QByteArray::number(guardians().value(0)) + (isGivenOut ? " given out" : " refused");
    });
    lifeline.letGo();
    const pid_t guardian = result.split(' ')[0].toInt();
    QVERIFY2(guardian > 0, result.constData());
    QVERIFY(eventually([&] { return hasEnded(guardian); })); // It has killed what it had to.
    if (result.endsWith(" refused"))
        QSKIP("This system gives no process a number that it is asked for.");
    const bool isUnharmed = !lifeline.isCut();
    lifeline.cut();
    QVERIFY(isUnharmed);
}

QTEST_GUILESS_MAIN(tst_GuardianNumbers)
#include "tst_guardiannumbers.moc"
