// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "guardiantest.h"
#include "interposedopen.h"
#include "systemcallfilter.h"
#include "temporarychange.h"

#include <QtCore/QDir>
#include <QtCore/QFile>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <thread>
#include <utility>
#include <vector>

#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

using ForkFd::StartError;

namespace {

std::atomic<bool> isSocketSmall = false;

// Whether this process has a thread of that name.
bool hasThread(const QByteArray &name)
{
    const QDir tasks(QStringLiteral("/proc/self/task"));
    const QStringList numbers = tasks.entryList(QDir::Dirs | QDir::NoDotAndDotDot);
    return std::any_of(numbers.begin(), numbers.end(), [&](const QString &number) {
        QFile file(tasks.filePath(number + QStringLiteral("/comm")));
        return file.open(QIODevice::ReadOnly) && file.readAll().trimmed() == name;
    });
}

} // namespace

// Replaces libc's function for the library, too. The guardian's end gets the smallest buffer.
extern "C" int socketpair(int domain, int type, int protocol, int ends[2]) noexcept
{
    const auto result = static_cast<int>(syscall(SYS_socketpair, domain, type, protocol, ends));
    constexpr int size = 1;
    if (result == 0 && isSocketSmall)
        setsockopt(ends[1], SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    return result;
}

/// The guardian of LaunchOptions::treeDiesWithParent. The program is a forked copy, because a guardian
/// lives as long as its program.
/// Holds: R16.
class tst_Guardian : public GuardianTest
{
    Q_OBJECT

private Q_SLOTS:
    void guardianIsKilled_data() { TestCgroups::addTrees(); }
    void guardianIsKilled();
    void idleGuardianIsKilled();
    void invisible();
    void oneGuardian();
    void noneUnasked();
    void endedTrees_data() { TestCgroups::addTrees(); }
    void endedTrees();
    void endsWhileTheProgramIsStopped();
    void failedStart();
    void noGuardian_data();
    void noGuardian();
    void noGuardianIsNeeded_data() { noGuardian_data(); }
    void noGuardianIsNeeded();
    void oneIsHadIfPossible();
    void noFiles();
    void noWayToTheCgroup();
};

void tst_Guardian::guardianIsKilled()
{
    QFETCH(const bool, hasCgroup);
    Lifeline lifeline;
    const QByteArray result = inForkedCopy([&]() -> QByteArray {
        const TestCgroups::Refusal refusal(!hasCgroup);
        const auto first = startBranch(lifeline, "group");
        const QList<pid_t> before = guardians();
        if (!first || before.size() != 1 || kill(before[0], SIGKILL) != 0)
            return "no guardian";
        if (!eventually([&] {
                const QList<pid_t> now = guardians();
                return now.size() == 1 && now[0] != before[0];
            }))
            return "no other guardian";
        // That of the tree, and that of the guardian.
        const qsizetype cgroups = hasCgroup ? 2 : 0;
        if (!eventually([&] { return TestCgroups::left().size() == cgroups; }))
            return "cgroups: " + TestCgroups::left().join(u' ').toLocal8Bit();
        const auto second = startBranch(lifeline, "session");
        if (!second || guardians().size() != 1)
            return "no second tree";
        raise(SIGKILL);
        return {};
    });
    expectTreeDied(result, lifeline);
}

// Without a tree none is needed. The next start notices, or the thread of the last tree.
void tst_Guardian::idleGuardianIsKilled()
{
    if (!TestCgroups::canBeMade())
        QSKIP("No cgroup can be made here.");
    const QByteArray result = inForkedCopy([]() -> QByteArray {
        for (int i = 0; i < 3; ++i) {
            const QByteArray end = outcomeOf(child({"exit", "3"}), {.treeDiesWithParent = true});
            const QList<pid_t> living = guardians();
            if (end != "exited with code 3" || living.size() != 1)
                return end + ", not one guardian";
            if (!eventually([] { return TestCgroups::left().size() == 1; }))
                return "cgroups: " + TestCgroups::left().join(u' ').toLocal8Bit();
            kill(living[0], SIGKILL);
            if (!eventually([&] { return hasEnded(living[0]); }))
                return "the guardian lives";
        }
        return "as it should be";
    });
    QCOMPARE(result, "as it should be");
}

// It is no child, has nothing of the program's but what it needs, and is hard to end by accident.
void tst_Guardian::invisible()
{
    const QByteArray result = inForkedCopy([]() -> QByteArray {
        auto process = ForkFd::spawn(child({"exit", "3"}), {.treeDiesWithParent = true});
        if (!process || process->wait()->code != 3)
            return "not started";
        if (waitpid(-1, nullptr, __WALL) != -1 || errno != ECHILD)
            return "it is a child";
        const QList<pid_t> living = guardians();
        if (living.size() != 1)
            return "no guardian";
        const pid_t guardian = living[0];
        for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGUSR1, SIGRTMAX})
            kill(guardian, signal);
        QByteArray faults;
        if (getsid(guardian) == getsid(0) || getpgid(guardian) == getpgid(0))
            faults += "same session\n";
        if (TestCgroups::canBeMade() && fileOf(guardian, "cgroup") == fileOf(getpid(), "cgroup"))
            faults += "same cgroup\n";
        if (privateKiB(guardian) >= 1024)
            faults += "too much memory\n";
        // It may still look into /proc for what the tree has left behind.
        if (!eventually([guardian] { return foreignDescriptors(guardian).isEmpty(); }))
            faults += foreignDescriptors(guardian);
        const bool isAlive =
            ForkFd::spawn(child({"exit", "0"}), {.treeDiesWithParent = true}).has_value()
            && guardians() == living;
        return faults + (isAlive ? "as it should be" : "it has ended");
    });
    QCOMPARE(result, "as it should be");
}

void tst_Guardian::oneGuardian()
{
    const QByteArray result = inForkedCopy([] {
        std::vector<std::thread> threads;
        std::atomic<int> started = 0;
        for (int i = 0; i < 4; ++i) {
            threads.emplace_back([&started] {
                for (int k = 0; k < 5; ++k) {
                    auto process = ForkFd::spawn(child({"exit", "3"}), {.treeDiesWithParent = true});
                    started += process && process->wait()->code == 3 ? 1 : 0;
                }
            });
        }
        for (std::thread &thread : threads)
            thread.join();
        return QByteArray::number(started) + " children, " + QByteArray::number(guardians().size())
            + " guardian";
    });
    QCOMPARE(result, "20 children, 1 guardian");
}

void tst_Guardian::noneUnasked()
{
    const QByteArray result = inForkedCopy([] {
        outcomeOf(child({"exit", "3"}));
        outcomeOf(child({"exit", "3"}), {.dieWithParent = true});
        return QByteArray::number(guardians().size());
    });
    QCOMPARE(result, "0");
}

// Nothing of an ended tree is left while the program goes on: neither its cgroup nor a descriptor.
void tst_Guardian::endedTrees()
{
    QFETCH(const bool, hasCgroup);
    const QByteArray result = inForkedCopy([&]() -> QByteArray {
        const TestCgroups::Refusal refusal(!hasCgroup);
        auto first = ForkFd::spawn(child({"sleep"}), {.treeDiesWithParent = true});
        const QList<pid_t> living = guardians();
        if (!first || living.size() != 1)
            return "not started";
        // Its epoll set, its socket, a pidfd of the program and of the leader, two for each cgroup.
        const qsizetype cgroups = hasCgroup ? 2 : 0;
        const qsizetype pidfds = ForkFd::backend() == ForkFd::Backend::PidFd ? 2 : 0;
        for (int i = 0; i < 5; ++i) {
            auto process = ForkFd::spawn(child({"exit", "3"}), {.treeDiesWithParent = true});
            if (!process || process->wait()->code != 3)
                return "not started";
        }
        const bool areForgotten = eventually([&] {
            return descriptorCount(living[0]) == 2 + pidfds + 2 * cgroups
                && TestCgroups::left().size() == cgroups;
        });
        return areForgotten ? "forgotten" : "still there";
    });
    QCOMPARE(result, "forgotten");
}

// While the program is stopped it reads nothing, and the socket takes only a few messages. The trees
// whose message was lost once stayed known for ever, and so did the thread that waits for their ends.
void tst_Guardian::endsWhileTheProgramIsStopped()
{
    isSocketSmall = true;
    const QByteArray result = inForkedCopy([]() -> QByteArray {
        const TestCgroups::Refusal refusal(true);
        TestPipe life;
        const pid_t program = fork();
        if (program == 0) {
            std::vector<ForkFd::Child> children;
            for (int i = 0; i < 30; ++i) {
                auto started = ForkFd::spawn(
                    child({"eof", "8"}),
                    {.fileDescriptors = {{8, life.readEnd()}}, .treeDiesWithParent = true});
                if (!started)
                    _exit(1);
                children.push_back(std::move(*started));
            }
            life.closeWriteEnd();
            raise(SIGSTOP);
            for (ForkFd::Child &ended : children)
                ended.wait();
            _exit(eventually([] { return !hasThread("forkfd-guard"); }) ? 0 : 2);
        }
        int status = 0;
        if (waitpid(program, &status, WUNTRACED) != program || !WIFSTOPPED(status))
            return "not started";
        const pid_t guardian = guardians(program).value(0);
        life.closeWriteEnd();
        // Its epoll set, its socket, and a pidfd of the program.
        eventually([&] { return descriptorCount(guardian) <= 3; });
        kill(program, SIGCONT);
        waitpid(program, &status, 0);
        return WIFEXITED(status) ? QByteArray::number(WEXITSTATUS(status)) : "killed";
    });
    isSocketSmall = false;
    QCOMPARE(result, "0");
}

void tst_Guardian::failedStart()
{
    const QByteArray result = inForkedCopy([] {
        StartError error;
        ForkFd::spawn({.argv = {"/no/such/program"}}, {.treeDiesWithParent = true}, &error);
        const bool isClean = eventually([] { return guardians().size() == 1; });
        return text(error) + (isClean ? "" : ", no guardian") + ' '
            + outcomeOf(child({"exit", "3"}), {.treeDiesWithParent = true});
    });
    QCOMPARE(result, text(StartError{"exec", ENOENT}) + " exited with code 3");
}

void tst_Guardian::noGuardian_data()
{
    QTest::addColumn<long>("call");
    QTest::addColumn<int>("errorCode");
    QTest::newRow("memfd_create") << long{SYS_memfd_create} << EPERM;
    QTest::newRow("socketpair") << long{SYS_socketpair} << EMFILE;
    QTest::newRow("sendmsg") << long{SYS_sendmsg} << EACCES;
    QTest::newRow("recvmsg, by the guardian") << long{SYS_recvmsg} << EPERM;
#ifdef SYS_epoll_wait
    QTest::newRow("epoll_wait, by the guardian") << long{SYS_epoll_wait} << EPERM;
#else
    QTest::newRow("epoll_wait, by the guardian") << long{SYS_epoll_pwait} << EPERM;
#endif
}

void tst_Guardian::noGuardian()
{
    QFETCH(const long, call);
    QFETCH(const int, errorCode);
    const QByteArray result = inRefusedCopy({{call, errorCode}}, [] {
        return outcomeOf(child({"exit", "3"}), {.treeDiesWithParent = true}) + ", "
            + outcomeOf(child({"exit", "3"}));
    });
    if (result == "no filter")
        QSKIP("This system has no seccomp filters.");
    QCOMPARE(result, text(StartError{"treeDiesWithParent", errorCode}) + ", exited with code 3");
}

// The same failures with treeDiesWithParentIfPossible. Another failure of the start stays one.
void tst_Guardian::noGuardianIsNeeded()
{
    QFETCH(const long, call);
    QFETCH(const int, errorCode);
    const QByteArray result = inRefusedCopy({{call, errorCode}}, [] {
        const ForkFd::LaunchOptions options = {.treeDiesWithParentIfPossible = true};
        const QByteArray outcomes = outcomeOf(child({"exit", "3"}), options) + ", "
            + outcomeOf({.argv = {"/no/such/program"}}, options);
        // A guardian that cannot be told of a tree lives, in a cgroup of its own.
        const bool isClean = eventually([] { return TestCgroups::left().size() <= guardians().size(); });
        return outcomes + (isClean ? "" : ", a cgroup is left");
    });
    if (result == "no filter")
        QSKIP("This system has no seccomp filters.");
    QCOMPARE(result, "exited with code 3, " + text(StartError{"exec", ENOENT}));
}

void tst_Guardian::oneIsHadIfPossible()
{
    Lifeline lifeline;
    const QByteArray result = inForkedCopy([&]() -> QByteArray {
        const auto process = ForkFd::spawn(
            child({"sleep"}),
            {.fileDescriptors = {lifeline.asDescriptor()}, .treeDiesWithParentIfPossible = true});
        if (!process || guardians().size() != 1)
            return "no guardian";
        raise(SIGKILL);
        return {};
    });
    expectTreeDied(result, lifeline);
}

// Found by tst_surroundings: RLIMIT_FSIZE holds for the guardian's file in memory, too, and SIGXFSZ
// killed the program.
void tst_Guardian::noFiles()
{
    const QByteArray result = inForkedCopy([] {
        const TemporaryLimit limit(RLIMIT_FSIZE, 0);
        return outcomeOf(child({"exit", "3"}), {.treeDiesWithParent = true}) + ", "
            + outcomeOf(child({"exit", "3"}));
    });
    QCOMPARE(result, text(StartError{"treeDiesWithParent", EFBIG}) + ", exited with code 3");
}

// The start would succeed in a cgroup that the guardian does not know.
void tst_Guardian::noWayToTheCgroup()
{
    if (!TestCgroups::canBeMade())
        QSKIP("No cgroup can be made here.");
    const ForkFd::LaunchOptions options = {.treeDiesWithParent = true};
    const QByteArray result = inForkedCopy([&] {
        const QByteArray before = outcomeOf(child({"exit", "3"}), options); // Launches the guardian.
        beforeOpen = [](const char *path) {
            return std::strncmp(std::strrchr(path, '/'), "/forkfd-", 8) == 0 ? "/dev/null" : path;
        };
        const QByteArray outcome = outcomeOf(child({"exit", "3"}), options);
        beforeOpen = nullptr;
        return before + ", " + outcome + ", " + outcomeOf(child({"exit", "3"}), options);
    });
    QCOMPARE(result,
             "exited with code 3, " + text(StartError{"treeDiesWithParent", ENOTDIR})
                 + ", exited with code 3");
}

QTEST_GUILESS_MAIN(tst_Guardian)
#include "tst_guardian.moc"
