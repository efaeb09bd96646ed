// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "forkedcopy.h"
#include "guardiantest.h"
#include "lifeline.h"
#include "processtest.h"
#include "systemcallfilter.h"
#include "testcgroups.h"
#include "testcontrolgroup.h"
#include "testpipe.h"

#include <QtCore/QFile>

#include <cerrno>
#include <thread>
#include <vector>

#include <linux/sched.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using ForkFd::LaunchOptions;
using ForkFd::StartError;
using Refusals = std::vector<Refusal>;

namespace {

// The test waits for the end of file of some of them.
void closePipesExcept(int kept)
{
    for (int fd = 0; fd < 1024; ++fd) {
        struct stat status = {};
        if (fd != kept && fstat(fd, &status) == 0 && S_ISFIFO(status.st_mode))
            close(fd);
    }
}

} // namespace

/// LaunchOptions::treeDiesWithParent: a tree is killed when the program ends. The program is a forked
/// copy, because a guardian lives as long as its program.
/// Holds: R15, R16 (invisible, oneGuardian, noneUnasked, guardianIsKilled).
class tst_TreeDiesWithParent : public ProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void programIsKilled_data();
    void programIsKilled();
    void eachRung_data();
    void eachRung();
    void programEnds_data();
    void programEnds();
    void delegatedCgroup();
    void manyTrees_data();
    void manyTrees();
    void fewDescriptors();
    void leaderEndsBefore_data();
    void leaderEndsBefore();
    void guardianIsKilled_data();
    void guardianIsKilled();
    void idleGuardianIsKilled();
    void copyLivesOn();
    void invisible();
    void oneGuardian();
    void noneUnasked();
    void endedTrees_data();
    void endedTrees();
    void failedStart();
    void noGuardian_data();
    void noGuardian();

private:
    /// Starts a tree that holds the lifeline, and returns when it is complete.
    static std::optional<ForkFd::Child>
    startTree(const Lifeline &lifeline, std::vector<std::string> words, StartError *error = nullptr);
    static std::optional<ForkFd::Child> startBranch(const Lifeline &lifeline, const char *branch);
    static void addTrees();
};

void tst_TreeDiesWithParent::initTestCase()
{
    if (FORKFD_TEST_HAS_VFORK)
        return;
    QCOMPARE(outcomeOf(child({}), {.treeDiesWithParent = true}),
             text(StartError{"treeDiesWithParent", ENOTSUP}));
    QSKIP("POSIX knows nothing of this.");
}

std::optional<ForkFd::Child> tst_TreeDiesWithParent::startTree(const Lifeline &lifeline,
                                                               std::vector<std::string> words,
                                                               StartError *error)
{
    const TestPipe ready;
    words.insert(words.begin(), FORKFD_TEST_CHILD);
    auto process = ForkFd::spawn({.argv = words},
                                 {.fileDescriptors = {{3, ready.writeEnd()}, lifeline.asDescriptor()},
                                  .treeDiesWithParent = true},
                                 error);
    if (process)
        ready.read();
    return process;
}

std::optional<ForkFd::Child> tst_TreeDiesWithParent::startBranch(const Lifeline &lifeline,
                                                                 const char *branch)
{
    return startTree(lifeline, {"branch", branch, "stamp", "3", "sleep"});
}

void tst_TreeDiesWithParent::addTrees()
{
    QTest::addColumn<bool>("hasCgroup");
    if (TestCgroups::canBeMade())
        QTest::newRow("cgroup") << true;
    QTest::newRow("walk") << false;
}

void tst_TreeDiesWithParent::programIsKilled_data()
{
    QTest::addColumn<bool>("hasCgroup");
    QTest::addColumn<bool>("isRoot");
    QTest::addColumn<QByteArray>("branch");
    for (const char *branch : {"same", "group", "session", "daemon"}) {
        if (TestCgroups::canBeMade())
            QTest::addRow("cgroup: %s", branch) << true << true << QByteArray(branch);
        if (branch == QByteArray("daemon"))
            continue; // It has lost its parent.
        QTest::addRow("walk: %s", branch) << false << true << QByteArray(branch);
        if (geteuid() == 0)
            QTest::addRow("ordinary user: %s", branch) << false << false << QByteArray(branch);
    }
}

void tst_TreeDiesWithParent::programIsKilled()
{
    QFETCH(const bool, hasCgroup);
    QFETCH(const bool, isRoot);
    QFETCH(const QByteArray, branch);
    Lifeline lifeline;
    const QByteArray result = inForkedCopy([&]() -> QByteArray {
        const TestCgroups::Refusal refusal(!hasCgroup);
        if (!isRoot)
            becomeOrdinaryUserWhoMayReadAll();
        const auto process = startBranch(lifeline, branch.constData());
        if (!process || lifeline.isCut())
            return "not started";
        raise(SIGKILL);
        return {};
    });
    lifeline.letGo();
    QVERIFY2(result.contains("wait status 9"), result.constData());
    QVERIFY(lifeline.comesToBeCut());
}

void tst_TreeDiesWithParent::eachRung_data()
{
    QTest::addColumn<Refusals>("refusals");
    const Refusal noClone3 = {SYS_clone3, ENOSYS};
    const Refusal noVFork = {SYS_clone, EPERM, CLONE_VFORK, CLONE_VFORK};
    const Refusal noPidFd = {SYS_clone, EPERM, CLONE_PIDFD, CLONE_PIDFD};
    QTest::newRow("clone") << Refusals{noClone3};
    QTest::newRow("copy") << Refusals{noClone3, noVFork};
    QTest::newRow("fork") << Refusals{noClone3, noVFork, noPidFd};
    QTest::newRow("no pidfd_open") << Refusals{{SYS_pidfd_open, EPERM}};
    QTest::newRow("no pidfd_send_signal") << Refusals{{SYS_pidfd_send_signal, EPERM}};
}

void tst_TreeDiesWithParent::eachRung()
{
    QFETCH(const Refusals, refusals);
    Lifeline lifeline;
    const QByteArray result = inRefusedCopy(refusals, [&]() -> QByteArray {
        const TestCgroups::Refusal refusal(true);
        const auto process = startBranch(lifeline, "group");
        raise(process ? SIGKILL : SIGTERM);
        return {};
    });
    lifeline.letGo();
    if (result == "no filter")
        QSKIP("This system has no seccomp filters.");
    QVERIFY2(result.contains("wait status 9"), result.constData());
    QVERIFY(lifeline.comesToBeCut());
}

void tst_TreeDiesWithParent::programEnds_data()
{
    QTest::addColumn<QByteArray>("how");
    QTest::newRow("exit") << QByteArray("exit");
    QTest::newRow("signal") << QByteArray("signal");
    QTest::newRow("exec") << QByteArray("exec");
}

void tst_TreeDiesWithParent::programEnds()
{
    QFETCH(const QByteArray, how);
    Lifeline lifeline;
    inForkedCopy([&]() -> QByteArray {
        const auto process = startBranch(lifeline, "group");
        if (process && how == "signal")
            raise(SIGUSR2);
        if (process && how == "exec")
            execl(FORKFD_TEST_CHILD, FORKFD_TEST_CHILD, "exit", "0", nullptr);
        return {};
    });
    lifeline.letGo();
    QVERIFY(lifeline.comesToBeCut());
}

// As a user's program in a cgroup that was delegated to it. Its own cgroup goes, too.
void tst_TreeDiesWithParent::delegatedCgroup()
{
    if (geteuid() != 0 || !TestCgroups::canBeMade())
        QSKIP("Only root can delegate a cgroup.");
    constexpr uid_t nobody = 65534;
    const TestControlGroup group;
    const std::string members = group.path() + "/cgroup.procs";
    QVERIFY(chown(group.path().c_str(), nobody, nobody) == 0);
    QVERIFY(chown(members.c_str(), nobody, nobody) == 0);
    Lifeline lifeline;
    const QByteArray result = inForkedCopy([&]() -> QByteArray {
        QFile file(QString::fromStdString(members));
        if (!file.open(QIODevice::WriteOnly | QIODevice::Unbuffered) || file.write("0") != 1)
            return "cannot enter the cgroup";
        file.close();
        becomeOrdinaryUserWhoMayReadAll();
        const auto process = startBranch(lifeline, "daemon");
        raise(process ? SIGKILL : SIGTERM);
        return {};
    });
    lifeline.letGo();
    QVERIFY2(result.contains("wait status 9"), result.constData());
    QVERIFY(lifeline.comesToBeCut());
    const QDir directory(QString::fromStdString(group.path()));
    QTRY_COMPARE(directory.entryList({QStringLiteral("forkfd-*")}, QDir::Dirs), QStringList());
}

void tst_TreeDiesWithParent::manyTrees_data()
{
    addTrees();
}

// 50 trees of 10 processes each.
void tst_TreeDiesWithParent::manyTrees()
{
    QFETCH(const bool, hasCgroup);
    Lifeline lifeline;
    const QByteArray result = inForkedCopy([&]() -> QByteArray {
        const TestCgroups::Refusal refusal(!hasCgroup);
        std::vector<std::string> words;
        for (int i = 0; i < 9; ++i)
            words.insert(words.end(), {"branch", i % 2 == 0 ? "session" : "same"});
        words.insert(words.end(), {"stamp", "3", "sleep"});
        std::vector<std::optional<ForkFd::Child>> trees;
        for (int i = 0; i < 50; ++i) {
            trees.push_back(startTree(lifeline, words));
            if (!trees.back())
                return "not started";
        }
        raise(SIGKILL);
        return {};
    });
    lifeline.letGo();
    QVERIFY2(result.contains("wait status 9"), result.constData());
    QVERIFY(lifeline.comesToBeCut());
}

// The guardian cannot hold a descriptor for each of the trees.
void tst_TreeDiesWithParent::fewDescriptors()
{
    Lifeline lifeline;
    const QByteArray result = inForkedCopy([&]() -> QByteArray {
        const rlimit limit = {64, 64};
        if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
            return "no limit";
        std::vector<std::optional<ForkFd::Child>> trees;
        for (int i = 0; i < 20; ++i) {
            trees.push_back(startBranch(lifeline, "session"));
            if (!trees.back())
                return "not started";
        }
        raise(SIGKILL);
        return {};
    });
    lifeline.letGo();
    QVERIFY2(result.contains("wait status 9"), result.constData());
    QVERIFY(lifeline.comesToBeCut());
}

void tst_TreeDiesWithParent::leaderEndsBefore_data()
{
    addTrees();
}

// The rest of a tree that has lost its leader is still guarded.
void tst_TreeDiesWithParent::leaderEndsBefore()
{
    QFETCH(const bool, hasCgroup);
    Lifeline lifeline;
    const QByteArray result = inForkedCopy([&]() -> QByteArray {
        const TestCgroups::Refusal refusal(!hasCgroup);
        const TestPipe ready;
        auto process =
            ForkFd::spawn(child({"branch", "same", "stamp", "3", "exit", "0"}),
                          {.fileDescriptors = {{3, ready.writeEnd()}, lifeline.asDescriptor()},
                           .newSession = true,
                           .treeDiesWithParent = true});
        if (!process || !process->wait())
            return "not started";
        if (lifeline.isCut())
            return "nothing is left";
        raise(SIGKILL);
        return {};
    });
    lifeline.letGo();
    QVERIFY2(result.contains("wait status 9"), result.constData());
    QVERIFY(lifeline.comesToBeCut());
}

void tst_TreeDiesWithParent::guardianIsKilled_data()
{
    addTrees();
}

void tst_TreeDiesWithParent::guardianIsKilled()
{
    QFETCH(const bool, hasCgroup);
    Lifeline lifeline;
    const QByteArray result = inForkedCopy([&]() -> QByteArray {
        const TestCgroups::Refusal refusal(!hasCgroup);
        const auto first = startBranch(lifeline, "group");
        const QList<pid_t> before = GuardianTest::guardians();
        if (!first || before.size() != 1 || kill(before[0], SIGKILL) != 0)
            return "no guardian";
        if (!eventually([&] {
                const QList<pid_t> now = GuardianTest::guardians();
                return now.size() == 1 && now[0] != before[0];
            }))
            return "no other guardian";
        // That of the tree, and that of the guardian.
        const qsizetype cgroups = hasCgroup ? 2 : 0;
        if (!eventually([&] { return TestCgroups::left().size() == cgroups; }))
            return "cgroups: " + TestCgroups::left().join(u' ').toLocal8Bit();
        const auto second = startBranch(lifeline, "session");
        if (!second || GuardianTest::guardians().size() != 1)
            return "no second tree";
        raise(SIGKILL);
        return {};
    });
    lifeline.letGo();
    QVERIFY2(result.contains("wait status 9"), result.constData());
    QVERIFY(lifeline.comesToBeCut());
}

// Without a tree none is needed. The next start notices, or the thread of the last tree.
void tst_TreeDiesWithParent::idleGuardianIsKilled()
{
    if (!TestCgroups::canBeMade())
        QSKIP("No cgroup can be made here.");
    const QByteArray result = inForkedCopy([]() -> QByteArray {
        for (int i = 0; i < 3; ++i) {
            const QByteArray end = outcomeOf(child({"exit", "3"}), {.treeDiesWithParent = true});
            const QList<pid_t> guardians = GuardianTest::guardians();
            if (end != "exited with code 3" || guardians.size() != 1)
                return end + ", not one guardian";
            if (!eventually([] { return TestCgroups::left().size() == 1; }))
                return "cgroups: " + TestCgroups::left().join(u' ').toLocal8Bit();
            kill(guardians[0], SIGKILL);
            if (!eventually([&] { return GuardianTest::hasEnded(guardians[0]); }))
                return "the guardian lives";
        }
        return "as it should be";
    });
    QCOMPARE(result, "as it should be");
}

// A forked copy of the program holds the socket open, and does not keep the tree alive.
void tst_TreeDiesWithParent::copyLivesOn()
{
    Lifeline lifeline;
    const TestPipe life;
    const QByteArray result = inForkedCopy([&]() -> QByteArray {
        const auto process = startBranch(lifeline, "group");
        if (!process)
            return "not started";
        if (fork() == 0) {
            closePipesExcept(life.readEnd());
            life.read();
            _exit(0);
        }
        raise(SIGKILL);
        return {};
    });
    lifeline.letGo();
    const bool isCut = lifeline.comesToBeCut();
    life.write("end");
    QVERIFY2(result.contains("wait status 9"), result.constData());
    QVERIFY(isCut);
}

// It is no child, has nothing of the program's but what it needs, and is hard to end by accident.
void tst_TreeDiesWithParent::invisible()
{
    const QByteArray result = inForkedCopy([]() -> QByteArray {
        auto process = ForkFd::spawn(child({"exit", "3"}), {.treeDiesWithParent = true});
        if (!process || process->wait()->code != 3)
            return "not started";
        if (waitpid(-1, nullptr, __WALL) != -1 || errno != ECHILD)
            return "it is a child";
        const QList<pid_t> guardians = GuardianTest::guardians();
        if (guardians.size() != 1)
            return "no guardian";
        const pid_t guardian = guardians[0];
        for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGUSR1, SIGRTMAX})
            kill(guardian, signal);
        QByteArray faults;
        if (getsid(guardian) == getsid(0) || getpgid(guardian) == getpgid(0))
            faults += "same session\n";
        if (TestCgroups::canBeMade()
            && GuardianTest::fileOf(guardian, "cgroup") == GuardianTest::fileOf(getpid(), "cgroup"))
            faults += "same cgroup\n";
        if (GuardianTest::privateKiB(guardian) >= 1024)
            faults += "too much memory\n";
        faults += GuardianTest::foreignDescriptors(guardian);
        const bool isAlive =
            ForkFd::spawn(child({"exit", "0"}), {.treeDiesWithParent = true}).has_value()
            && GuardianTest::guardians() == guardians;
        return faults + (isAlive ? "as it should be" : "it has ended");
    });
    QCOMPARE(result, "as it should be");
}

void tst_TreeDiesWithParent::oneGuardian()
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
        return QByteArray::number(started) + " children, "
            + QByteArray::number(GuardianTest::guardians().size()) + " guardian";
    });
    QCOMPARE(result, "20 children, 1 guardian");
}

void tst_TreeDiesWithParent::noneUnasked()
{
    const QByteArray result = inForkedCopy([] {
        outcomeOf(child({"exit", "3"}));
        outcomeOf(child({"exit", "3"}), {.dieWithParent = true});
        return QByteArray::number(GuardianTest::guardians().size());
    });
    QCOMPARE(result, "0");
}

void tst_TreeDiesWithParent::endedTrees_data()
{
    addTrees();
}

// Nothing of an ended tree is left while the program goes on: neither its cgroup nor a descriptor.
void tst_TreeDiesWithParent::endedTrees()
{
    QFETCH(const bool, hasCgroup);
    const QByteArray result = inForkedCopy([&]() -> QByteArray {
        const TestCgroups::Refusal refusal(!hasCgroup);
        auto first = ForkFd::spawn(child({"sleep"}), {.treeDiesWithParent = true});
        const QList<pid_t> guardians = GuardianTest::guardians();
        if (!first || guardians.size() != 1)
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
            return GuardianTest::descriptorCount(guardians[0]) == 2 + pidfds + 2 * cgroups
                && TestCgroups::left().size() == cgroups;
        });
        return areForgotten ? "forgotten" : "still there";
    });
    QCOMPARE(result, "forgotten");
}

void tst_TreeDiesWithParent::failedStart()
{
    const QByteArray result = inForkedCopy([] {
        StartError error;
        ForkFd::spawn({.argv = {"/no/such/program"}}, {.treeDiesWithParent = true}, &error);
        const bool isClean = eventually([] { return GuardianTest::guardians().size() == 1; });
        return text(error) + (isClean ? "" : ", no guardian") + ' '
            + outcomeOf(child({"exit", "3"}), {.treeDiesWithParent = true});
    });
    QCOMPARE(result, text(StartError{"exec", ENOENT}) + " exited with code 3");
}

void tst_TreeDiesWithParent::noGuardian_data()
{
    QTest::addColumn<long>("call");
    QTest::addColumn<int>("errorCode");
    QTest::newRow("memfd_create") << long{SYS_memfd_create} << EPERM;
    QTest::newRow("socketpair") << long{SYS_socketpair} << EMFILE;
    QTest::newRow("sendmsg") << long{SYS_sendmsg} << EACCES;
}

void tst_TreeDiesWithParent::noGuardian()
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

QTEST_GUILESS_MAIN(tst_TreeDiesWithParent)
#include "tst_treedieswithparent.moc"
