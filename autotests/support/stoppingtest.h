// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_STOPPINGTEST_H
#define FORKFD_STOPPINGTEST_H

#include "childprocesstest.h"
#include "forkedcopy.h"
#include "lifeline.h"
#include "testcgroups.h"

#include <ForkFd/forkfd.h>

#include <cerrno>

#include <sys/syscall.h>
#include <unistd.h>

/// Base of the tests of stop(). Also checks that no cgroup is left over.
class StoppingTest : public ChildProcessTest
{
protected:
    void warmUp() override
    {
        ChildProcessTest::warmUp();
        warmUpKeeper();
    }

    // The keeper stops and reaps the children that no caller waits for any more.
    void cleanup()
    {
        QTRY_VERIFY(!hasChildren());
        QTRY_COMPARE(TestCgroups::left(), QStringList());
        ChildProcessTest::cleanup();
    }

    /// Adds the column `scope` and a row for each.
    static void addScopes()
    {
        using Scope = Process::SignalScope;
        QTest::addColumn<Scope>("scope");
        QTest::newRow("process") << Scope::Process;
        QTest::newRow("group") << Scope::Group;
        QTest::newRow("tree") << Scope::Tree;
    }
    /// Adds the columns `scope` and `hasCgroup`, and a row for each scope and for each way to find a
    /// tree.
    static void addScopesAndTrees()
    {
        using Scope = Process::SignalScope;
        QTest::addColumn<Scope>("scope");
        QTest::addColumn<bool>("hasCgroup");
        QTest::newRow("process") << Scope::Process << true;
        QTest::newRow("group") << Scope::Group << true;
        if (TestCgroups::canBeMade())
            QTest::newRow("tree, cgroup") << Scope::Tree << true;
        QTest::newRow("tree, walk") << Scope::Tree << false;
    }

    /// Starts a child, and returns when `count` processes have said a letter each. `options` need no
    /// descriptors.
    static void startCrowd(Process &process, Lifeline &lifeline, const QString &command, qsizetype count,
                           ForkFd::LaunchOptions options = {})
    {
        options.fileDescriptors = {lifeline.asDescriptor()};
        process.setLaunchOptions(options);
        process.start(childProgram(), command.split(u' '));
        lifeline.letGo();
        while (process.bytesAvailable() < count && process.waitForReadyRead(120000)) { }
        QCOMPARE(process.bytesAvailable(), count);
    }

    /// Returns when the child has written something, which it does when it is ready.
    static void startAndAwait(Process &process, Lifeline &lifeline, const QString &program,
                              const QStringList &arguments)
    {
        process.setLaunchOptions({.fileDescriptors = lifeline.descriptors()});
        process.start(program, arguments);
        lifeline.letGo();
        QVERIFY2(process.waitForReadyRead(), qPrintable(process.errorString()));
    }
    static void startAndAwait(Process &process, Lifeline &lifeline, const char *command)
    {
        startAndAwait(process, lifeline, childProgram(), words(command));
    }
    /// Whether the library can signal the other members of a group after it has collected the leader.
    /// It needs pidfds and PIDFD_SIGNAL_PROCESS_GROUP (Linux 6.9). An older kernel rejects the flag
    /// before it looks at the descriptor.
    static bool reachesGroupWithoutLeader()
    {
        constexpr unsigned toProcessGroup = 1U << 2;
        return ForkFd::backend() == ForkFd::Backend::PidFd
            && syscall(SYS_pidfd_send_signal, -1, 0, nullptr, toProcessGroup) == -1 && errno == EBADF;
    }
    /// Whether the child has ended, or ends now.
    static bool ends(Process &process)
    {
        return process.state() == Process::NotRunning || process.waitForFinished();
    }
};

#endif
