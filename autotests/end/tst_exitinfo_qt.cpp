// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "childprocesstest.h"

#include <QtCore/QElapsedTimer>

#include <cerrno>
#include <csignal>

using ForkFd::ExitInfo;
using ForkFd::StartError;
using namespace std::chrono_literals;

/// exitInfo() and elapsedTime(), which QProcess does not have.
/// Holds: P7.
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
    void printed_data();
    void printed();
    void failedComparison_data();
    void failedComparison();

protected:
    void warmUp() override // QProcess ignores SIGPIPE once it has written.
    {
        ChildProcessTest::warmUp();
        runFailing("exitInfo");
    }

private:
    static QByteArray runFailing(const QByteArray &function);
};

/// tst_ExitInfo::failedComparison() starts this program again to run these tests.
class FailingTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void exitInfo()
    {
        QCOMPARE(ExitInfo({ExitInfo::Signaled, -1, SIGSEGV, true}),
                 ExitInfo({ExitInfo::Exited, 3, 0, false}));
    }
    void startError() { QCOMPARE(StartError({"exec", ENOENT}), StartError()); }
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
    QTRY_VERIFY(process.elapsedTime() > again); // The clock runs again.
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

void tst_ExitInfo::printed_data()
{
    QTest::addColumn<QString>("logged");
    QTest::addColumn<QByteArray>("compared");
    QTest::addColumn<QString>("expected");
    const auto row = [](const char *name, const auto &value, const char *text) {
        QString logged;
        QDebug(&logged).nospace() << value << u"!"_s;
        const std::unique_ptr<char[]> compared(QTest::toString(value));
        QTest::newRow(name) << logged << QByteArray(compared.get()) << QString::fromLatin1(text);
    };
    row("exit code", ExitInfo{ExitInfo::Exited, 3, 0, false}, "exited with code 3");
    row("signal", ExitInfo{ExitInfo::Signaled, -1, SIGTERM, false}, "killed by SIGTERM");
    row("core", ExitInfo{ExitInfo::Signaled, -1, SIGSEGV, true}, "killed by SIGSEGV, core dumped");
    row("unknown", ExitInfo(), "ended, exit status unknown");
    row("failed start", StartError{"exec", ENOENT}, "exec: No such file or directory");
    row("no failed start", StartError(), "no error");
}

void tst_ExitInfo::printed()
{
    QFETCH(const QString, expected);
    QFETCH(const QString, logged);
    QFETCH(const QByteArray, compared);
    QCOMPARE(QString::fromUtf8(compared), expected);
    QCOMPARE(logged, expected + u"\"!\""_s); // The next string is quoted as usual.
}

QByteArray tst_ExitInfo::runFailing(const QByteArray &function)
{
    QProcess process;
    process.start(QCoreApplication::applicationFilePath(),
                  {u"--failing"_s, QString::fromLatin1(function)});
    process.waitForFinished();
    return process.readAllStandardOutput();
}

void tst_ExitInfo::failedComparison_data()
{
    QTest::addColumn<QByteArray>("actual");
    QTest::addColumn<QByteArray>("expected");
    QTest::newRow("exitInfo") << QByteArray("killed by SIGSEGV, core dumped")
                              << QByteArray("exited with code 3");
    QTest::newRow("startError") << QByteArray("exec: No such file or directory")
                                << QByteArray("no error");
}

void tst_ExitInfo::failedComparison()
{
    QFETCH(const QByteArray, actual);
    QFETCH(const QByteArray, expected);
    const QByteArray output = runFailing(QTest::currentDataTag());
    QVERIFY2(output.contains(": " + actual + "\n"), output.constData());
    QVERIFY2(output.contains(": " + expected + "\n"), output.constData());
}

int main(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    if (argc == 3 && qstrcmp(argv[1], "--failing") == 0) {
        FailingTest failing;
        return QTest::qExec(&failing, {u"failing"_s, QString::fromLatin1(argv[2])});
    }
    tst_ExitInfo test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_exitinfo_qt.moc"
