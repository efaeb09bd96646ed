// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "catchingapplication.h"
#include "stoppingtest.h"
#include "temporarychange.h"

#include <QtCore/QEventLoop>
#include <QtCore/QPointer>

#include <csignal>

#include <unistd.h>

using namespace std::chrono_literals;

/// Each start has one ended(), its last signal, in whichever way it ends and whatever slots do.
/// Holds: H17.
class tst_Ended : public StoppingTest
{
    Q_OBJECT

private Q_SLOTS:
    void heard_data();
    void heard();
    void inEverySlot_data();
    void inEverySlot();
    void stolenStatus();
    void notOfOthers();
};

namespace {

/// A child that ends by itself, or fails to start.
struct Ending
{
    const char *name;
    const char *command;
    QString program = ChildProcessTest::childProgram();
    void (*prepare)(Process &) = [](Process &) {};
    bool isWhole = false; ///< inEverySlot() lets the slot of each signal react, and not of a part.
};

QList<Ending> endings()
{
    const auto limit = [](Process &process) { process.setTimeLimit(1ms); };
    const auto drain = [](Process &process) { process.setDrainTimeout(1h); };
    const auto kill = [](Process &process) {
        QObject::connect(&process, &Process::stateChanged, [&process](Process::ProcessState state) {
            if (state == Process::Running)
                process.kill();
        });
    };
    const auto failingModifier = [](Process &process) {
        process.setChildProcessModifier([&process] { process.failChildProcessModifier("no"); });
    };
    const auto stuckModifier = [](Process &process) {
        process.setTimeLimit(1ms);
        process.setStopGrace(0ms); // The modifier runs with all signals blocked.
        process.setChildProcessModifier([] { ::pause(); });
    };
    const auto background = [](Process &process) {
        process.setStartMode(Process::StartMode::Background);
    };
    const auto noDirectory = [](Process &process) { process.setWorkingDirectory(u"/no/such"_s); };
    return {
        {.name = "success", .command = "exit 0", .isWhole = true},
        {.name = "failure with output", .command = "write 5 1 exit 3"},
        {.name = "signal", .command = "signal 9", .isWhole = true},
        {.name = "drain", .command = "heir 3 write 5 1", .prepare = drain},
        {.name = "kill", .command = "sleep", .prepare = kill},
        {.name = "time limit", .command = "sleep", .prepare = limit},
        {.name = "no such program", .command = "", .program = u"/no/such"_s, .isWhole = true},
        {.name = "background", .command = "exit 3", .prepare = background},
        {.name = "background, no such program",
         .command = "",
         .program = u"/no/such"_s,
         .prepare = background},
        {.name = "failing modifier", .command = "", .prepare = failingModifier},
        {.name = "given-up start", .command = "", .prepare = stuckModifier},
        {.name = "NUL in the program", .command = "", .program = QString(1, QChar(0))},
        {.name = "no such directory", .command = "", .prepare = noDirectory},
        {.name = "no program", .command = "", .program = QString()},
    };
}

using Driver = void (*)(Process &);

/// Waits, and ignores all exceptions, until the child has ended or was destroyed.
void waitUntilNotRunning(Process &process, Driver wait)
{
    const QPointer<Process> object = &process;
    while (object && object->state() != Process::NotRunning) {
        try {
            wait(*object);
        } catch (const Thrown &) {
        }
    }
}

void runEventLoop(Process &process)
{
    const QPointer<Process> object = &process;
    QVERIFY(QTest::qWaitFor([&] { return !object || object->state() == Process::NotRunning; }, 60000));
}

void waitForFinished(Process &process)
{
    process.waitForFinished();
}

/// What an object has to say in ended(), and after everything.
QString describe(const Process &process)
{
    QString text;
    QDebug(&text) << process.state() << process.error() << process.errorString() << process.exitCode()
                  << process.exitInfo() << process.startError() << process.processId()
                  << process.timeLimitExceeded();
    return text;
}

/// An object that counts its starts and records its signals.
class Recorder
{
public:
    using Reaction = void (*)(Recorder &);

    /// Slots that `prepare` connects are called first.
    explicit Recorder(void (*prepare)(Process &) = [](Process &) {})
    {
        prepare(*object);
        object->setDestructionPolicy(Process::DestructionPolicy::Kill); // Without a warning.
        ChildProcessTest::atEverySignal(object.data(), [this](const QString &name) { note(name); });
        QObject::connect(object, &Process::exitCodeChanged, object,
                         [this] { note(u"exitCodeChanged"_s); });
        QObject::connect(object, &Process::programChanged, object,
                         [this] { note(u"programChanged"_s); });
        QObject::connect(object, &Process::argumentsChanged, object,
                         [this] { note(u"argumentsChanged"_s); });
        QObject::connect(object, &Process::ended, object, [this] {
            told = describe(*object);
            note(u"ended"_s);
        });
    }
    ~Recorder() { delete object; }
    Recorder(const Recorder &) = delete;
    Recorder &operator=(const Recorder &) = delete;

    void start(const QString &program, const char *command)
    {
        ++starts;
        object->start(program, ChildProcessTest::words(command));
    }
    qsizetype ended() const { return record.count(u"ended"_s); }

    QPointer<Process> object = new Process;
    int starts = 0;
    QStringList record;
    QString told; ///< What the object has said in the last ended().
    qsizetype reactingAt = -1; ///< At which signal to react.
    Reaction reaction = nullptr;

private:
    void note(const QString &name)
    {
        if (name == u"aboutToClose"_s) // It belongs to a call of close(), not to a child.
            return;
        record += name;
        if (record.size() - 1 == reactingAt)
            reaction(*this);
    }
};

void restart(Recorder &recorder)
{
    Process &process = *recorder.object;
    // A start first tells its program. If a slot starts a child then, that start itself is refused.
    const QString signal = recorder.record.last();
    const bool isFirst = signal == u"programChanged"_s || signal == u"argumentsChanged"_s;
    if (isFirst || process.state() != Process::NotRunning)
        return;
    process.setWorkingDirectory({});
    process.setChildProcessModifier({});
    process.setTimeLimit(0ms);
    recorder.start(ChildProcessTest::childProgram(), "exit 7");
}

void restartAndWait(Recorder &recorder)
{
    restart(recorder);
    recorder.object->waitForFinished();
}

void loopUntilEnded(Recorder &recorder)
{
    if (recorder.object->state() == Process::NotRunning) {
        QCoreApplication::processEvents();
        return;
    }
    QEventLoop loop;
    QObject::connect(recorder.object, &Process::ended, &loop, &QEventLoop::quit);
    loop.exec();
}

} // namespace

void tst_Ended::heard_data()
{
    QTest::addColumn<int>("ending");
    QTest::addColumn<Driver>("driver");
    const auto rows = [](const char *name, Driver driver) {
        const QList<Ending> all = endings();
        for (int i = 0; i < all.size(); ++i)
            QTest::addRow("%s, %s", all[i].name, name) << i << driver;
    };
    rows("event loop", runEventLoop);
    rows("waitForFinished", waitForFinished);
    rows("waitForReadyRead", [](Process &process) { process.waitForReadyRead(); });
    rows("waitForStarted", [](Process &process) {
        if (!process.waitForStarted() || !process.waitForFinished())
            QCOMPARE(process.state(), Process::NotRunning);
    });
    rows("close", [](Process &process) { process.close(); });
}

void tst_Ended::heard()
{
    QFETCH(const int, ending);
    QFETCH(const Driver, driver);
    Recorder recorder(endings().at(ending).prepare);
    Process &process = *recorder.object;
    for (int i = 1; i <= 3; ++i) {
        recorder.start(endings().at(ending).program, endings().at(ending).command);
        waitUntilNotRunning(process, driver);
        QCOMPARE(recorder.ended(), i);
        QCOMPARE(recorder.record.last(), u"ended"_s);
        QCoreApplication::processEvents();
        QCOMPARE(recorder.record.last(), u"ended"_s);
        QCOMPARE(recorder.told, describe(process));
        QVERIFY(process.exitInfo().reason != ForkFd::ExitInfo::Unknown || process.startError().step);
    }
    QCOMPARE(recorder.ended(), 3);
}

void tst_Ended::inEverySlot_data()
{
    QTest::addColumn<int>("ending");
    QTest::addColumn<Recorder::Reaction>("reaction");
    QTest::addColumn<int>("first");
    QTest::addColumn<int>("step");
    constexpr int thinned = 3; // Of most endings, every third signal.
    auto rows = [shift = 0](const char *name, Recorder::Reaction reaction) mutable {
        const QList<Ending> all = endings();
        for (int i = 0; i < all.size(); ++i) {
            QTest::addRow("%s, %s", all[i].name, name)
                << i << reaction << (all[i].isWhole ? 0 : shift++ % thinned)
                << (all[i].isWhole ? 1 : thinned);
        }
    };
    rows("throws", [](Recorder &) { throw Thrown(); });
    rows("destroys", [](Recorder &recorder) { delete recorder.object; });
    rows("restarts", restart);
    rows("restarts and waits", restartAndWait);
    rows("waits", [](Recorder &recorder) { recorder.object->waitForFinished(); });
    rows("waits for the start", [](Recorder &recorder) { recorder.object->waitForStarted(); });
    rows("runs an event loop", loopUntilEnded);
    rows("closes", [](Recorder &recorder) { recorder.object->close(); });
}

// The slot of the first signal reacts, then in a new run that of the second (or fourth), and so on.
void tst_Ended::inEverySlot()
{
    QFETCH(const int, ending);
    QFETCH(const Recorder::Reaction, reaction);
    QFETCH(const int, first);
    QFETCH(const int, step);
    for (const Driver driver : {runEventLoop, waitForFinished}) {
        bool hasReacted = true;
        for (int i = first; hasReacted; i += step) {
            Recorder recorder(endings().at(ending).prepare);
            recorder.reactingAt = i;
            recorder.reaction = reaction;
            try {
                recorder.start(endings().at(ending).program, endings().at(ending).command);
            } catch (const Thrown &) {
            }
            if (recorder.object)
                waitUntilNotRunning(*recorder.object, driver);
            QCoreApplication::processEvents();
            hasReacted = recorder.record.size() > i;
            const qsizetype expected =
                recorder.object || recorder.record.last() == u"ended"_s ? recorder.starts : 0;
            QVERIFY2(recorder.ended() == expected
                         && (expected == 0 || recorder.record.last() == u"ended"_s),
                     qPrintable(recorder.record.join(u", "_s)));
            if (recorder.object)
                QCOMPARE(recorder.told, describe(*recorder.object));
        }
    }
}

void tst_Ended::stolenStatus()
{
    const TemporaryAction ignored(SIGCHLD, SIG_IGN);
    for (const Driver driver : {runEventLoop, waitForFinished}) {
        Recorder recorder;
        recorder.start(childProgram(), "exit 3");
        waitUntilNotRunning(*recorder.object, driver);
        QCOMPARE(recorder.ended(), 1);
        QCOMPARE(recorder.record.last(), u"ended"_s);
        QVERIFY(recorder.record.contains(u"finished 3 NormalExit"_s)
                || recorder.record.contains(u"finished -1 UnknownExit"_s));
    }
}

// Refused starts, detached ones, and a start from a subclass's own process state.
void tst_Ended::notOfOthers()
{
    Process process;
    QSignalSpy ended(&process, &Process::ended);
    QTest::ignoreMessage(QtWarningMsg,
                         "QProcess::startCommand: empty or whitespace-only command was provided");
    process.startCommand(u" "_s);
    QVERIFY(!process.startDetached());
    process.setProgram(u"/no/such"_s);
    QVERIFY(!process.startDetached());
    QCOMPARE(ended.size(), 0);
    process.start(childProgram(), words("echo"));
    QTest::ignoreMessage(QtWarningMsg, "QProcess::start: Process is already running");
    process.start();
    QTest::ignoreMessage(QtWarningMsg, "QProcess::start: Process is already running");
    QVERIFY(!process.open());
    process.closeWriteChannel();
    QVERIFY(process.waitForFinished());
    QCOMPARE(ended.size(), 1);
    process.setProgram({});
    QTest::ignoreMessage(QtWarningMsg, "QProcess::start: program not set");
    QVERIFY(!process.open());
    QCOMPARE(ended.size(), 2);
}

int main(int argc, char *argv[])
{
    CatchingApplication application(argc, argv);
    tst_Ended test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_ended.moc"
