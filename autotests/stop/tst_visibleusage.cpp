// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "delegatedcgroup.h"
#include "interposedopen.h"
#include "stoppingtest.h"

#include <QtCore/QFile>
#include <QtCore/QTemporaryDir>

#include <cstring>
#include <map>
#include <string>

#include <sched.h>
#include <sys/mount.h>

using namespace std::chrono_literals;
using ForkFd::ResourceUsage;

namespace {

using Scope = Process::SignalScope;

/// Files that stand for those of a control group, as the memory controller makes them.
std::map<std::string, std::string> stands; // clazy:exclude=non-pod-global-static

const char *standFor(const char *path)
{
    const char *name = std::strrchr(path, '/');
    const auto found = stands.empty() || !name ? stands.end() : stands.find(name + 1);
    return found != stands.end() ? found->second.c_str() : path;
}

} // namespace

/// What the system shows of a tree's usage: with the memory controller, with hidden processes, without
/// /proc, to an ordinary user.
/// Holds: R12.
class tst_VisibleUsage : public StoppingTest
{
    Q_OBJECT

private Q_SLOTS:
    void memoryController();
    void hidden();
    void withoutProc();
    void ordinaryUser();
    void delegated();

protected:
    void warmUp() override
    {
        StoppingTest::warmUp();
        beforeOpen = standFor;
    }
};

// Files of the test stand for those that the memory controller would make.
void tst_VisibleUsage::memoryController()
{
    if (!TestCgroups::canBeMade())
        QSKIP("No cgroup can be made here.");
    const QTemporaryDir directory;
    const auto put = [&directory](const char *name, const char *content) {
        QFile file(directory.filePath(QString::fromLatin1(name)));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(content);
        stands[name] = file.fileName().toStdString();
    };
    Lifeline lifeline;
    Process process;
    process.setSignalScope(Scope::Tree);
    startCrowd(process, lifeline, u"crowd 1 say x sleep"_s, 2);
    put("memory.current", "123456789\n");
    const std::optional<ResourceUsage> withCurrent = process.resourceUsage();
    put("memory.peak", "12345\n");
    const std::optional<ResourceUsage> withBoth = process.resourceUsage();
    process.kill();
    QVERIFY(ends(process));
    const std::optional<ResourceUsage> atTheEnd = process.resourceUsage();
    stands.clear();
    QVERIFY(withCurrent && withBoth && atTheEnd);
    QCOMPARE(withCurrent->residentBytes, 123456789);
    QCOMPARE(withCurrent->maxResidentBytes, 123456789);
    QCOMPARE(withCurrent->processCount, 2);
    QVERIFY(withCurrent->wholeTree);
    QVERIFY(!withCurrent->isTreePeak);
    QCOMPARE(withBoth->maxResidentBytes, 12345);
    QVERIFY(withBoth->isTreePeak);
    QCOMPARE(atTheEnd->maxResidentBytes, 12345);
    QVERIFY(atTheEnd->isTreePeak);
    QVERIFY(atTheEnd->wholeTree);
}

// hidepid in proc(5): members of other users cannot be looked at.
void tst_VisibleUsage::hidden()
{
    const QByteArray result = inForkedCopy([]() -> QByteArray {
        if (unshare(CLONE_NEWNS) != 0 || mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
            return "no mounts";
        Process process;
        process.setSignalScope(TestCgroups::canBeMade() ? Scope::Tree : Scope::Process);
        process.start(childProgram(), words("say x echo"));
        process.waitForReadyRead();
        if (mount("proc", "/proc", "proc", 0, "hidepid=2") != 0)
            return "no mounts";
        becomeOrdinaryUserWhoMayReadAll();
        const std::optional<ResourceUsage> usage = process.resourceUsage();
        process.closeWriteChannel();
        process.waitForFinished();
        const bool isTree = process.signalScope() == Scope::Tree;
        if (isTree && usage && !usage->wholeTree && usage->processCount == 1)
            return "hidden";
        return !isTree && !usage ? "hidden" : "seen";
    });
    if (result.startsWith("no mounts"))
        QSKIP("This user may not mount a file system.");
    QVERIFY2(result.startsWith("hidden"), result.constData());
}

// Without /proc the system shows a control group's times, and nothing of a child that runs.
void tst_VisibleUsage::withoutProc()
{
    const QByteArray result = inForkedCopy([]() -> QByteArray {
        if (unshare(CLONE_NEWNS) != 0 || mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
            return "no mounts";
        Process process;
        process.start(childProgram(), words("say x echo"));
        process.waitForReadyRead();
        if (mount("none", "/proc", "tmpfs", 0, nullptr) != 0)
            return "no mounts";
        const bool isSeen = process.resourceUsage().has_value();
        process.closeWriteChannel();
        process.waitForFinished();
        return isSeen ? "seen" : process.resourceUsage() ? "at the end" : "never";
    });
    if (result == "no mounts")
        QSKIP("This user may not mount a file system.");
    QCOMPARE(result, "at the end");
}

// As an ordinary user, who may make no control group.
void tst_VisibleUsage::ordinaryUser()
{
    if (FORKFD_TEST_PORTABLE)
        QSKIP("POSIX shows no usage of a process that runs.");
    const QByteArray result = inForkedCopy([]() -> QByteArray {
        becomeOrdinaryUserWhoMayReadAll();
        const TestCgroups::Refusal refusal(true);
        Process process;
        process.setSignalScope(Scope::Tree);
        process.start(childProgram(), words("crowd 2 burn 50 say x sleep"));
        while (process.bytesAvailable() < 3 && process.waitForReadyRead()) { }
        const std::optional<ResourceUsage> usage = process.resourceUsage();
        process.kill();
        process.waitForFinished();
        return usage && usage->processCount == 3 && usage->userTime + usage->systemTime >= 150ms
                && !usage->wholeTree
            ? "sum"
            : "something else";
    });
    QCOMPARE(result, "sum");
}

// As an ordinary user in a control group that was delegated to him.
void tst_VisibleUsage::delegated()
{
    const TestControlGroup group;
    if (getuid() != 0 || !group.isMade() || !TestCgroups::canBeMade())
        QSKIP("Only root can delegate a control group.");
    const QByteArray result = inForkedCopy([&group]() -> QByteArray {
        if (!delegate(group.path()) || !becomeOrdinaryUserIn(group))
            return "not moved";
        const auto usage = []() -> std::optional<ResourceUsage> {
            Process process;
            process.setSignalScope(Scope::Tree);
            process.start(childProgram(), words("branch daemon burn 50 say x sleep"));
            process.waitForReadyRead();
            const std::optional<ResourceUsage> seen = process.resourceUsage();
            process.kill();
            process.waitForFinished();
            return seen;
        }();
        // While a process of the tree is still ending, its cgroup cannot be removed.
        if (!eventually([] { return TestCgroups::left().isEmpty(); }))
            return "not removed";
        return usage && usage->processCount == 2 && usage->wholeTree ? "whole" : "something else";
    });
    QCOMPARE(result, "whole");
}

QTEST_GUILESS_MAIN(tst_VisibleUsage)
#include "tst_visibleusage.moc"
