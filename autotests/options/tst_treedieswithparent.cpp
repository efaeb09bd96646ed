// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "delegatedcgroup.h"
#include "guardiantest.h"
#include "rungrefusals.h"
#include "testpipe.h"

#include <vector>

#include <sched.h>

#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

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
/// Holds: R15.
class tst_TreeDiesWithParent : public GuardianTest
{
    Q_OBJECT

private Q_SLOTS:
    void programIsKilled_data();
    void programIsKilled();
    void eachRung_data();
    void eachRung();
    void programEnds_data();
    void programEnds();
    void delegatedCgroup();
    void manyTrees_data() { TestCgroups::addTrees(); }
    void manyTrees();
    void fewDescriptors();
    void leaderEndsBefore_data() { TestCgroups::addTrees(); }
    void leaderEndsBefore();
    void copyLivesOn();
    void staysStopped();
    void readOnlyCgroups();
};

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
    expectTreeDied(result, lifeline);
}

void tst_TreeDiesWithParent::eachRung_data()
{
    QTest::addColumn<Refusals>("refusals");
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
    QTest::addColumn<QByteArray>("result");
    QTest::newRow("exit") << QByteArray("exit") << QByteArray();
    QTest::newRow("signal") << QByteArray("signal")
                            << " [the copy ended with wait status " + QByteArray::number(SIGUSR2) + ']';
    QTest::newRow("exec") << QByteArray("exec") << QByteArray();
}

void tst_TreeDiesWithParent::programEnds()
{
    QFETCH(const QByteArray, how);
    Lifeline lifeline;
    const QByteArray result = inForkedCopy([&]() -> QByteArray {
        const auto process = startBranch(lifeline, "group");
        if (!process)
            return "not started";
        if (how == "signal")
            raise(SIGUSR2);
        if (how == "exec")
            execl(FORKFD_TEST_CHILD, FORKFD_TEST_CHILD, "exit", "0", nullptr);
        return {};
    });
    lifeline.letGo();
    QTEST(result, "result");
    QVERIFY(lifeline.comesToBeCut());
}

// As a user's program in a cgroup that was delegated to it. Its own cgroup goes, too.
void tst_TreeDiesWithParent::delegatedCgroup()
{
    if (geteuid() != 0 || !TestCgroups::canBeMade())
        QSKIP("Only root can delegate a cgroup.");
    const TestControlGroup group;
    QVERIFY(delegate(group.path()));
    Lifeline lifeline;
    const QByteArray result = inForkedCopy([&]() -> QByteArray {
        if (!becomeOrdinaryUserIn(group))
            return "cannot enter the cgroup";
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
    expectTreeDied(result, lifeline);
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
    expectTreeDied(result, lifeline);
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
    expectTreeDied(result, lifeline);
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

// As tst_TreeLeftovers::staysStopped(). SIGHUP is 1 and SIGCONT is 18.
void tst_TreeDiesWithParent::staysStopped()
{
    TestPipe output;
    Lifeline lifeline;
    const QByteArray result = inForkedCopy([&]() -> QByteArray {
        const TestCgroups::Refusal refusal(true);
        const char *const script =
            "for i in $(seq 40); do \"$0\" ignore 1 tell 18 1 move write 1 1 sleep & done; wait";
        const auto process =
            ForkFd::spawn({{"sh", "-c", script, FORKFD_TEST_CHILD}},
                          {.fileDescriptors = {{1, output.writeEnd()}, lifeline.asDescriptor()},
                           .newSession = true,
                           .treeDiesWithParent = true});
        for (qsizetype count = 0; process && count < 40;)
            count += output.read().size();
        raise(process ? SIGKILL : SIGTERM);
        return {};
    });
    lifeline.letGo();
    output.closeWriteEnd();
    QVERIFY2(result.contains("wait status 9"), result.constData());
    QVERIFY(lifeline.comesToBeCut());
    QCOMPARE(output.readAll(), "");
}

// The guardian can neither kill the cgroup nor remove it. It walks, and the next program removes.
void tst_TreeDiesWithParent::readOnlyCgroups()
{
    if (!TestCgroups::canBeMade())
        QSKIP("No cgroup can be made here.");
    Lifeline lifeline;
    const QByteArray result = inForkedCopy([&]() -> QByteArray {
        if (unshare(CLONE_NEWNS) != 0 || mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
            return "no mounts";
        const auto process = startBranch(lifeline, "session");
        if (!process || !TestCgroups::makeReadOnly())
            return "not started";
        raise(SIGKILL);
        return {};
    });
    lifeline.letGo();
    if (result == "no mounts")
        QSKIP("No mount namespace can be made here.");
    QVERIFY2(result.contains("wait status 9"), result.constData());
    QVERIFY(lifeline.comesToBeCut());
    const QByteArray next = inForkedCopy([] {
        return outcomeOf(child({"exit", "3"}), {.treeDiesWithParent = true});
    });
    QCOMPARE(next, "exited with code 3");
}

QTEST_GUILESS_MAIN(tst_TreeDiesWithParent)
#include "tst_treedieswithparent.moc"
