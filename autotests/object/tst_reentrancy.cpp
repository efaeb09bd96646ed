// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "childprocesstest.h"

#include <QtCore/QEventLoop>
#include <QtCore/QTimer>

#include <array>

#include <sys/wait.h>

/// Slots of every signal wait, run event loops or end the child.
/// Holds: H2.
class tst_Reentrancy : public ChildProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void inSlot_data();
    void inSlot();
    void atTheLastOutput_data();
    void atTheLastOutput();
    void bothSignalsOfAChannel_data();
    void bothSignalsOfAChannel();
    void writtenBeforeTheEnd();
    void waitForEachOther();
    void waitForAnother();
    void manyAtOnce();
    void destroyedByTheSettings();

private:
    using Reaction = void (*)(Process &);
    static void addReactions();
    static void runUntilFinished(Process &process);
};

void tst_Reentrancy::runUntilFinished(Process &process)
{
    if (process.state() == Process::NotRunning)
        return;
    QEventLoop loop;
    connect(&process, &Process::finished, &loop, &QEventLoop::quit);
    QTimer::singleShot(20000, &loop, [&loop] { loop.exit(-1); });
    QCOMPARE(loop.exec(), 0);
}

void tst_Reentrancy::inSlot_data()
{
    QTest::addColumn<QString>("signal");
    QTest::addColumn<Reaction>("reaction");
    const auto rows = [](const char *name, Reaction reaction) {
        for (const char *signal :
             {"stateChanged Running", "started", "bytesWritten 3", "readyRead", "channelReadyRead 0",
              "readyReadStandardOutput", "channelReadyRead 1", "readyReadStandardError",
              "stateChanged NotRunning", "readChannelFinished", "finished 3 NormalExit"})
            QTest::addRow("%s in %s", name, signal) << QString::fromLatin1(signal) << reaction;
    };
    rows("waitForFinished", [](Process &process) { process.waitForFinished(); });
    rows("waitForReadyRead", [](Process &process) { process.waitForReadyRead(); });
    rows("waitForBytesWritten", [](Process &process) { process.waitForBytesWritten(); });
    rows("processEvents", [](Process &) { QCoreApplication::processEvents(); });
    rows("an event loop", runUntilFinished);
    rows("writing", [](Process &process) { process.write("more"); });
    rows("closing the input", [](Process &process) { process.closeWriteChannel(); });
}

void tst_Reentrancy::inSlot()
{
    QFETCH(const QString, signal);
    QFETCH(const Reaction, reaction);
    for (const bool waits : {false, true}) {
        Process process;
        QSignalSpy finished(&process, &Process::finished);
        QSignalSpy started(&process, &Process::started);
        atEverySignal(&process, [&](const QString &name) {
            if (name == signal)
                reaction(process);
        });
        process.start(childProgram(), words("echo write 3 2 exit 3"));
        process.write("abc");
        process.closeWriteChannel();
        if (waits)
            process.waitForFinished();
        QTRY_COMPARE(process.state(), Process::NotRunning);
        QTRY_COMPARE(finished.size(), 1);
        QCoreApplication::processEvents();
        QCOMPARE(finished.size(), 1);
        QCOMPARE(started.size(), 1);
        QCOMPARE(process.exitCode(), 3);
        QCOMPARE(process.readAllStandardOutput(), "abc");
        QCOMPARE(process.readAllStandardError(), "xxx");
    }
}

void tst_Reentrancy::atTheLastOutput_data()
{
    QTest::addColumn<Reaction>("reaction");
    QTest::newRow("an event loop") << Reaction(runUntilFinished);
    QTest::newRow("waitForFinished")
        << Reaction([](Process &process) { QVERIFY(process.waitForFinished()); });
    QTest::newRow("kill") << Reaction([](Process &process) { process.kill(); });
}

// An event loop in this slot once waited for ever: the child had been collected before its last output
// was announced, and no event was left to wake the loop.
void tst_Reentrancy::atTheLastOutput()
{
    QFETCH(const Reaction, reaction);
    constexpr int size = 500000; // More than one read, and all in the pipe when the child ends.
    Process process;
    QSignalSpy finished(&process, &Process::finished);
    connect(&process, &Process::readyReadStandardOutput, [&] {
        if (process.bytesAvailable() == size)
            reaction(process);
    });
    process.start(childProgram(), words("grow 1048576 1 write 500000 1 exit 3"));
    siginfo_t info;
    waitid(P_PID, static_cast<id_t>(process.processId()), &info, WEXITED | WNOWAIT);
    QVERIFY(comes(finished));
    QCOMPARE(process.bytesAvailable(), size);
    QCOMPARE(process.exitCode(), 3);
}

void tst_Reentrancy::bothSignalsOfAChannel_data()
{
    QTest::addColumn<int>("channel");
    QTest::addColumn<Reaction>("reaction");
    for (const int channel : {0, 1}) {
        QTest::addRow("waitForFinished, %d", channel)
            << channel << Reaction([](Process &process) { process.waitForFinished(); });
        QTest::addRow("an event loop, %d", channel) << channel << Reaction(runUntilFinished);
    }
}

// The named signal follows, although the child has ended in a slot of channelReadyRead().
void tst_Reentrancy::bothSignalsOfAChannel()
{
    QFETCH(const int, channel);
    QFETCH(const Reaction, reaction);
    Process process;
    QByteArray read;
    const auto named =
        channel == 0 ? &Process::readyReadStandardOutput : &Process::readyReadStandardError;
    connect(&process, named, [&] {
        read += channel == 0 ? process.readAllStandardOutput() : process.readAllStandardError();
    });
    connect(&process, &Process::channelReadyRead, [&](int which) {
        if (which == channel)
            reaction(process);
    });
    process.start(childProgram(), {u"write"_s, u"3"_s, QString::number(channel + 1), u"exit"_s, u"3"_s});
    QVERIFY(process.state() == Process::NotRunning || process.waitForFinished());
    QCOMPARE(read, "xxx");
}

void tst_Reentrancy::writtenBeforeTheEnd()
{
    Process process;
    connect(&process, &Process::bytesWritten, [&process] {
        process.kill();
        process.waitForFinished();
    });
    process.start(childProgram(), words("sleep"));
    QVERIFY(process.waitForStarted());
    process.write("abc");
    QVERIFY(process.waitForBytesWritten());
    QCOMPARE(process.state(), Process::NotRunning);
}

void tst_Reentrancy::waitForEachOther()
{
    Process first;
    Process second;
    QSignalSpy firstFinished(&first, &Process::finished);
    QSignalSpy secondFinished(&second, &Process::finished);
    connect(&first, &Process::finished, &first, [&] { second.waitForFinished(); });
    connect(&second, &Process::finished, &second, [&] { first.waitForFinished(); });
    first.start(childProgram(), words("exit 1"));
    second.start(childProgram(), words("exit 2"));
    QVERIFY(comes(firstFinished));
    QCOMPARE(secondFinished.size(), 1);
    QCOMPARE(first.exitCode(), 1);
    QCOMPARE(second.exitCode(), 2);
}

void tst_Reentrancy::waitForAnother()
{
    Process process;
    QSignalSpy finished(&process, &Process::finished);
    int sum = 0;
    connect(&process, &Process::readyRead, &process, [&] {
        Process other;
        other.start(childProgram(), words("exit 7"));
        QVERIFY(other.waitForFinished());
        sum += other.exitCode();
    });
    process.start(childProgram(), words("write 1 1 exit 3"));
    QVERIFY(comes(finished));
    QCOMPARE(process.exitCode(), 3);
    QCOMPARE(sum, 7);
}

// Event loops nested 50 deep, each entered from the slot of another child.
void tst_Reentrancy::manyAtOnce()
{
    std::array<Process, 50> processes;
    qsizetype count = 0;
    for (Process &process : processes) {
        connect(&process, &Process::finished, [&] {
            ++count;
            QTRY_COMPARE(count, qsizetype(processes.size()));
        });
        process.start(childProgram(), words("write 1 1 exit 3"));
    }
    QTRY_COMPARE(count, qsizetype(processes.size()));
    for (const Process &process : processes) {
        QCOMPARE(process.exitCode(), 3);
        QCOMPARE(process.bytesAvailable(), 1);
    }
}

// The argument of the signal was freed with the object.
void tst_Reentrancy::destroyedByTheSettings()
{
    const QString program = u"a program"_s.repeated(10);
    const QStringList arguments = {u"an argument"_s.repeated(10)};
    QString told;
    auto *process = new Process;
    connect(process, &Process::programChanged, process, [process, result = &told](const QString &text) {
        delete process;
        *result = text;
    });
    process->setProgram(QString(program));
    QCOMPARE(told, program);
    QStringList toldArguments;
    process = new Process;
    connect(process, &Process::argumentsChanged, process,
            [process, result = &toldArguments](const QStringList &list) {
                delete process;
                *result = list;
            });
    process->start(childProgram(), QStringList(arguments));
    QCOMPARE(toldArguments, arguments);
}

QTEST_GUILESS_MAIN(tst_Reentrancy)
#include "tst_reentrancy.moc"
