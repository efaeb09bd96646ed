// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "childprocesstest.h"
#include "temporarychange.h"
#include "thief.h"

#include <ForkFd/forkfd.h>

#include <array>
#include <optional>

/// Other code may reap our children, or tell the kernel to keep no zombies. finished() still comes
/// once, with the right exit code or with UnknownExit, and never with a wrong exit code.
/// Holds: P4.
class tst_StolenStatusQt : public ChildProcessTest
{
    Q_OBJECT

public:
    enum Enemy { ThiefThread, IgnoredSignal, NoZombies };
    Q_ENUM(Enemy)

private Q_SLOTS:
    void initTestCase();
    void finished_data();
    void finished();

private:
    struct Report
    {
        int code;
        Process::ExitStatus status;
        QList<Process::ProcessError> errors;
    };
    void check(const Process &process, const Report &report) const;

    bool m_canRecover = false;
};

void tst_StolenStatusQt::initTestCase()
{
    m_canRecover = isStolenStatusRecoverable();
}

void tst_StolenStatusQt::finished_data()
{
    QTest::addColumn<Enemy>("enemy");
    QTest::addColumn<bool>("waits");
    for (const bool waits : {false, true}) {
        const char *const driver = waits ? "waitForFinished" : "event loop";
        QTest::addRow("a thread that waits for any child, %s", driver) << ThiefThread << waits;
        QTest::addRow("SIGCHLD is ignored, %s", driver) << IgnoredSignal << waits;
        QTest::addRow("SA_NOCLDWAIT, %s", driver) << NoZombies << waits;
    }
}

void tst_StolenStatusQt::check(const Process &process, const Report &report) const
{
    if (m_canRecover || report.status == Process::NormalExit) {
        QCOMPARE(report.code, 42);
        QCOMPARE(report.status, Process::NormalExit);
        QVERIFY(report.errors.isEmpty());
        QCOMPARE(process.error(), Process::UnknownError);
        QCOMPARE(process.exitInfo().code, 42);
    } else {
        QCOMPARE(report.code, -1);
        QCOMPARE(report.status, Process::UnknownExit);
        QCOMPARE(report.errors, QList<Process::ProcessError>{Process::UnknownError});
        QCOMPARE(process.exitInfo().reason, ForkFd::ExitInfo::Unknown);
    }
    const ForkFd::ExitInfo info = process.exitInfo();
    QVERIFY(process.elapsedTime() > std::chrono::nanoseconds(0)); // A thief cannot take it.
    QVERIFY(info.hasUsage ? info.reason != ForkFd::ExitInfo::Unknown && info.maxResidentBytes() > 0
                          : info.maxResidentBytes() == 0 && info.userTime().count() == 0);
    QCOMPARE(process.exitCode(), report.code);
    QCOMPARE(process.exitStatus(), report.status);
}

void tst_StolenStatusQt::finished()
{
    QFETCH(const Enemy, enemy);
    QFETCH(const bool, waits);
    std::optional<Thief> thief;
    std::optional<TemporaryAction> action;
    if (enemy == ThiefThread)
        thief.emplace();
    else if (enemy == IgnoredSignal)
        action.emplace(SIGCHLD, SIG_IGN);
    else
        action.emplace(SIGCHLD, SIG_DFL, SA_NOCLDWAIT);

    const TemporaryLimit limit(RLIMIT_NOFILE, RLIM_INFINITY); // Starts that go on hold more descriptors.
    constexpr std::size_t count = isUnderThreadSanitizer ? 100 : 300;
    std::array<Process, count> processes;
    std::array<QList<Report>, count> reports;
    std::array<QList<Process::ProcessError>, count> errors;
    qsizetype reported = 0;
    for (std::size_t i = 0; i < count; ++i) {
        connect(&processes[i], &Process::errorOccurred, [&, i](auto error) { errors[i] += error; });
        connect(&processes[i], &Process::finished, [&, i](int code, auto status) {
            reports[i] += {code, status, errors[i]};
            ++reported;
        });
        processes[i].setProcessChannelMode(Process::ForwardedChannels);
        processes[i].start(childProgram(), words("exit 42"));
    }
    if (waits) {
        for (Process &process : processes)
            QVERIFY(process.waitForFinished());
    }
    QTRY_COMPARE_WITH_TIMEOUT(reported, count, 60000);
    QCoreApplication::processEvents(); // A second signal would come now.
    for (std::size_t i = 0; i < count && !QTest::currentTestFailed(); ++i) {
        QCOMPARE(reports[i].size(), 1);
        check(processes[i], reports[i].front());
    }
    if (thief && ForkFd::backend() == ForkFd::Backend::PidFd) // The SIGCHLD backend is often faster.
        QVERIFY(thief->stop() > 0);
}

QTEST_GUILESS_MAIN(tst_StolenStatusQt)
#include "tst_stolenstatus_qt.moc"
