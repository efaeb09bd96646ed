// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "childprocesstest.h"
#include "forkedcopy.h"
#include "guardiantest.h"
#include "lifeline.h"
#include "testcgroups.h"
#include "testpipe.h"

#include <ForkFd/run.h>

#include <cerrno>
#include <csignal>

using ForkFd::LaunchOptions;
using ForkFd::StartError;

namespace {

using Scope = Process::SignalScope;

/// A descriptor that the child writes to when its tree is complete, and the lifeline.
LaunchOptions optionsFor(const Lifeline &lifeline, const TestPipe &ready)
{
    return {.fileDescriptors = {{3, ready.writeEnd()}, lifeline.asDescriptor()},
            .treeDiesWithParent = true};
}

} // namespace

/// LaunchOptions::treeDiesWithParent with ChildProcess and run(). The program is a forked copy.
/// Holds: R15.
class tst_TreeDiesWithParent_Qt : public ChildProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void programIsKilled_data();
    void programIsKilled();
    void runningPrograms();
    void leftRunning();
    void stopped_data();
    void stopped();
    void detached();
    void methodOfSignals_data();
    void methodOfSignals();

private:
    static QStringList tree() { return words("branch session stamp 3 sleep"); }
};

void tst_TreeDiesWithParent_Qt::initTestCase()
{
    if (!FORKFD_TEST_HAS_VFORK)
        QSKIP("POSIX knows nothing of this.");
}

void tst_TreeDiesWithParent_Qt::programIsKilled_data()
{
    QTest::addColumn<Scope>("scope");
    QTest::addColumn<bool>("hasCgroup");
    QTest::addColumn<QByteArray>("start");
    for (const char *start : {"direct", "background", "modifier"}) {
        QTest::addRow("process, %s", start) << Scope::Process << false << QByteArray(start);
        QTest::addRow("group, %s", start) << Scope::Group << false << QByteArray(start);
        QTest::addRow("tree, %s", start) << Scope::Tree << false << QByteArray(start);
        if (!TestCgroups::canBeMade())
            continue;
        QTest::addRow("process, cgroup, %s", start) << Scope::Process << true << QByteArray(start);
        QTest::addRow("tree, cgroup, %s", start) << Scope::Tree << true << QByteArray(start);
    }
}

void tst_TreeDiesWithParent_Qt::programIsKilled()
{
    QFETCH(const Scope, scope);
    QFETCH(const bool, hasCgroup);
    QFETCH(const QByteArray, start);
    Lifeline lifeline;
    const QByteArray result = inForkedCopy([&]() -> QByteArray {
        const TestCgroups::Refusal refusal(!hasCgroup);
        TestPipe ready;
        Process process;
        process.setSignalScope(scope);
        process.setLaunchOptions(optionsFor(lifeline, ready));
        if (start == "background")
            process.setStartMode(Process::StartMode::Background);
        if (start == "modifier")
            process.setChildProcessModifier([] {});
        process.start(childProgram(), tree());
        if (!process.waitForStarted())
            return process.errorString().toLocal8Bit();
        ready.read();
        raise(SIGKILL);
        return {};
    });
    GuardianTest::expectTreeDied(result, lifeline);
}

void tst_TreeDiesWithParent_Qt::runningPrograms()
{
    Lifeline lifeline;
    const QByteArray result = inForkedCopy([&]() -> QByteArray {
        const TestPipe ready;
        ForkFd::RunOptions options;
        options.launchOptions = optionsFor(lifeline, ready);
        const auto future = ForkFd::run(childProgram(), tree(), options);
        if (future.isFinished())
            return "not started";
        ready.read();
        raise(SIGKILL);
        return {};
    });
    GuardianTest::expectTreeDied(result, lifeline);
}

// An object that leaves its child running leaves it guarded.
void tst_TreeDiesWithParent_Qt::leftRunning()
{
    Lifeline lifeline;
    const QByteArray result = inForkedCopy([&]() -> QByteArray {
        const TestPipe ready;
        {
            Process process;
            process.setDestructionPolicy(Process::DestructionPolicy::LeaveRunning);
            process.setLaunchOptions(optionsFor(lifeline, ready));
            process.start(childProgram(), tree());
            ready.read();
        }
        return lifeline.isCut() ? "the child has gone" : "the child lives";
    });
    lifeline.letGo();
    QCOMPARE(result, "the child lives");
    QVERIFY(lifeline.comesToBeCut());
}

void tst_TreeDiesWithParent_Qt::stopped_data()
{
    QTest::addColumn<Scope>("scope");
    QTest::newRow("process") << Scope::Process;
    QTest::newRow("tree") << Scope::Tree;
}

// The guardian changes neither how a child is stopped nor what is left in its cgroup's place.
void tst_TreeDiesWithParent_Qt::stopped()
{
    QFETCH(const Scope, scope);
    const QByteArray result = inForkedCopy([&]() -> QByteArray {
        Process process;
        process.setSignalScope(scope);
        process.setLaunchOptions({.treeDiesWithParent = true});
        for (int i = 0; i < 3; ++i) {
            process.start(childProgram(), words("sleep"));
            process.stop();
            if (!process.waitForFinished() || process.exitInfo().signal != SIGTERM)
                return process.endText().toLocal8Bit();
        }
        // With a cgroup the guardian has one, too.
        const qsizetype mostLeft = TestCgroups::canBeMade() ? 1 : 0;
        return eventually([&] { return TestCgroups::left().size() <= mostLeft + 1; })
            ? "stopped"
            : TestCgroups::left().join(u' ').toLocal8Bit();
    });
    QCOMPARE(result, "stopped");
}

// Such a program is meant to live longer.
void tst_TreeDiesWithParent_Qt::detached()
{
    Process process;
    process.setProgram(childProgram());
    process.setArguments(words("exit 0"));
    process.setLaunchOptions({.treeDiesWithParent = true});
    QVERIFY(!process.startDetached());
    QCOMPARE(process.startError(), (StartError{"treeDiesWithParent", EINVAL}));
    QCOMPARE(GuardianTest::guardians().size(), 0);
    const LaunchOptions before = Process::defaultLaunchOptions();
    Process::setDefaultLaunchOptions({.treeDiesWithParent = true});
    const bool isStarted = Process::startDetached(childProgram(), words("exit 0"));
    Process::setDefaultLaunchOptions(before);
    QVERIFY(isStarted);
    QCOMPARE(GuardianTest::guardians().size(), 0);
}

void tst_TreeDiesWithParent_Qt::methodOfSignals_data()
{
    QTest::addColumn<Scope>("scope");
    QTest::addColumn<Process::TreeMethod>("method");
    QTest::newRow("process") << Scope::Process << Process::TreeMethod::None;
    QTest::newRow("group") << Scope::Group << Process::TreeMethod::Group;
    if (TestCgroups::canBeMade())
        QTest::newRow("tree") << Scope::Tree << Process::TreeMethod::ControlGroup;
}

// The guardian has a cgroup for each scope. treeMethod() says what signals reach.
void tst_TreeDiesWithParent_Qt::methodOfSignals()
{
    QFETCH(const Scope, scope);
    QFETCH(const Process::TreeMethod, method);
    const QByteArray result = inForkedCopy([&]() -> QByteArray {
        Process process;
        process.setSignalScope(scope);
        process.setLaunchOptions({.treeDiesWithParent = true});
        process.start(childProgram(), words("exit 0"));
        return process.waitForFinished() ? nameOf(process.treeMethod()).toLatin1() : "not started";
    });
    QCOMPARE(result, nameOf(method).toLatin1());
}

QTEST_GUILESS_MAIN(tst_TreeDiesWithParent_Qt)
#include "tst_treedieswithparent_qt.moc"
