// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "childprocesstest.h"
#include "forkedcopy.h"
#include "lifeline.h"

#include <QtCore/QElapsedTimer>
#include <QtCore/QEventLoop>
#include <QtCore/QThread>

#include <csignal>
#include <cstring>

using ForkFd::ChildProcess;
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
    void notUnlessAsked();
    void toldMeanwhile();
    void orderOfSignals();
    void inputIsClosed();
    void waitTimesOut();
    void notStartedAnew();
    void startedAnewAfterwards();
    void closed();
    void destroyed();
    void destroyedInSlot();
    void channelClosed();
    void eventLoopInSlot();
    void waitInSlot();
    void movedToAnotherThread_data();
    void movedToAnotherThread();
    void heldBack();

private:
    static bool hasEnded(const Process &process);
    static bool drive(Process &process, Driver driver);
};

namespace {

/// A child with a descendant that holds the child's outputs open until this object is destroyed.
class Holder
{
public:
    explicit Holder(Process &process) { start(process); }
    ~Holder()
    {
        if (m_pid > 0)
            ::kill(m_pid, SIGKILL);
    }
    Holder(const Holder &) = delete;
    Holder &operator=(const Holder &) = delete;

    /// Kills the descendant.
    void kill() { ::kill(std::exchange(m_pid, 0), SIGKILL); }
    /// Whether the descendant has started.
    bool isAlone() const noexcept { return m_pid > 0; }

private:
    void start(Process &process)
    {
        process.start(ChildProcessTest::childProgram(), ChildProcessTest::words("heir 3 stamp 1 sleep"));
        qint64 stamp[2] = {};
        const bool isThere = eventually([&process] {
            QCoreApplication::processEvents();
            return process.bytesAvailable() >= qint64(sizeof stamp);
        });
        if (isThere && process.read(reinterpret_cast<char *>(stamp), sizeof stamp) == sizeof stamp)
            m_pid = static_cast<pid_t>(stamp[0]);
    }

    pid_t m_pid = 0;
};

} // namespace

bool tst_Drain::hasEnded(const Process &process)
{
    return eventually([&process] {
        QCoreApplication::processEvents();
        return process.exitInfo().reason == ForkFd::ExitInfo::Exited;
    });
}

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

void tst_Drain::notUnlessAsked()
{
    Process process;
    QSignalSpy finished(&process, &Process::finished);
    process.start(childProgram(), words("fork exit 3"));
    QVERIFY(comes(finished));
    const int grandchild = process.readAll().trimmed().toInt();
    QVERIFY(grandchild > 0);
    QCOMPARE(::kill(grandchild, SIGKILL), 0); // The grandchild held the outputs open.
}

void tst_Drain::toldMeanwhile()
{
    Process process;
    process.setDrainTimeout(1h);
    QSignalSpy finished(&process, &Process::finished);
    Holder holder(process);
    QVERIFY(holder.isAlone());
    const qint64 pid = process.processId();
    QVERIFY(hasEnded(process));
    QCOMPARE(process.state(), Process::Running);
    QVERIFY(pid > 0);
    QCOMPARE(process.processId(), pid);
    QCOMPARE(process.exitCode(), 3);
    QCOMPARE(process.exitStatus(), Process::NormalExit);
    const auto elapsed = process.elapsedTime();
    QVERIFY(elapsed > 0ns);
    QVERIFY(!process.sendSignal(SIGKILL));
    QCOMPARE(errno, ESRCH);
    process.kill();
    QCOMPARE(finished.size(), 0);
    QCOMPARE(process.elapsedTime(), elapsed);
    holder.kill();
    QVERIFY(comes(finished));
    QCOMPARE(process.elapsedTime(), elapsed);
    QCOMPARE(process.processId(), 0);
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

void tst_Drain::waitTimesOut()
{
    Process process;
    process.setDrainTimeout(1h);
    QSignalSpy finished(&process, &Process::finished);
    Holder holder(process);
    QVERIFY(holder.isAlone());
    QVERIFY(hasEnded(process));
    QVERIFY(!process.waitForFinished(1));
    QCOMPARE(process.error(), Process::Timedout);
    QVERIFY(!process.waitForReadyRead(1));
    QVERIFY(!process.waitForBytesWritten(-1));
    QCOMPARE(process.state(), Process::Running);
    holder.kill();
    QVERIFY(process.waitForFinished(-1));
    QCOMPARE(finished.size(), 1);
}

void tst_Drain::notStartedAnew()
{
    Process process;
    process.setDrainTimeout(1h);
    Holder holder(process);
    QVERIFY(hasEnded(process));
    QTest::ignoreMessage(QtWarningMsg, "QProcess::start: Process is already running");
    process.start(childProgram(), words("exit 4"));
    holder.kill();
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitCode(), 3);
}

// The timer of the first drain does not end the second.
void tst_Drain::startedAnewAfterwards()
{
    Process process;
    QSignalSpy finished(&process, &Process::finished);
    process.setDrainTimeout(300ms);
    {
        const Holder first(process);
        QVERIFY(hasEnded(process));
    }
    QVERIFY(finished.size() == 1 || comes(finished)); // The first timer goes on.
    process.setDrainTimeout(1h);
    Holder second(process);
    QVERIFY(second.isAlone());
    QVERIFY(hasEnded(process));
    QElapsedTimer timer;
    timer.start();
    QTRY_VERIFY(timer.elapsed() > 300);
    QCOMPARE(process.state(), Process::Running);
    second.kill();
    QVERIFY(comes(finished, 2));
}

void tst_Drain::closed()
{
    Process process;
    process.setDrainTimeout(1h);
    QSignalSpy finished(&process, &Process::finished);
    {
        const Holder holder(process);
        QVERIFY(hasEnded(process));
        process.write("nobody reads this");
        process.close();
    }
    QCOMPARE(finished.size(), 1);
    QCOMPARE(process.exitCode(), 3);

    const Holder holder(process); // The next run is drained again.
    QVERIFY(holder.isAlone());
    QVERIFY(hasEnded(process));
    QCOMPARE(process.state(), Process::Running);
    process.close();
}

void tst_Drain::destroyed()
{
    auto process = std::make_unique<Process>();
    process->setDrainTimeout(1h);
    QSignalSpy finished(process.get(), &Process::finished);
    const Holder holder(*process);
    QVERIFY(hasEnded(*process));
    process.reset();
    QCoreApplication::processEvents();
    QCOMPARE(finished.size(), 0);
}

void tst_Drain::destroyedInSlot()
{
    QPointer<Process> process = new Process;
    process->setDrainTimeout(1h);
    connect(process, &Process::readyRead, [&] { delete process; });
    process->start(childProgram(), words("heir 3 write 5 1"));
    QTRY_VERIFY(!process);
}

void tst_Drain::channelClosed()
{
    Process process;
    process.setDrainTimeout(1h);
    QSignalSpy finished(&process, &Process::finished);
    const Holder holder(process);
    QVERIFY(hasEnded(process));
    process.closeReadChannel(Process::StandardOutput);
    process.closeReadChannel(Process::StandardError);
    QCOMPARE(finished.size(), 0);
    QVERIFY(comes(finished));
}

void tst_Drain::eventLoopInSlot()
{
    Process process;
    process.setDrainTimeout(1h);
    QSignalSpy finished(&process, &Process::finished);
    connect(&process, &Process::readyRead, &process, [&] {
        QEventLoop loop;
        connect(&process, &Process::finished, &loop, &QEventLoop::quit);
        loop.exec();
    });
    process.start(childProgram(), words("heir 3 write 5 1"));
    QVERIFY(comes(finished));
}

void tst_Drain::waitInSlot()
{
    Process process;
    process.setDrainTimeout(1h);
    QSignalSpy finished(&process, &Process::finished);
    bool waited = false;
    connect(&process, &Process::readyRead, [&] { waited = process.waitForFinished(-1); });
    process.start(childProgram(), words("heir 3 write 5 1"));
    QVERIFY(comes(finished));
    QVERIFY(waited);
}

void tst_Drain::movedToAnotherThread_data()
{
    QTest::addColumn<std::chrono::milliseconds>("timeout");
    QTest::newRow("until the end of file") << std::chrono::milliseconds(1h);
    QTest::newRow("until the timeout") << 300ms;
}

void tst_Drain::movedToAnotherThread()
{
    QFETCH(const std::chrono::milliseconds, timeout);
    QThread thread;
    auto *process = new Process;
    process->setDrainTimeout(timeout);
    Holder holder(*process);
    QVERIFY(hasEnded(*process));
    QCOMPARE(process->state(), Process::Running);
    connect(process, &Process::finished, process, [process] {
        delete process;
        QThread::currentThread()->quit();
    });
    process->moveToThread(&thread);
    thread.start();
    if (timeout == 1h)
        holder.kill();
    QVERIFY(thread.wait(60000));
}

// The limit stops reading. When the descendant ends, the rest cannot grow, and all of it is read.
void tst_Drain::heldBack()
{
    Process process;
    process.setDrainTimeout(1h);
    process.setReadBufferSize(1000);
    QSignalSpy finished(&process, &Process::finished);
    process.start(childProgram(), words("write 50000 1 heir 3 stamp 2 sleep"));
    QVERIFY(hasEnded(process));
    QTRY_COMPARE(process.bytesAvailable(), 1000);
    qint64 stamp[2] = {};
    process.setReadChannel(Process::StandardError);
    QTRY_COMPARE(process.bytesAvailable(), qint64(sizeof stamp));
    QCOMPARE(process.read(reinterpret_cast<char *>(stamp), sizeof stamp), qint64(sizeof stamp));
    process.setReadChannel(Process::StandardOutput);
    QCOMPARE(process.bytesAvailable(), 1000);
    QCOMPARE(finished.size(), 0);
    QCOMPARE(::kill(static_cast<pid_t>(stamp[0]), SIGKILL), 0);
    QVERIFY(comes(finished));
    QCOMPARE(process.bytesAvailable(), 50000);
}

QTEST_GUILESS_MAIN(tst_Drain)
#include "tst_drain.moc"
