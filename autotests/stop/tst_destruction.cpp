// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "childprocesstest.h"
#include "forkedcopy.h"
#include "temporarychange.h"
#include "testpipe.h"

#include <QtCore/QElapsedTimer>
#include <QtCore/QPointer>

#include <array>
#include <csignal>

#include <sys/wait.h>

/// The object is destroyed at any time, in any of its slots, and in several ways.
/// Holds: P6 (inForkedCopy), R1 (doesNotWait), H2.
class tst_Destruction : public ChildProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void whileAlive_data();
    void whileAlive();
    void doesNotWait();
    void many();
    void laterInFinished();
    void insideSlot_data();
    void insideSlot();
    void insideSlotOfOpen();
    void insideSlotOfAFailedStart_data();
    void insideSlotOfAFailedStart();
    void letGo();
    void letGoWhileTheObjectLives();
    void inForkedCopy();

private:
    using Driver = void (*)(const QPointer<Process> &);
};

void tst_Destruction::whileAlive_data()
{
    QTest::addColumn<QString>("command");
    QTest::addColumn<bool>("isRunning");
    QTest::newRow("starting") << u"sleep"_s << false;
    QTest::newRow("running") << u"sleep"_s << true;
    QTest::newRow("with unread output") << u"write 9000000000 1"_s << true;
    QTest::newRow("ended, not yet noticed") << u"exit 3"_s << false;
}

void tst_Destruction::whileAlive()
{
    QFETCH(const QString, command);
    QFETCH(const bool, isRunning);
    QStringList late;
    bool isGone = false;
    {
        Process process;
        atEverySignal(&process, [&](const QString &signal) {
            if (isGone)
                late += signal;
        });
        process.start(childProgram(), command.split(u' '));
        process.write(QByteArray(1000000, 'x'));
        if (isRunning)
            QVERIFY(process.waitForStarted());
        isGone = true;
    }
    QCoreApplication::processEvents();
    QCOMPARE(late, QStringList());
    // cleanup() checks that the child has died and left no zombie.
}

// The child is traced and cannot be collected yet: a destructor that waits for it would still wait.
void tst_Destruction::doesNotWait()
{
    pid_t child = 0;
    pid_t tracer = 0;
    QElapsedTimer timer;
    {
        Process process;
        process.start(childProgram(), words("traced sleep"));
        QVERIFY(process.waitForReadyRead());
        tracer = process.readAll().trimmed().toInt();
        child = static_cast<pid_t>(process.processId());
        if (tracer == 0)
            QSKIP("Tracing is not allowed here.");
        timer.start();
    }
    QVERIFY(timer.elapsed() < 10000); // QProcess gives up after 30 s.
    siginfo_t info = {};
    QCOMPARE(waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOHANG | WNOWAIT), 0);
    QCOMPARE(info.si_pid, 0);
    QCOMPARE(::kill(tracer, SIGKILL), 0);
}

void tst_Destruction::many()
{
    const TemporaryLimit limit(RLIMIT_NOFILE, RLIM_INFINITY); // Starts that go on hold more descriptors.
    std::array<Process, 500> processes;
    for (Process &process : processes) {
        process.setProcessChannelMode(Process::ForwardedChannels);
        process.start(childProgram(), words("sleep"));
    }
    for (Process &process : processes)
        QVERIFY(process.waitForStarted());
}

void tst_Destruction::laterInFinished()
{
    auto *const process = new Process;
    QSignalSpy destroyed(process, &QObject::destroyed);
    QSignalSpy finished(process, &Process::finished);
    connect(process, &Process::finished, process, &QObject::deleteLater);
    process->start(childProgram(), words("write 3 1 exit 3"));
    QVERIFY(comes(destroyed));
    QCOMPARE(finished.size(), 1);
}

void tst_Destruction::insideSlot_data()
{
    QTest::addColumn<QString>("signal");
    QTest::addColumn<Driver>("drive");
    const QString signalNames[] = {
        u"stateChanged Starting"_s,
        u"stateChanged Running"_s,
        u"started"_s,
        u"bytesWritten 3"_s,
        u"readyRead"_s,
        u"channelReadyRead 0"_s,
        u"channelReadyRead 1"_s,
        u"readyReadStandardOutput"_s,
        u"readyReadStandardError"_s,
        u"stateChanged NotRunning"_s,
        u"errorOccurred Crashed"_s,
        u"readChannelFinished"_s,
        u"finished 9 CrashExit"_s,
    };
    const auto rows = [&signalNames](const char *name, Driver driver) {
        for (const QString &signal : signalNames)
            QTest::addRow("%s, %s", qPrintable(signal), name) << signal << driver;
    };
    rows("event loop", [](const QPointer<Process> &) {});
    rows("waits", [](const QPointer<Process> &process) {
        if (process)
            process->waitForStarted();
        if (process)
            process->waitForBytesWritten();
        while (process && process->waitForReadyRead()) { }
    });
    const Driver close = [](const QPointer<Process> &process) {
        if (process)
            process->waitForFinished();
        if (process)
            process->close();
    };
    rows("waitForFinished", close);
    QTest::newRow("close") << u"aboutToClose"_s << close;
}

void tst_Destruction::insideSlot()
{
    QFETCH(const QString, signal);
    QFETCH(const Driver, drive);
    const QPointer<Process> process = new Process;
    bool isGone = false;
    QStringList late;
    atEverySignal(process.data(), [&](const QString &name) {
        if (isGone)
            late += name;
        isGone |= name == signal;
        if (isGone)
            delete process.data();
    });
    process->start(childProgram(), words("echo write 3 2 signal 9"));
    if (process)
        process->write("abc");
    if (process)
        process->closeWriteChannel();
    drive(process);
    QTRY_VERIFY(!process);
    QCoreApplication::processEvents();
    QCOMPARE(late, QStringList());
}

void tst_Destruction::insideSlotOfOpen()
{
    const QPointer<Process> process = new Process;
    connect(process.data(), &Process::stateChanged, [&] { delete process.data(); });
    process->setProgram(childProgram());
    process->setArguments(words("sleep"));
    process->open();
    QVERIFY(!process);
}

void tst_Destruction::insideSlotOfAFailedStart_data()
{
    QTest::addColumn<QString>("program");
    QTest::addColumn<QString>("signal");
    const QString missing = u"/no/such/program"_s;
    const QString impossible = childProgram() + u'\0';
    QTest::newRow("state") << missing << u"stateChanged NotRunning"_s;
    QTest::newRow("error") << missing << u"errorOccurred FailedToStart"_s;
    QTest::newRow("starting, inside start()") << impossible << u"stateChanged Starting"_s;
    QTest::newRow("state, inside start()") << impossible << u"stateChanged NotRunning"_s;
    QTest::newRow("error, inside start()") << impossible << u"errorOccurred FailedToStart"_s;
    QTest::newRow("no program") << QString() << u"errorOccurred FailedToStart"_s;
}

void tst_Destruction::insideSlotOfAFailedStart()
{
    QFETCH(const QString, program);
    QFETCH(const QString, signal);
    for (const bool waits : {false, true}) {
        const QPointer<Process> process = new Process;
        atEverySignal(process.data(), [&](const QString &name) {
            if (name == signal)
                delete process.data();
        });
        process->start(program);
        if (process && waits)
            QVERIFY(!process->waitForFinished());
        QTRY_VERIFY(!process);
    }
}

namespace {

class Detachable : public Process
{
public:
    void detach() { setProcessState(NotRunning); }
};

} // namespace

// The way in which subclasses of QProcess detach their child.
void tst_Destruction::letGo()
{
    TestPipe gate;
    TestPipe report;
    {
        Detachable process;
        process.setLaunchOptions({.fileDescriptors = {{8, gate.readEnd()}, {9, report.writeEnd()}}});
        process.start(childProgram(), words("eof 8 write 1 9"));
        QVERIFY(process.waitForStarted());
        process.detach();
    }
    gate.closeWriteEnd();
    report.closeWriteEnd();
    QCOMPARE(report.readAll(), "x");
}

void tst_Destruction::letGoWhileTheObjectLives()
{
    TestPipe gate;
    Detachable process;
    QSignalSpy finished(&process, &Process::finished);
    process.setLaunchOptions({.fileDescriptors = {{8, gate.readEnd()}}});
    process.start(childProgram(), words("eof 8 write 200000 1 exit 3"));
    QVERIFY(process.waitForStarted());
    process.detach();
    gate.closeWriteEnd();
    QVERIFY(comes(finished));
    QCOMPARE(process.exitCode(), 3);
    QCOMPARE(process.readAll().size(), 200'000);
}

// The child belongs to the process that started it. fork() makes no second owner.
void tst_Destruction::inForkedCopy()
{
    auto *const process = new Process(this);
    const std::unique_ptr<Process> owner(process);
    QSignalSpy finished(process, &Process::finished);
    QSignalSpy readyRead(process, &Process::readyRead);
    process->start(childProgram(), words("echo exit 3"));
    QVERIFY(process->waitForStarted());

    QCOMPARE(::inForkedCopy([process] {
                 process->terminate();
                 process->kill();
                 delete process;
                 return QByteArray("destroyed");
             }),
             "destroyed");

    process->write("still there");
    QVERIFY(comes(readyRead));
    QCOMPARE(process->readAll(), "still there");
    process->closeWriteChannel();
    QVERIFY(comes(finished));
    QCOMPARE(process->exitCode(), 3);
}

QTEST_GUILESS_MAIN(tst_Destruction)
#include "tst_destruction.moc"
