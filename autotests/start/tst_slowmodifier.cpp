// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "childprocesstest.h"
#include "forkedcopy.h"
#include "testpipe.h"

#include <QtCore/QElapsedTimer>
#include <QtCore/QThread>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <memory>

#include <sys/wait.h>
#include <unistd.h>

using ForkFd::StartError;
using namespace std::chrono_literals;

/// With a slow modifier start() returns before the outcome is known. The outcome is reported later.
/// Holds: L7, L15.
class tst_SlowModifier : public ChildProcessTest
{
    Q_OBJECT

protected:
    void warmUp() override
    {
        ChildProcessTest::warmUp();
        warmUpKeeper();
    }

private Q_SLOTS:
    void outcome_data();
    void outcome();
    void stopsItself();
    void outputFirst();
    void waitsShareADeadline();
    void readsInput_data();
    void readsInput();
    void killed_data() { addCopies(); }
    void killed();
    void timeLimit();
    void destroyed();
    void movedToThread();
    void setupBeforeIt();
    void inForkedCopy();
    void heldByACopy_data();
    void heldByACopy();
    void heldWhileItRuns();

private:
    using Waiter = void (*)(Process &);
    static void addCopies();
    static void addWaiters();

    /// A process whose modifier reports that it runs and then waits for a byte.
    struct Waiting
    {
        explicit Waiting(std::function<void(Process &)> then = [](Process &) {})
        {
            process.setChildProcessModifier([this, then] {
                there.write("t");
                go.read();
                then(process);
            });
        }
        void start(const QString &program, const char *text = "exit 3")
        {
            process.start(program, words(text));
            there.read();
        }

        TestPipe there;
        TestPipe go;
        Process process;
    };

    /// A forked copy, as if another thread forked now. It holds every descriptor until destroyed.
    class Copy
    {
    public:
        Copy()
            : m_pid(::fork())
        {
            if (m_pid == 0) {
                ::alarm(250);
                while (true)
                    ::pause();
            }
        }
        ~Copy()
        {
            ::kill(m_pid, SIGKILL);
            ::waitpid(m_pid, nullptr, 0);
        }
        Copy(const Copy &) = delete;
        Copy &operator=(const Copy &) = delete;

    private:
        pid_t m_pid;
    };
};

void tst_SlowModifier::addWaiters()
{
    QTest::addColumn<Waiter>("wait");
    const auto row = [](const char *name, Waiter wait) { QTest::newRow(name) << wait; };
    row("event loop", [](Process &) {});
    row("waitForStarted", [](Process &process) { process.waitForStarted(); });
    row("waitForFinished", [](Process &process) { process.waitForFinished(); });
    row("waitForReadyRead", [](Process &process) { process.waitForReadyRead(); });
    row("waitForBytesWritten", [](Process &process) {
        process.write("x");
        process.waitForBytesWritten();
    });
    row("close", [](Process &process) { process.close(); });
}

void tst_SlowModifier::outcome_data()
{
    addWaiters();
}

// start() has returned, the modifier still waits for us, and the outcome is not known.
void tst_SlowModifier::outcome()
{
    QFETCH(const Waiter, wait);
    Waiting waiting;
    Process &process = waiting.process;
    QStringList record;
    const auto note = [&record, &process](const QString &signal) {
        if (!signal.startsWith(u"channelReadyRead") && !signal.startsWith(u"bytesWritten")
            && !signal.startsWith(u"aboutToClose") && !signal.startsWith(u"readChannel"))
            record += signal + (process.startError().step ? u" (failed)"_s : QString());
    };
    atEverySignal(&process, note);
    waiting.start(childProgram());
    QCOMPARE(process.state(), Process::Starting);
    QVERIFY(process.processId() > 0);
    QVERIFY(!process.waitForStarted(0));
    QCOMPARE(process.error(), Process::Timedout);
    QCOMPARE(record, QStringList(u"stateChanged Starting"_s));
    waiting.go.write("g");
    wait(process);
    QTRY_COMPARE(process.state(), Process::NotRunning);
    QCOMPARE(record.mid(1, 2), QStringList({u"stateChanged Running"_s, u"started"_s}));
    QVERIFY(record.last().startsWith(u"finished"));

    record.clear();
    waiting.start(u"/no/such/program"_s);
    QVERIFY(!process.startError().step);
    waiting.go.write("g");
    wait(process);
    QTRY_COMPARE(process.state(), Process::NotRunning);
    QCOMPARE(record,
             QStringList({u"stateChanged Starting"_s, u"stateChanged NotRunning (failed)"_s,
                          u"errorOccurred FailedToStart (failed)"_s}));
    QCOMPARE(process.startError(), (StartError{"exec", ENOENT}));
    QCOMPARE(process.processId(), 0);
    QCOMPARE(process.exitCode(), 255);
}

void tst_SlowModifier::stopsItself()
{
    Process process;
    process.setChildProcessModifier([] { ::raise(SIGSTOP); });
    QSignalSpy started(&process, &Process::started);
    process.start(childProgram(), words("exit 3"));
    const auto pid = static_cast<pid_t>(process.processId());
    siginfo_t info = {};
    QCOMPARE(::waitid(P_PID, static_cast<id_t>(pid), &info, WSTOPPED | WNOWAIT), 0);
    QVERIFY(!process.waitForStarted(0));
    ::kill(pid, SIGCONT);
    QVERIFY(process.waitForFinished());
    QCOMPARE(started.size(), 1);
    QCOMPARE(process.exitCode(), 3);
}

// The modifier's output is reported after started(). Until then it does not keep the event loop busy.
void tst_SlowModifier::outputFirst()
{
    TestPipe there;
    TestPipe go;
    Process process;
    process.setChildProcessModifier([&] {
        if (::write(STDOUT_FILENO, "first ", 6) != 6)
            ::_exit(99);
        there.write("t");
        go.read();
    });
    QSignalSpy ready(&process, &Process::readyRead);
    QSignalSpy finished(&process, &Process::finished);
    process.start(childProgram(), words("args then"));
    there.read();
    const std::clock_t before = std::clock();
    QVERIFY(!ready.wait(300));
    QVERIFY(std::clock() - before < CLOCKS_PER_SEC / 5);
    go.write("g");
    QVERIFY(comes(finished));
    QCOMPARE(process.readAll(), "first then\n");
}

void tst_SlowModifier::waitsShareADeadline()
{
    Waiting waiting;
    waiting.start(childProgram());
    QElapsedTimer timer;
    timer.start();
    QVERIFY(!waiting.process.waitForFinished(100));
    QVERIFY(timer.elapsed() >= 99);
    QCOMPARE(waiting.process.error(), Process::Timedout);
    QCOMPARE(waiting.process.state(), Process::Starting);
    waiting.go.write("g");
    QVERIFY(waiting.process.waitForFinished());
    QCOMPARE(waiting.process.exitCode(), 3);
}

void tst_SlowModifier::readsInput_data()
{
    QTest::addColumn<Waiter>("wait");
    QTest::addRow("event loop") << Waiter([](Process &) {});
    QTest::addRow("waitForStarted") << Waiter([](Process &process) { process.waitForStarted(); });
    QTest::addRow("waitForFinished") << Waiter([](Process &process) { process.waitForFinished(); });
}

// What write() was given before started() stayed in the parent, and both waited for ever.
void tst_SlowModifier::readsInput()
{
    QFETCH(const Waiter, wait);
    Process process;
    process.setChildProcessModifier([] {
        char byte;
        while (::read(STDIN_FILENO, &byte, 1) < 0 && errno == EINTR) { }
    });
    process.start(childProgram(), words("echo exit 3"));
    QCOMPARE(process.write("Xrest"), 5);
    process.closeWriteChannel();
    wait(process);
    QTRY_COMPARE(process.state(), Process::NotRunning);
    QCOMPARE(process.exitCode(), 3);
    QCOMPARE(process.readAll(), "rest");
}

void tst_SlowModifier::addCopies()
{
    QTest::addColumn<bool>("isHeld");
    QTest::newRow("plain") << false;
    QTest::newRow("while a copy holds the report") << true;
}

// A child that is killed before its exec counts as started.
void tst_SlowModifier::killed()
{
    QFETCH(const bool, isHeld);
    Waiting waiting;
    QSignalSpy started(&waiting.process, &Process::started);
    QSignalSpy finished(&waiting.process, &Process::finished);
    waiting.start(childProgram());
    const std::unique_ptr<Copy> copy(isHeld ? new Copy : nullptr);
    waiting.process.kill();
    QVERIFY(comes(finished));
    QCOMPARE(started.size(), 1);
    QCOMPARE(text(waiting.process.exitInfo()), "killed by SIGKILL");
}

void tst_SlowModifier::timeLimit()
{
    Waiting waiting;
    Process &process = waiting.process;
    QSignalSpy failed(&process, &Process::errorOccurred);
    QSignalSpy finished(&process, &Process::finished);
    process.setTimeLimit(50ms);
    process.setStopGrace(20ms); // The modifier runs with SIGTERM blocked.
    for (const bool hasEventLoop : {true, false}) {
        waiting.start(childProgram());
        if (hasEventLoop)
            QTRY_COMPARE(finished.size(), 1);
        else
            QVERIFY(process.waitForFinished());
        QVERIFY(process.timeLimitExceeded());
        QCOMPARE(text(process.exitInfo()), "killed by SIGKILL");
        QCOMPARE(failed.takeFirst().at(0).value<Process::ProcessError>(), Process::Timedout);
        failed.clear();
    }
}

void tst_SlowModifier::destroyed()
{
    {
        Waiting waiting;
        waiting.start(childProgram());
    }
    QVERIFY(eventually([] { return !hasChildren(); }));
}

void tst_SlowModifier::movedToThread()
{
    if (isUnderThreadSanitizer)
        QSKIP("The thread sanitizer sees nothing of Qt's synchronisation.");
    QThread thread;
    thread.start();
    auto *waiting = new Waiting;
    Process *process = &waiting->process;
    TestPipe &go = waiting->go;
    std::atomic<int> finished = 0;
    connect(process, &Process::finished, process,
            [&finished] { ++finished; }); // clazy:exclude=lambda-in-connect
    waiting->start(childProgram());
    process->moveToThread(&thread);
    go.write("g");
    QTRY_COMPARE(finished.load(), 1);
    thread.quit();
    QVERIFY(thread.wait());
    delete waiting;
}

// A failure before the modifier is reported inside start(), as without a modifier.
void tst_SlowModifier::setupBeforeIt()
{
    Waiting waiting;
    waiting.process.setWorkingDirectory(u"/no/such/directory"_s);
    waiting.process.start(childProgram(), words("exit 3"));
    QCOMPARE(waiting.process.state(), Process::NotRunning);
    QCOMPARE(waiting.process.startError(), (StartError{"workingDirectory", ENOENT}));
}

// A forked copy does not read the child's report.
void tst_SlowModifier::inForkedCopy()
{
    Waiting waiting([](Process &process) { process.failChildProcessModifier("no luck", EPERM); });
    waiting.start(childProgram());
    waiting.go.write("g");
    QVERIFY(eventually([&waiting] {
        siginfo_t info = {};
        const auto id = static_cast<id_t>(waiting.process.processId());
        // waitid() fails if the SIGCHLD backend has reaped the child.
        return ::waitid(P_PID, id, &info, WEXITED | WNOHANG | WNOWAIT | __WALL) != 0 || info.si_pid != 0;
    }));
    const QByteArray result = ::inForkedCopy([&waiting] {
        waiting.process.waitForStarted(0);
        return QByteArray("done");
    });
    QCOMPARE(result, "done");
    QVERIFY(!waiting.process.waitForStarted());
    QCOMPARE(waiting.process.startError(), (StartError{"modifier", EPERM}));
}

void tst_SlowModifier::heldByACopy_data()
{
    QTest::addColumn<QString>("program");
    QTest::addColumn<QByteArray>("outcome");
    QTest::addColumn<bool>("hasEventLoop");
    for (const bool hasEventLoop : {true, false}) {
        const char *const how = hasEventLoop ? "event loop" : "wait";
        QTest::addRow("program, %s", how)
            << childProgram() << QByteArray("exited with code 3") << hasEventLoop;
        QTest::addRow("no program, %s", how)
            << u"/no/such/program"_s << QByteArray("exec: No such file or directory") << hasEventLoop;
    }
}

// The copy holds the child's end of the report, so the parent reads no end of file.
void tst_SlowModifier::heldByACopy()
{
    QFETCH(const QString, program);
    QFETCH(const bool, hasEventLoop);
    Waiting waiting;
    Process &process = waiting.process;
    waiting.start(program);
    const Copy copy;
    waiting.go.write("g");
    if (hasEventLoop)
        QTRY_COMPARE(process.state(), Process::NotRunning);
    else
        process.waitForFinished();
    const QByteArray outcome =
        process.startError().step ? text(process.startError()) : text(process.exitInfo());
    QTEST(outcome, "outcome");
}

// Only the passing time shows that this program has started.
void tst_SlowModifier::heldWhileItRuns()
{
    for (const bool hasEventLoop : {true, false}) {
        Waiting waiting;
        Process &process = waiting.process;
        QSignalSpy started(&process, &Process::started);
        waiting.start(childProgram(), "sleep");
        const Copy copy;
        waiting.go.write("g");
        if (hasEventLoop)
            QVERIFY(comes(started));
        else
            QVERIFY(process.waitForStarted());
        QCOMPARE(process.state(), Process::Running);
        process.kill();
        QVERIFY(process.waitForFinished());
        QCOMPARE(started.size(), 1);
    }
}

QTEST_GUILESS_MAIN(tst_SlowModifier)
#include "tst_slowmodifier.moc"
