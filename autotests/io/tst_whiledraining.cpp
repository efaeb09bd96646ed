// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "childprocesstest.h"
#include "forkedcopy.h"

#include <QtCore/QElapsedTimer>
#include <QtCore/QEventLoop>
#include <QtCore/QPointer>
#include <QtCore/QThread>

#include <cerrno>
#include <csignal>
#include <memory>

using namespace std::chrono_literals;

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

/// The object between the child's end and finished().
/// Holds: H7.
class tst_WhileDraining : public ChildProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void propertiesWhileItDrains();
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
    void letGo_data();
    void letGo();

private:
    static bool hasEnded(const Process &process);
};

bool tst_WhileDraining::hasEnded(const Process &process)
{
    return eventually([&process] {
        QCoreApplication::processEvents();
        return process.exitInfo().reason == ForkFd::ExitInfo::Exited;
    });
}

void tst_WhileDraining::propertiesWhileItDrains()
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

void tst_WhileDraining::waitTimesOut()
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

void tst_WhileDraining::notStartedAnew()
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
void tst_WhileDraining::startedAnewAfterwards()
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

void tst_WhileDraining::closed()
{
    Process process;
    process.setDrainTimeout(1h);
    QSignalSpy finished(&process, &Process::finished);
    {
        const Holder holder(process);
        QVERIFY(hasEnded(process));
        process.write("unread input");
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

void tst_WhileDraining::destroyed()
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

void tst_WhileDraining::destroyedInSlot()
{
    QPointer<Process> process = new Process;
    process->setDrainTimeout(1h);
    connect(process, &Process::readyRead, [&] { delete process; });
    process->start(childProgram(), words("heir 3 write 5 1"));
    QTRY_VERIFY(!process);
}

void tst_WhileDraining::channelClosed()
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

void tst_WhileDraining::eventLoopInSlot()
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

void tst_WhileDraining::waitInSlot()
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

void tst_WhileDraining::movedToAnotherThread_data()
{
    QTest::addColumn<std::chrono::milliseconds>("timeout");
    QTest::newRow("until the end of file") << std::chrono::milliseconds(1h);
    QTest::newRow("until the timeout") << 300ms;
}

void tst_WhileDraining::movedToAnotherThread()
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
void tst_WhileDraining::heldBack()
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

namespace {

class Detachable : public Process
{
public:
    void detach() { setProcessState(NotRunning); }
};

} // namespace

void tst_WhileDraining::letGo_data()
{
    QTest::addColumn<std::chrono::milliseconds>("timeout");
    QTest::addColumn<bool>("isClosed");
    QTest::newRow("until the end of file") << std::chrono::milliseconds(1h) << false;
    QTest::newRow("until the timeout") << std::chrono::milliseconds(1s) << false;
    QTest::newRow("until close()") << std::chrono::milliseconds(1h) << true;
}

// A subclass says NotRunning. Like a running child, and like each child of QProcess, this one is still
// reported. finished() and ended() did not come.
void tst_WhileDraining::letGo()
{
    QFETCH(const std::chrono::milliseconds, timeout);
    QFETCH(const bool, isClosed);
    Detachable process;
    process.setDrainTimeout(timeout);
    QStringList record;
    QSignalSpy ended(&process, &Process::ended);
    Holder holder(process);
    QVERIFY(holder.isAlone());
    QVERIFY(hasEnded(process));
    QCOMPARE(process.state(), Process::Running);
    atEverySignal(&process, [&record](const QString &signal) { record += signal; });
    process.detach();
    QVERIFY(!process.waitForFinished(1)); // As in QProcess.
    QCOMPARE(ended.size(), 0);
    if (isClosed)
        process.close();
    else if (timeout == 1h)
        holder.kill();
    QVERIFY(comes(ended));
    QCOMPARE(record.filter(u"stateChanged"_s), QStringList(u"stateChanged NotRunning"_s));
    QCOMPARE(record.filter(u"finished"_s).size(), 1);
    QCOMPARE(process.exitCode(), 3);
}

QTEST_GUILESS_MAIN(tst_WhileDraining)
#include "tst_whiledraining.moc"
