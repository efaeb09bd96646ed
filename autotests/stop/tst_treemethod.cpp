// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "stoppingtest.h"
#include "systemcallfilter.h"
#include "testwalk.h"

#include <cerrno>
#include <csignal>

#include <sched.h>
#include <sys/mount.h>

namespace {

using Scope = Process::SignalScope;
using Method = Process::TreeMethod;

int warnings = 0;

void countWarnings(QtMsgType type, const QMessageLogContext &, const QString &text)
{
    warnings += type == QtWarningMsg && text.contains(u"SignalScope::Tree"_s);
}

/// In a copy: starts some children with the scope Tree, and returns the method and the count of
/// warnings.
QByteArray methodInCopy()
{
    const TestCgroups::Refusal refusal(true);
    qInstallMessageHandler(countWarnings);
    QByteArray method;
    for (int i = 0; i < 3; ++i) {
        Process process;
        process.setSignalScope(Scope::Tree);
        process.start(ChildProcessTest::childProgram(), {u"echo"_s});
        method = ChildProcessTest::nameOf(process.treeMethod()).toLatin1();
        process.kill();
        if (!process.waitForFinished() || process.exitInfo().signal != SIGKILL)
            return "not killed";
    }
    return method + ", " + QByteArray::number(warnings);
}

} // namespace

/// treeMethod(), and the warning where a tree can only be a group.
/// Holds: R2.
class tst_TreeMethod : public StoppingTest
{
    Q_OBJECT

private Q_SLOTS:
    void method_data();
    void method();
    void withoutChild();
    void background();
    void withoutPidFds();
    void killedForPidFds();
    void withoutProc();
    void withoutAccessCheck();
};

void tst_TreeMethod::method_data()
{
    const Method walk = canHoldMembers() ? Method::Walk : Method::Group;
    QTest::addColumn<Scope>("scope");
    QTest::addColumn<bool>("hasCgroup");
    QTest::addColumn<Method>("method");
    QTest::newRow("process") << Scope::Process << true << Method::None;
    QTest::newRow("group") << Scope::Group << true << Method::Group;
    if (TestCgroups::canBeMade())
        QTest::newRow("tree, cgroup") << Scope::Tree << true << Method::ControlGroup;
    QTest::newRow("tree, walk") << Scope::Tree << false << walk;
}

void tst_TreeMethod::method()
{
    QFETCH(const Scope, scope);
    QFETCH(const bool, hasCgroup);
    QFETCH(const Method, method);
    const TestCgroups::Refusal refusal(!hasCgroup);
    Process process;
    process.setSignalScope(scope);
    process.start(childProgram(), words("echo"));
    process.setSignalScope(Scope::Process); // Of the next child.
    QCOMPARE(process.treeMethod(), method);
    process.closeWriteChannel();
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.treeMethod(), method);
    process.start(childProgram(), words("exit 0"));
    QCOMPARE(process.treeMethod(), Method::None);
    QVERIFY(process.waitForFinished());
}

void tst_TreeMethod::withoutChild()
{
    Process process;
    process.setSignalScope(Scope::Group);
    QCOMPARE(process.treeMethod(), Method::None);
    process.start(childProgram(), words("exit 0"));
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.treeMethod(), Method::Group);
    process.start(u"/no/such/program"_s);
    QVERIFY(!process.waitForFinished());
    QCOMPARE(process.treeMethod(), Method::None);
}

void tst_TreeMethod::background()
{
    const TestCgroups::Refusal refusal(true);
    Process process;
    process.setSignalScope(Scope::Tree);
    process.setStartMode(Process::StartMode::Background);
    process.start(childProgram(), words("exit 0"));
    QVERIFY(process.waitForStarted());
    QCOMPARE(process.treeMethod(), canHoldMembers() ? Method::Walk : Method::Group);
    QVERIFY(process.waitForFinished());
}

// Where all trees are groups, an earlier function has caused the one warning.
static QByteArray groupInCopy()
{
    return canHoldMembers() ? "Group, 1" : "Group, 0";
}

// A filter that refuses pidfd_open(2) leaves the group.
void tst_TreeMethod::withoutPidFds()
{
    const QByteArray result = inRefusedCopy({{SYS_pidfd_open, ENOSYS}}, methodInCopy);
    if (result == "no filter")
        QSKIP("This system has no seccomp filters.");
    QCOMPARE(result, groupInCopy());
}

// FORKFD_BACKEND=sigchld is for sandboxes that kill for such calls.
void tst_TreeMethod::killedForPidFds()
{
    if (ForkFd::backend() == ForkFd::Backend::PidFd)
        QSKIP("The pidfd backend needs these calls.");
    const auto killing = [](long call) {
        return Refusal{.number = call, .errorCode = 0, .action = SECCOMP_RET_KILL_PROCESS};
    };
    const QByteArray result =
        inRefusedCopy({killing(SYS_pidfd_open), killing(SYS_pidfd_send_signal)}, methodInCopy);
    if (result == "no filter")
        QSKIP("This system has no seccomp filters.");
    QCOMPARE(result, groupInCopy());
}

void tst_TreeMethod::withoutProc()
{
    const QByteArray result = inForkedCopy([]() -> QByteArray {
        if (unshare(CLONE_NEWNS) != 0 || mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0
            || mount("none", "/proc", "tmpfs", 0, nullptr) != 0)
            return "no mounts";
        return methodInCopy();
    });
    if (result == "no mounts")
        QSKIP("This user may not mount a file system.");
    QCOMPARE(result, groupInCopy());
}

// Found by tst_surroundings: a filter that answers EPERM to faccessat2(2), as Docker's did before 20.10,
// left no cgroup.
void tst_TreeMethod::withoutAccessCheck()
{
    if (!TestCgroups::canBeMade())
        QSKIP("No cgroup can be made here.");
    const QByteArray result = inRefusedCopy({{SYS_faccessat2, EPERM}}, [] {
        Process process;
        process.setSignalScope(Scope::Tree);
        process.start(ChildProcessTest::childProgram(), {u"exit"_s, u"0"_s});
        const QByteArray method = ChildProcessTest::nameOf(process.treeMethod()).toLatin1();
        process.waitForFinished();
        return method;
    });
    if (result == "no filter")
        QSKIP("This system has no seccomp filters.");
    QCOMPARE(result, "ControlGroup");
}

QTEST_GUILESS_MAIN(tst_TreeMethod)
#include "tst_treemethod.moc"
