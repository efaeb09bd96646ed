// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "childprocesstest.h"

#include <QtCore/QElapsedTimer>

using ForkFd::ExitInfo;
using namespace std::chrono_literals;

/// What exitInfo() and elapsedTime() know beyond QProcess.
class tst_ExitInfo : public ChildProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void nothingYet();
    void ended_data();
    void ended();
    void knownInFinished();
    void forgottenAtTheNextStart();
    void elapsedTime();
    void elapsedTimeOfAFailedStart();
};

void tst_ExitInfo::nothingYet()
{
    const Process process;
    QCOMPARE(process.exitInfo().reason, ExitInfo::Unknown);
    QCOMPARE(process.exitCode(), 0);
    QCOMPARE(process.exitStatus(), Process::NormalExit);
    QCOMPARE(process.elapsedTime(), 0ns);
}

void tst_ExitInfo::ended_data()
{
    QTest::addColumn<QString>("command");
    QTest::addColumn<ExitInfo::Reason>("reason");
    QTest::addColumn<int>("code");
    QTest::addColumn<int>("signal");
    QTest::addColumn<QString>("text");
    QTest::newRow("success") << u"exit 0"_s << ExitInfo::Exited << 0 << 0 << u"exited with code 0"_s;
    QTest::newRow("failure") << u"exit 255"_s << ExitInfo::Exited << 255 << 0
                             << u"exited with code 255"_s;
    QTest::newRow("signal") << u"signal 15"_s << ExitInfo::Signaled << -1 << 15
                            << u"killed by SIGTERM"_s;
    QTest::newRow("an exit code as the shell makes it of a signal")
        << u"exit 143"_s << ExitInfo::Exited << 143 << 0 << u"exited with code 143"_s;
}

void tst_ExitInfo::ended()
{
    QFETCH(const QString, command);
    Process process;
    QSignalSpy finished(&process, &Process::finished);
    process.start(childProgram(), command.split(u' '));
    QVERIFY(comes(finished));
    const ExitInfo info = process.exitInfo();
    QTEST(info.reason, "reason");
    QTEST(info.code, "code");
    QTEST(info.signal, "signal");
    QVERIFY(!info.coreDumped);
    QVERIFY(info.hasUsage);
    QVERIFY(info.maxResidentBytes() > 0);
    QTEST(QString::fromStdString(info.toString()), "text");
}

void tst_ExitInfo::knownInFinished()
{
    Process process;
    QSignalSpy finished(&process, &Process::finished);
    ExitInfo info;
    connect(&process, &Process::finished, [&] { info = process.exitInfo(); });
    process.start(childProgram(), words("exit 3"));
    QVERIFY(comes(finished));
    QCOMPARE(info.code, 3);
    QVERIFY(info == process.exitInfo());
}

void tst_ExitInfo::forgottenAtTheNextStart()
{
    Process process;
    process.start(childProgram(), words("signal 9"));
    QVERIFY(process.waitForFinished());
    process.start(childProgram(), words("sleep"));
    QVERIFY(process.exitInfo() == ExitInfo());
    QCOMPARE(process.exitCode(), 0);
    QCOMPARE(process.exitStatus(), Process::NormalExit);
}

void tst_ExitInfo::elapsedTime()
{
    Process process;
    QElapsedTimer whole;
    whole.start();
    process.start(childProgram(), words("sleep"));
    QVERIFY(process.waitForStarted());

    QElapsedTimer part;
    part.start();
    const auto early = process.elapsedTime();
    QVERIFY(early > 0ns);
    QTRY_VERIFY(process.elapsedTime() > early);
    const auto lived = std::chrono::nanoseconds(part.nsecsElapsed());
    process.kill();
    QVERIFY(process.waitForFinished());

    const auto atTheEnd = process.elapsedTime();
    QVERIFY(atTheEnd >= early + lived);
    QVERIFY(atTheEnd <= std::chrono::nanoseconds(whole.nsecsElapsed()));
    QCOMPARE(process.elapsedTime(), atTheEnd);

    process.start(childProgram(), words("sleep"));
    const auto again = process.elapsedTime();
    QTRY_VERIFY(process.elapsedTime() > again); // The clock is running once more.
}

void tst_ExitInfo::elapsedTimeOfAFailedStart()
{
    Process process;
    process.start(childProgram(), words("exit 0"));
    QVERIFY(process.waitForFinished());
    QVERIFY(process.elapsedTime() > 0ns);
    process.start(u"/no/such/program"_s);
    QVERIFY(!process.waitForStarted());
    QCOMPARE(process.elapsedTime(), 0ns);
}

QTEST_GUILESS_MAIN(tst_ExitInfo)
#include "tst_exitinfo_qt.moc"
