// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "childprocesstest.h"
#include "forkedcopy.h"
#include "lifeline.h"

#include <QtCore/QElapsedTimer>
#include <QtCore/QEventLoop>

#include <csignal>

using namespace std::chrono_literals;

/// With a drainTimeout(), finished() waits for the output of descendants that outlive the child.
/// Holds: H7.
class tst_Drain : public ChildProcessTest
{
    Q_OBJECT

public:
    enum Driver { EventLoop, WaitForFinished, WaitForReadyRead };
    Q_ENUM(Driver)

private Q_SLOTS:
    void timeouts_data();
    void timeouts();
    void untilTheEndOfFile_data();
    void untilTheEndOfFile();
    void untilTheTimeout_data();
    void untilTheTimeout();
    void nothingToWaitFor_data();
    void nothingToWaitFor();
    void withoutTimeout();
    void orderOfSignals();
    void inputIsClosed();

private:
    static bool drive(Process &process, Driver driver);
};

bool tst_Drain::drive(Process &process, Driver driver)
{
    switch (driver) {
    case EventLoop:
        return eventually([&process] {
            QCoreApplication::processEvents(QEventLoop::AllEvents, 10);
            return process.state() == Process::NotRunning;
        });
    case WaitForFinished:
        return process.waitForFinished(-1);
    case WaitForReadyRead:
        while (process.waitForReadyRead(-1)) { }
        break;
    }
    return process.state() == Process::NotRunning;
}

void tst_Drain::timeouts_data()
{
    QTest::addColumn<std::chrono::milliseconds>("timeout");
    QTest::addColumn<std::chrono::milliseconds>("expected");
    QTest::newRow("none") << 0ms << 0ms;
    QTest::newRow("negative") << -1ms << 0ms;
    QTest::newRow("some") << 1ms << 1ms;
    QTest::newRow("the longest") << std::chrono::milliseconds::max() << std::chrono::milliseconds::max();
}

void tst_Drain::timeouts()
{
    QFETCH(const std::chrono::milliseconds, timeout);
    Process process;
    QCOMPARE(process.drainTimeout(), 0ms);
    process.setDrainTimeout(timeout);
    QTEST(process.drainTimeout(), "expected");
    QSignalSpy finished(&process, &Process::finished);
    process.start(childProgram(), words("heir 3 exit 0"));
    QVERIFY(comes(finished));
    QCOMPARE(process.exitCode(), 3);
}

void tst_Drain::untilTheEndOfFile_data()
{
    QTest::addColumn<QString>("command");
    QTest::addColumn<Driver>("driver");
    QTest::addColumn<qint64>("size");
    for (const Driver driver : {EventLoop, WaitForFinished, WaitForReadyRead}) {
        const auto row = [driver](const char *name, const char *command, qint64 size) {
            QTest::addRow("%s, %s", name, qPrintable(nameOf(driver)))
                << QString::fromLatin1(command) << driver << size;
        };
        row("nothing", "heir 3 exit 0", 0);
        row("output", "heir 3 write 5 1", 5);
        row("error output", "heir 3 write 5 2", 5);
        row("much of both", "write 7 1 heir 3 write 1000000 1 write 1000000 2", 2000007);
        row("of generations", "heir 3 write 5 1 heir 4 write 5 2 heir 5 write 5 1", 15);
    }
}

void tst_Drain::untilTheEndOfFile()
{
    QFETCH(const QString, command);
    QFETCH(const Driver, driver);
    Process process;
    process.setDrainTimeout(1h);
    QSignalSpy finished(&process, &Process::finished);
    process.start(childProgram(), command.split(u' '));
    QVERIFY(drive(process, driver));
    QCOMPARE(finished.size(), 1);
    QCOMPARE(process.exitCode(), 3);
    QTEST(process.readAllStandardOutput().size() + process.readAllStandardError().size(), "size");
}

void tst_Drain::untilTheTimeout_data()
{
    QTest::addColumn<Driver>("driver");
    QTest::newRow("event loop") << EventLoop;
    QTest::newRow("waitForFinished") << WaitForFinished;
    QTest::newRow("waitForReadyRead") << WaitForReadyRead;
}

void tst_Drain::untilTheTimeout()
{
    QFETCH(const Driver, driver);
    Process process;
    process.setDrainTimeout(200ms);
    QSignalSpy finished(&process, &Process::finished);
    QElapsedTimer whole;
    whole.start();
    process.start(childProgram(), words("fork exit 3"));
    QVERIFY(drive(process, driver));
    QCOMPARE(finished.size(), 1);
    QVERIFY(std::chrono::nanoseconds(whole.nsecsElapsed()) >= 200ms);
    const int grandchild = process.readAll().trimmed().toInt();
    QVERIFY(grandchild > 0);
    QCOMPARE(::kill(grandchild, SIGKILL), 0);
}

void tst_Drain::nothingToWaitFor_data()
{
    QTest::addColumn<Process::ProcessChannelMode>("mode");
    QTest::addColumn<QString>("command");
    QTest::newRow("no heir") << Process::SeparateChannels << u"write 5 1 exit 3"_s;
    QTest::newRow("crash") << Process::SeparateChannels << u"signal 9"_s;
    QTest::newRow("it holds nothing") << Process::SeparateChannels << u"leave 1 leave 2 fork exit 3"_s;
    QTest::newRow("it closes its outputs") << Process::MergedChannels << u"leave 1 leave 2 exit 3"_s;
    QTest::newRow("no pipe") << Process::ForwardedChannels << u"heir 3 exit 0"_s;
}

void tst_Drain::nothingToWaitFor()
{
    QFETCH(const Process::ProcessChannelMode, mode);
    QFETCH(const QString, command);
    Process process;
    Lifeline lifeline;
    ForkFd::LaunchOptions options;
    options.fileDescriptors = {lifeline.asDescriptor()};
    process.setLaunchOptions(options);
    process.setProcessChannelMode(mode);
    process.setDrainTimeout(1h);
    QSignalSpy finished(&process, &Process::finished);
    process.start(childProgram(), command.split(u' '));
    lifeline.letGo();
    QVERIFY(comes(finished));
    lifeline.cut();
}

void tst_Drain::withoutTimeout()
{
    Process process;
    QSignalSpy finished(&process, &Process::finished);
    process.start(childProgram(), words("fork exit 3"));
    QVERIFY(comes(finished));
    const int grandchild = process.readAll().trimmed().toInt();
    QVERIFY(grandchild > 0);
    QCOMPARE(::kill(grandchild, SIGKILL), 0); // The grandchild held the outputs open.
}

void tst_Drain::orderOfSignals()
{
    Process process;
    process.setDrainTimeout(1h);
    QSignalSpy finished(&process, &Process::finished);
    QStringList record;
    atEverySignal(&process, [&](const QString &signal) { record += signal; });
    process.start(childProgram(), words("heir 3 write 5 2"));
    QVERIFY(comes(finished));
    QCOMPARE(record,
             QStringList({
                 u"stateChanged Starting"_s,
                 u"stateChanged Running"_s,
                 u"started"_s,
                 u"channelReadyRead 1"_s,
                 u"readyReadStandardError"_s,
                 u"stateChanged NotRunning"_s,
                 u"readChannelFinished"_s,
                 u"finished 3 NormalExit"_s,
             }));
}

// A descendant that reads its input to the end would otherwise wait for us, and the drain for it.
void tst_Drain::inputIsClosed()
{
    Process process;
    process.setDrainTimeout(1h);
    process.start(childProgram(), words("heir 3 eof 0 write 5 1"));
    QVERIFY(process.waitForFinished(-1));
    QCOMPARE(process.readAll().size(), 5);
}

QTEST_GUILESS_MAIN(tst_Drain)
#include "tst_drain.moc"
