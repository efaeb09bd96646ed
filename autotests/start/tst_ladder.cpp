// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "forkedcopy.h"
#include "refusaltest.h"
#include "temporarychange.h"
#include "testpipe.h"

#include <ForkFd/forkfd.h>

#include <QtCore/QDir>

#include <atomic>
#include <cerrno>

#include <fcntl.h>
#include <linux/sched.h>
#include <unistd.h>

using ForkFd::StartError;

namespace {

std::atomic<int> childSignals;

qsizetype openDescriptors()
{
    return QDir(QStringLiteral("/proc/self/fd")).entryList(QDir::Files | QDir::System).size();
}

} // namespace

/// Every rung of the ladder keeps the same promises. Each row allows one rung and refuses all others,
/// also those below it.
/// Holds: B1, S11 (ignoredChildren), L2 (ends), L3 (failures), L5, L6 (ignoredChildren), L8
/// (closedStreams, closeDescriptors).
class tst_Ladder : public RefusalTest
{
    Q_OBJECT

private Q_SLOTS:
    void ends_data() { addRungs(); }
    void ends();
    void failures_data() { addRungs(); }
    void failures();
    void closedStreams_data() { addRungs(); }
    void closedStreams();
    void closeDescriptors_data() { addRungs(); }
    void closeDescriptors();
    void closesBeforeTheLimits_data() { addRungs(); }
    void closesBeforeTheLimits();
    void limits_data() { addRungs(); }
    void limits();
    void ignoredChildren_data() { addRungs(); }
    void ignoredChildren();

private:
    static void addRungs();
    /// Runs `body` in a forked copy that has only the rung of the current row.
    static QByteArray onThisRung(const std::function<QByteArray()> &body);
};

void tst_Ladder::addRungs()
{
    QTest::addColumn<Refusals>("refusals");
    const Refusal noClone3 = {SYS_clone3, ENOSYS};
    const auto noCloneWith = [](unsigned flags) { return Refusal{SYS_clone, EINVAL, flags, flags}; };
    const auto noCloneWithout = [](unsigned flags) { return Refusal{SYS_clone, EPERM, flags, 0}; };
    QTest::newRow("fork, then open")
        << Refusals{noClone3, noCloneWith(CLONE_VFORK), noCloneWith(CLONE_PIDFD)};
    if (isUnderThreadSanitizer)
        return; // Under ThreadSanitizer the library takes no other rung.
#ifdef __x86_64__
    if (syscall(SYS_clone3, nullptr, 0) < 0 && errno == EINVAL) // Not refused by a sandbox.
        QTest::newRow("clone3") << Refusals{{SYS_clone, EPERM}};
#endif
    QTest::newRow("clone") << Refusals{noClone3, noCloneWithout(CLONE_VFORK),
                                       noCloneWithout(CLONE_PIDFD)};
    QTest::newRow("clone, then open")
        << Refusals{noClone3, noCloneWith(CLONE_PIDFD), noCloneWithout(CLONE_VFORK)};
    QTest::newRow("copy") << Refusals{noClone3, noCloneWith(CLONE_VFORK), noCloneWithout(CLONE_PIDFD)};
}

QByteArray tst_Ladder::onThisRung(const std::function<QByteArray()> &body)
{
    QFETCH(Refusals, refusals);
    // The leak check at the copy's exit calls clone(), which the filter may refuse.
    qputenv("ASAN_OPTIONS", "detect_leaks=0");
    return inRefusedCopy(refusals, body);
}

void tst_Ladder::ends()
{
    const QByteArray result = onThisRung([] {
        const auto before = openDescriptors();
        QByteArray all;
        for (int i = 0; i < 3; ++i)
            all += outcomeOf(child({"exit", "42"})) + ", " + outcomeOf(child({"signal", "9"})) + '\n';
        std::vector<ForkFd::Child> running;
        for (int i = 0; i < 50; ++i)
            running.push_back(ForkFd::spawn(child({"exit", std::to_string(i)})).value());
        for (int i = 49; i >= 0; --i) {
            if (running[static_cast<size_t>(i)].wait().value().code != i)
                all += "wrong code\n";
        }
        all += openDescriptors() == before ? "" : "a descriptor was left\n";
        return all + (hasChildren() ? "a child was left" : "");
    });
    const QByteArray pair = "exited with code 42, killed by SIGKILL\n";
    QCOMPARE(result, pair + pair + pair);
}

void tst_Ladder::failures()
{
    const QByteArray result = onThisRung([] {
        const TemporaryAction count(SIGCHLD, [](int) { ++childSignals; });
        const auto before = openDescriptors();
        ForkFd::Command elsewhere = child({"exit", "0"});
        elsewhere.workingDirectory = "/no/such/directory";

        QByteArray all = outcomeOf({{"/no/such/program"}}) + '\n';
        all += outcomeOf(elsewhere) + '\n';
        // A descriptor that is closed in the parent is refused, even if the library reuses its number.
        for (int fd = 0, tried = 0; tried < 4; ++fd) {
            if (fcntl(fd, F_GETFD) < 0 && ++tried)
                all += outcomeOf(child({"exit", "0"}), {.fileDescriptors = {{60, fd}}}) + '\n';
        }
        all += openDescriptors() == before ? "" : "a descriptor was left\n";
        all += hasChildren() ? "a child was left\n" : "";
        return all + QByteArray::number(childSignals);
    });
    const QByteArray closed = text(StartError{"fileDescriptors", EBADF}) + '\n';
    const QByteArray errors = text(StartError{"exec", ENOENT}) + '\n'
        + text(StartError{"workingDirectory", ENOENT}) + '\n' + closed + closed + closed + closed;
    // Only after a real fork() does a failed child raise SIGCHLD.
    if (QTest::currentDataTag() == QByteArray("fork, then open"))
        QVERIFY(result.startsWith(errors));
    else
        QCOMPARE(result, errors + '0');
}

void tst_Ladder::closedStreams()
{
    for (unsigned closed = 0; closed < 8; ++closed) {
        const QByteArray result = onThisRung([closed] {
            for (int fd = 0; fd < 3; ++fd) {
                if (closed >> fd & 1)
                    close(fd);
            }
            const TestPipe input;
            const ForkFd::LaunchOptions all = {
                .fileDescriptors = {{STDIN_FILENO, input.readEnd()}, {STDERR_FILENO, input.writeEnd()}}};
            return outputOf(child({"args", "hello"}), all) + outcomeOf({{"/no/such/program"}}, all);
        });
        QCOMPARE(result, "hello\n" + text(StartError{"exec", ENOENT}));
    }
}

// What other code of the process left inheritable.
void tst_Ladder::closeDescriptors()
{
    const QByteArray result = onThisRung([] {
        const int inherited = fcntl(STDIN_FILENO, F_DUPFD, 100);
        const QByteArray number = QByteArray::number(inherited);
        const TestPipe pipe;
        QByteArray all = outputOf(child({"fds"}));
        all = all.contains(' ' + number + ' ') ? "" : "not inherited: " + all;
        all += outputOf(child({"fds"}), {.closeDescriptors = true});
        all += outputOf(child({"fds"}),
                        {.fileDescriptors = {{50, pipe.readEnd()}, {3, inherited}, {inherited, 0}},
                         .newSession = true,
                         .noNewPrivileges = true,
                         .closeDescriptors = true});
        all += outcomeOf({{"/no/such/program"}}, {.closeDescriptors = true}) + '\n';
        all += fcntl(inherited, F_GETFD) == 0 ? "" : "the parent has changed";
        return all;
    });
    QCOMPARE(result, "0 1 2 \n0 1 2 3 50 100 \n" + text(StartError{"exec", ENOENT}) + '\n');
}

// Where close_range(2) is refused, the child reads /proc, which did not open with its own low limit. The
// numbers above that of the parent remained.
void tst_Ladder::closesBeforeTheLimits()
{
    rlimit limit = {};
    getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_max < 2000)
        QSKIP("Needs descriptors above 1400.");
    const QByteArray result = onThisRung([] {
        QByteArray all;
        {
            const TemporaryLimit enough(RLIMIT_NOFILE, 2000);
            all = fcntl(STDIN_FILENO, F_DUPFD, 1400) == 1400 ? "" : "not opened ";
            fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3); // The last number within the limit, until the exec.
        }
        const TemporaryLimit low(RLIMIT_NOFILE, 100);
        if (!refuse({{SYS_close_range, ENOSYS}}))
            return QByteArray("no filter");
        return all
            + outputOf(child({"fds"}),
                       {.resourceLimits = {{RLIMIT_NOFILE, 4, 100}}, .closeDescriptors = true});
    });
    QCOMPARE(result, "0 1 2 \n");
}

void tst_Ladder::limits()
{
    const QByteArray result = onThisRung([] {
        becomeOrdinaryUserWhoMayReadAll();
        const int next = dup(0);
        close(next);
        QByteArray all;
        {
            const TemporaryLimit limit(RLIMIT_NPROC, 0);
            all = outcomeOf(child({"exit", "42"})) + '\n';
        }
        bool hasFailed = false;
        for (rlim_t room = 8; room != rlim_t(-1); --room) {
            const TemporaryLimit limit(RLIMIT_NOFILE, static_cast<rlim_t>(next) + room);
            const QByteArray outcome = outcomeOf(child({"exit", "42"}));
            if (outcome == text(StartError{"descriptors", EMFILE}))
                hasFailed = true;
            else if (outcome != "exited with code 42" || hasFailed)
                all += outcome + " with room for " + QByteArray::number(room) + '\n';
        }
        all += hasFailed ? "" : "it needs no descriptor\n";
        all += hasChildren() ? "a child was left\n" : "";
        return all + outcomeOf(child({"exit", "42"}));
    });
    QCOMPARE(result, text(StartError{"clone", EAGAIN}) + "\nexited with code 42");
}

void tst_Ladder::ignoredChildren()
{
    const QByteArray result = onThisRung([] {
        const TemporaryAction ignore(SIGCHLD, SIG_IGN);
        QByteArray wrong;
        for (int i = 0; i < 200; ++i) {
            const QByteArray outcome = outcomeOf(child({"exit", "42"}));
            if (outcome != "exited with code 42" && outcome != text(ForkFd::ExitInfo()))
                wrong += outcome + '\n';
        }
        return wrong;
    });
    QCOMPARE(result, QByteArray());
}

QTEST_GUILESS_MAIN(tst_Ladder)
#include "tst_ladder.moc"
