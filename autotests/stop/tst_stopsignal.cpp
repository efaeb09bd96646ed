// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "stoppingtest.h"

#include <ForkFd/run.h>

#include <QtCore/QThread>

#include <atomic>
#include <csignal>

using Stage = Process::StopStage;
using namespace std::chrono_literals;

/// A stop begins with the signal that was set, and the object says how far it has come.
/// Holds: R11.
class tst_StopSignal : public StoppingTest
{
    Q_OBJECT

private Q_SLOTS:
    void asks_data() { addScopesAndTrees(); }
    void asks();
    void ofATerminal();
    void atTheTimeLimit();
    void ofDestruction();
    void ofRun();
    void invalid();
    void stages_data();
    void stages();
    void askedOnly();
    void killedByOthers();
    void movedToAnotherThread();

private:
    void warmUp() override;
    static void start(Process &process, const char *command);
};

// Starts the threads of run(), too.
void tst_StopSignal::warmUp()
{
    StoppingTest::warmUp();
    ForkFd::run(childProgram(), words("exit 0"))
        .then([](const ForkFd::RunResult &) {})
        .waitForFinished();
    awaitLibrary();
}

// Returns when the child has written something.
void tst_StopSignal::start(Process &process, const char *command)
{
    process.start(childProgram(), words(command));
    QVERIFY2(process.waitForReadyRead(), qPrintable(process.errorString()));
}

void tst_StopSignal::asks()
{
    QFETCH(const Process::SignalScope, scope);
    QFETCH(const bool, hasCgroup);
    const TestCgroups::Refusal refusal(!hasCgroup);
    Process process;
    process.setSignalScope(scope);
    process.setStopGrace(1h);
    process.setStopSignal(SIGINT);
    QCOMPARE(process.stopSignal(), SIGINT);
    start(process, "ignore 15 write 1 1 sleep");
    process.stop();
    QVERIFY(process.waitForFinished());
    QCOMPARE(text(process.exitInfo()), "killed by SIGINT");
}

void tst_StopSignal::ofATerminal()
{
    Process process;
    process.setLaunchOptions({.pseudoTerminal = {{}}});
    process.setStopGrace(1h);
    start(process, "ignore 15 write 1 1 sleep");
    process.stop();
    QVERIFY(process.waitForFinished());
    QCOMPARE(text(process.exitInfo()), "killed by SIGHUP");
    process.setStopSignal(SIGTERM);
    start(process, "ignore 1 write 1 1 sleep");
    process.stop();
    QVERIFY(process.waitForFinished());
    QCOMPARE(text(process.exitInfo()), "killed by SIGTERM");
}

void tst_StopSignal::atTheTimeLimit()
{
    for (const auto mode : {Process::StartMode::Direct, Process::StartMode::Background}) {
        Process process;
        process.setStartMode(mode);
        process.setStopSignal(SIGINT);
        process.setStopGrace(1h);
        start(process, "ignore 15 write 1 1 sleep");
        process.setTimeLimit(1ms);
        QVERIFY(process.waitForFinished());
        QCOMPARE(text(process.exitInfo()), "killed by SIGINT");
        QCOMPARE(process.stopStage(), Stage::Asked);
    }
}

void tst_StopSignal::ofDestruction()
{
    Lifeline lifeline;
    {
        Process process;
        process.setStopSignal(SIGINT);
        process.setStopGrace(1h);
        process.setDestructionPolicy(Process::DestructionPolicy::Stop);
        startAndAwait(process, lifeline, "ignore 15 write 1 1 sleep");
    }
    QVERIFY(lifeline.comesToBeCut());
}

void tst_StopSignal::ofRun()
{
    ForkFd::RunOptions options;
    options.timeLimit = 1ms;
    options.stopGrace = 1h;
    options.stopSignal = SIGINT;
    const ForkFd::RunResult result =
        ForkFd::run(childProgram(), words("ignore 15 sleep"), options).result();
    // A start that is given up has no program yet.
    if (result.startError.step)
        QCOMPARE(result.startError.step, "canceled");
    else
        QCOMPARE(text(result.exitInfo), "killed by SIGINT");
}

void tst_StopSignal::invalid()
{
    Process process;
    const QSignalSpy changed(&process, &Process::stopSignalChanged);
    for (const int signal : {-1, 65, 1000}) {
        const QByteArray warning =
            "ChildProcess::setStopSignal: There is no signal " + QByteArray::number(signal);
        QTest::ignoreMessage(QtWarningMsg, warning.constData());
        process.setStopSignal(signal);
    }
    QCOMPARE(process.stopSignal(), 0);
    process.setStopSignal(SIGUSR1);
    process.setStopSignal(SIGUSR1);
    process.setStopSignal(0);
    QCOMPARE(changed.size(), 2);
}

void tst_StopSignal::stages_data()
{
    QTest::addColumn<Process::SignalScope>("scope");
    QTest::addColumn<bool>("waits");
    using Scope = Process::SignalScope;
    for (const bool waits : {false, true}) {
        const char *const driver = waits ? "waitForFinished" : "event loop";
        QTest::addRow("process, %s", driver) << Scope::Process << waits;
        QTest::addRow("group, %s", driver) << Scope::Group << waits;
        QTest::addRow("tree, %s", driver) << Scope::Tree << waits;
    }
}

// The keeper's thread kills. The signal comes in the object's thread, and before finished().
void tst_StopSignal::stages()
{
    QFETCH(const Process::SignalScope, scope);
    QFETCH(const bool, waits);
    Process process;
    QSignalSpy ended(&process, &Process::ended);
    QStringList record;
    atEverySignal(&process, [&](const QString &name) { record += name; });
    connect(&process, &Process::stopStageChanged, [&](Stage stage) {
        QCOMPARE(QThread::currentThread(), process.thread());
        QCOMPARE(process.stopStage(), stage);
        record += nameOf(stage);
    });
    process.setSignalScope(scope);
    process.setStopGrace(20ms);
    for (int i = 0; i < 2; ++i) {
        start(process, "ignore 15 write 1 1 sleep");
        QCOMPARE(record.count(u"None"_s), i);
        record.clear();
        process.stop();
        QCOMPARE(record, QStringList{u"Asked"_s});
        process.stop();
        QVERIFY(waits ? process.waitForFinished() : comes(ended, i + 1));
        QCOMPARE(record,
                 QStringList({u"Asked"_s, u"Killed"_s, u"stateChanged NotRunning"_s,
                              u"errorOccurred Crashed"_s, u"readChannelFinished"_s,
                              u"finished 9 CrashExit"_s}));
        QCOMPARE(process.stopStage(), Stage::Killed);
    }
}

void tst_StopSignal::askedOnly()
{
    Process process;
    QCOMPARE(process.stopStage(), Stage::None);
    process.stop(); // There is no child.
    QCOMPARE(process.stopStage(), Stage::None);
    process.setStopGrace(1h);
    start(process, "write 1 1 sleep");
    process.stop();
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.stopStage(), Stage::Asked);
    start(process, "write 1 1 exit 0");
    QCOMPARE(process.stopStage(), Stage::None);
    QVERIFY(ends(process));
}

void tst_StopSignal::killedByOthers()
{
    Process process;
    process.setStopGrace(1h);
    start(process, "ignore 15 write 1 1 sleep");
    process.stop();
    process.kill();
    QVERIFY(process.waitForFinished());
    QCOMPARE(text(process.exitInfo()), "killed by SIGKILL");
    QCOMPARE(process.stopStage(), Stage::Asked);
}

void tst_StopSignal::movedToAnotherThread()
{
    QThread thread;
    auto process = std::make_unique<Process>();
    std::atomic<bool> isOver = false;
    std::atomic<bool> isRight = false;
    process->setStopGrace(20ms);
    start(*process, "ignore 15 write 1 1 sleep");
    connect(process.get(), &Process::stopStageChanged, process.get(), [&](Stage stage) {
        isRight = stage == Stage::Killed && QThread::currentThread() == &thread;
    });
    connect(process.get(), &Process::ended, process.get(), [&] {
        process->moveToThread(QCoreApplication::instance()->thread());
        isOver = true;
    });
    process->stop();
    process->moveToThread(&thread);
    thread.start();
    QVERIFY(eventually([&] { return isOver.load(); }));
    thread.quit();
    thread.wait();
    QVERIFY(isRight);
}

QTEST_GUILESS_MAIN(tst_StopSignal)
#include "tst_stopsignal.moc"
