// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "stoppingtest.h"
#include "testcontrolgroup.h"

#include <ForkFd/run.h>

#include <QtCore/QFile>
#include <QtCore/QPromise>

#include <atomic>
#include <string>

#include <sched.h>

using namespace std::chrono_literals;
using ForkFd::ResourceUsage;
using std::chrono::microseconds;

namespace {

using Scope = Process::SignalScope;
constexpr qint64 MiB = 1024 * 1024;

microseconds timeOf(const ResourceUsage &usage)
{
    return usage.userTime + usage.systemTime;
}

microseconds timeOf(const std::string &controlGroup)
{
    QFile file(QString::fromStdString(controlGroup + "/cpu.stat"));
    if (!file.open(QIODevice::ReadOnly))
        return {};
    return microseconds(file.readLine().simplified().split(' ').value(1).toLongLong());
}

} // namespace

/// What resourceUsage() and RunResult say of a child, a group and a tree.
/// Holds: R12.
class tst_ResourceUsage : public StoppingTest
{
    Q_OBJECT

private Q_SLOTS:
    void withoutChild();
    void running_data() { addScopesAndTrees(); }
    void running();
    void burning_data();
    void burning();
    void reach_data() { addScopesAndTrees(); }
    void reach();
    void threadsAreNoProcesses_data() { addScopesAndTrees(); }
    void threadsAreNoProcesses();
    void withoutFirstThread();
    void afterTheEnd_data() { addScopesAndTrees(); }
    void afterTheEnd();
    void orphans();
    void restart();
    void stoppedRun_data();
    void stoppedRun();

private:
    void warmUp() override
    {
        StoppingTest::warmUp();
        ForkFd::run(childProgram(), words("exit 0"))
            .then([](const ForkFd::RunResult &) {})
            .waitForFinished();
    }
    static bool makesCgroup(Scope scope, bool hasCgroup)
    {
        return scope == Scope::Tree && hasCgroup && TestCgroups::canBeMade();
    }
};

void tst_ResourceUsage::withoutChild()
{
    Process process;
    QVERIFY(!process.resourceUsage());
    process.start(u"/no/such/program"_s);
    QVERIFY(!process.waitForStarted());
    QVERIFY(!process.resourceUsage());
    process.setStartMode(Process::StartMode::Background);
    process.start(childProgram(), words("exit 0"));
    QVERIFY(process.waitForFinished());
    QVERIFY(process.resourceUsage());
}

void tst_ResourceUsage::running()
{
    QFETCH(const Scope, scope);
    QFETCH(const bool, hasCgroup);
    const TestCgroups::Refusal refusal(!hasCgroup);
    Lifeline lifeline;
    Process process;
    process.setSignalScope(scope);
    startCrowd(process, lifeline, u"hold 20 burn 100 say x sleep"_s, 1);
    const std::optional<ResourceUsage> usage = process.resourceUsage();
    process.kill();
    QVERIFY(process.waitForFinished());
    if (FORKFD_TEST_PORTABLE) {
        QVERIFY(!usage);
        return;
    }
    QVERIFY(usage);
    // With SIGCHLD the child enters its control group a moment after its birth.
    QVERIFY(timeOf(*usage) >= 90ms);
    QVERIFY(usage->residentBytes >= 20 * MiB);
    QVERIFY(usage->maxResidentBytes >= usage->residentBytes);
    QCOMPARE(usage->processCount, 1);
    QCOMPARE(usage->wholeTree, makesCgroup(scope, hasCgroup));
}

void tst_ResourceUsage::burning_data()
{
    QTest::addColumn<int>("members");
    QTest::addColumn<bool>("hasCgroup");
    for (const bool hasCgroup : {true, false}) {
        for (const int members : {1, 10, 80})
            QTest::addRow("%d members, %s", members, hasCgroup ? "cgroup" : "walk")
                << members << hasCgroup;
    }
}

// On one processor, behind the test, which has to look at each of them.
static ForkFd::LaunchOptions besideTheTest(const std::string &controlGroup)
{
    ForkFd::LaunchOptions options;
    options.controlGroup = controlGroup;
    options.niceValue = 19;
    cpu_set_t processors;
    CPU_ZERO(&processors);
    sched_getaffinity(0, sizeof processors, &processors);
    for (int number = 0; number < CPU_SETSIZE && options.cpuAffinity.empty(); ++number) {
        if (CPU_ISSET(number, &processors))
            options.cpuAffinity = {number};
    }
    return options;
}

// The whole tree is in a control group of the test, which counts its time while it goes on.
void tst_ResourceUsage::burning()
{
    QFETCH(const int, members);
    QFETCH(const bool, hasCgroup);
    const TestControlGroup group;
    if (!group.isMade() || !TestCgroups::canBeMade())
        QSKIP("No cgroup can be made here.");
    const TestCgroups::Refusal refusal(!hasCgroup);
    Lifeline lifeline;
    Process process;
    process.setSignalScope(Scope::Tree);
    const int milliseconds = members == 1 ? 200 : members == 10 ? 50 : 2;
    // So many would leave no processor to other tests.
    const QString rest = members > 10 ? u"sleep"_s : u"burn 250000"_s;
    startCrowd(process, lifeline, u"crowd %1 burn %2 say x "_s.arg(members - 1).arg(milliseconds) + rest,
               members, besideTheTest(group.path()));
    const microseconds before = timeOf(group.path());
    const std::optional<ResourceUsage> usage = process.resourceUsage();
    const microseconds after = timeOf(group.path());
    process.kill();
    QVERIFY(ends(process));
    QVERIFY(lifeline.comesToBeCut());
    QVERIFY(usage);
    const QByteArray figures = QByteArray::number(qint64(before.count()))
        + " <= " + QByteArray::number(qint64(timeOf(*usage).count()))
        + " <= " + QByteArray::number(qint64(after.count()));
    QVERIFY2(timeOf(*usage) >= before * 95 / 100, figures.constData());
    QVERIFY2(timeOf(*usage) <= after * 105 / 100, figures.constData());
    QCOMPARE(usage->processCount, members);
    QVERIFY(usage->residentBytes > members * 100 * 1024);
    QCOMPARE(usage->wholeTree, hasCgroup);
}

// A branch in the group, one in another session, and a daemon.
void tst_ResourceUsage::reach()
{
    QFETCH(const Scope, scope);
    QFETCH(const bool, hasCgroup);
    const TestCgroups::Refusal refusal(!hasCgroup);
    Lifeline lifeline;
    Process process;
    process.setSignalScope(scope);
    startCrowd(process, lifeline, u"branch same branch session branch daemon say x sleep"_s, 1);
    const std::optional<ResourceUsage> usage = process.resourceUsage();
    lifeline.cut();
    QVERIFY(ends(process));
    if (FORKFD_TEST_PORTABLE)
        return;
    QVERIFY(usage);
    const bool isWhole = makesCgroup(scope, hasCgroup);
    const int treeCount = isWhole ? 4 : 3;
    QCOMPARE(usage->processCount, scope == Scope::Process ? 1 : scope == Scope::Group ? 2 : treeCount);
    QCOMPARE(usage->wholeTree, isWhole);
}

void tst_ResourceUsage::threadsAreNoProcesses()
{
    QFETCH(const Scope, scope);
    QFETCH(const bool, hasCgroup);
    const TestCgroups::Refusal refusal(!hasCgroup);
    Lifeline lifeline;
    Process process;
    process.setSignalScope(scope);
    startCrowd(process, lifeline, u"thread thread say x sleep"_s, 1);
    const std::optional<ResourceUsage> usage = process.resourceUsage();
    lifeline.cut();
    QVERIFY(ends(process));
    if (!FORKFD_TEST_PORTABLE)
        QCOMPARE(usage.value_or(ResourceUsage()).processCount, 1);
}

// main() was left by pthread_exit(3): the process looks like a zombie, and its memory is not shown.
void tst_ResourceUsage::withoutFirstThread()
{
    if (FORKFD_TEST_PORTABLE)
        QSKIP("POSIX shows no usage of a process that runs.");
    Lifeline lifeline;
    Process process;
    process.setSignalScope(Scope::Tree);
    startCrowd(process, lifeline, u"hold 20 say x survive 0"_s, 1);
    QFile status(u"/proc/%1/status"_s.arg(process.processId()));
    QVERIFY(eventually([&status] {
        return status.open(QIODevice::ReadOnly) && status.readAll().contains("zombie")
            ? true
            : (status.close(), false);
    }));
    const std::optional<ResourceUsage> usage = process.resourceUsage();
    process.closeWriteChannel();
    QVERIFY(process.waitForFinished());
    QVERIFY(usage);
    QCOMPARE(usage->processCount, 1);
    QCOMPARE(usage->residentBytes, 0);
    QVERIFY(!usage->wholeTree);
}

// The shell waits for its children: the largest one counts, and so does the time of each.
void tst_ResourceUsage::afterTheEnd()
{
    QFETCH(const Scope, scope);
    QFETCH(const bool, hasCgroup);
    const TestCgroups::Refusal refusal(!hasCgroup);
    Process process;
    process.setSignalScope(scope);
    process.start(u"sh"_s, {u"-c"_s, u"\"$0\" touch 64; \"$0\" burn 100; exit 3"_s, childProgram()});
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitCode(), 3);
    const std::optional<ResourceUsage> usage = process.resourceUsage();
    QVERIFY(usage);
    QVERIFY(timeOf(*usage) >= 90ms);
    QVERIFY(usage->maxResidentBytes >= 64 * MiB);
    QCOMPARE(usage->residentBytes, 0);
    QCOMPARE(usage->processCount, 0);
    QCOMPARE(usage->wholeTree, makesCgroup(scope, hasCgroup));
}

// What no process has waited for is known to the control group alone.
void tst_ResourceUsage::orphans()
{
    if (!TestCgroups::canBeMade())
        QSKIP("No cgroup can be made here.");
    Lifeline lifeline;
    Process process;
    process.setSignalScope(Scope::Tree);
    process.setLaunchOptions({.fileDescriptors = {lifeline.asDescriptor()}});
    process.start(u"sh"_s, {u"-c"_s, u"(\"$0\" burn 200 >&- 2>&- &)"_s, childProgram()});
    lifeline.letGo();
    QVERIFY(process.waitForFinished());
    QVERIFY(lifeline.comesToBeCut());
    QTRY_COMPARE(process.resourceUsage().value_or(ResourceUsage()).processCount, 0);
    const ResourceUsage usage = process.resourceUsage().value_or(ResourceUsage());
    QVERIFY(timeOf(usage) >= 200ms);
    QVERIFY(usage.wholeTree);
    QVERIFY(process.exitInfo().userTime() + process.exitInfo().systemTime() < timeOf(usage));
}

// The next start forgets the usage of the last child.
void tst_ResourceUsage::restart()
{
    Process process;
    process.setSignalScope(Scope::Tree);
    process.start(childProgram(), words("touch 64"));
    QVERIFY(process.waitForFinished());
    process.start(childProgram(), words("exit 0"));
    QVERIFY(process.waitForFinished());
    QVERIFY(process.resourceUsage());
    if (!isUnderAddressSanitizer) // There a child is copied, and its peak is the parent's size then.
        QVERIFY(process.resourceUsage()->maxResidentBytes < 64 * MiB);
    process.start(u"/no/such/program"_s);
    QVERIFY(!process.waitForFinished());
    QVERIFY(!process.resourceUsage());
}

void tst_ResourceUsage::stoppedRun_data()
{
    QTest::addColumn<Scope>("scope");
    QTest::addColumn<bool>("hasCgroup");
    QTest::newRow("process") << Scope::Process << true;
    if (TestCgroups::canBeMade())
        QTest::newRow("tree, cgroup") << Scope::Tree << true;
    QTest::newRow("tree, walk") << Scope::Tree << false;
}

// A tree that was stopped once reported 0.001 s.
void tst_ResourceUsage::stoppedRun()
{
    QFETCH(const Scope, scope);
    QFETCH(const bool, hasCgroup);
    const TestCgroups::Refusal refusal(!hasCgroup);
    Lifeline lifeline;
    QPromise<void> stop;
    stop.start();
    std::atomic<int> count = 0;
    ForkFd::RunOptions options;
    options.signalScope = scope;
    options.stopWhen = stop.future();
    options.launchOptions.fileDescriptors = {lifeline.asDescriptor()};
    options.onOutput = [&](Process::ProcessChannel, const QByteArray &bytes) {
        count += static_cast<int>(bytes.size());
        if (count == 4)
            stop.finish();
    };
    QFuture<ForkFd::RunResult> future =
        ForkFd::run(childProgram(), words("crowd 3 burn 100 say x sleep"), options);
    const ForkFd::RunResult result = future.result();
    lifeline.letGo();
    lifeline.cut();
    QCOMPARE(text(result.exitInfo), "killed by SIGTERM");
    const bool isKnown = result.exitInfo.hasUsage || makesCgroup(scope, hasCgroup);
    if (!result.resourceUsage) {
        QVERIFY(!isKnown); // With SIGCHLD it depends on whether the ended child is still a zombie.
        return;
    }
    const bool isWhole = makesCgroup(scope, hasCgroup);
    QCOMPARE(result.resourceUsage->wholeTree, isWhole);
    QVERIFY(timeOf(*result.resourceUsage) >= (isWhole ? 400ms : 100ms));
}

QTEST_GUILESS_MAIN(tst_ResourceUsage)
#include "tst_resourceusage.moc"
