// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "childprocesstest.h"
#include "forkedcopy.h"

using ForkFd::ChildProcess;

/// The signals come in QProcess's order, and in each slot the object has the same state as QProcess.
/// Holds: H12.
class tst_SignalOrder : public ChildProcessTest
{
    Q_OBJECT

public:
    enum Driver { EventLoop, WaitForFinished, WaitForReadyRead };
    Q_ENUM(Driver)

private Q_SLOTS:
    void fullLife();
    void sameAsQProcess_data();
    void sameAsQProcess();
    void waitInReadyRead_data();
    void waitInReadyRead();

private:
    template<typename P>
    static QStringList recordOutput();
    template<typename P>
    static QStringList record();
    template<typename P>
    static QString describe(const P &process);
    template<typename P>
    static void drive(P &process, Driver driver);
};

void tst_SignalOrder::fullLife()
{
    ChildProcess process;
    QSignalSpy finished(&process, &ChildProcess::finished);
    QStringList record;
    atEverySignal(&process, [&](const QString &signal) {
        record += signal + u", "_s + nameOf(process.state()) + u", "_s + nameOf(process.error());
    });
    process.start(childProgram(), words("echo write 5 2 signal 9"));
    process.write("12345");
    process.closeWriteChannel();
    record += u"start() has returned"_s;
    QVERIFY(comes(finished));
    QCOMPARE(record,
             QStringList({
                 u"stateChanged Starting, Starting, UnknownError"_s,
                 u"start() has returned"_s,
                 u"stateChanged Running, Running, UnknownError"_s,
                 u"started, Running, UnknownError"_s,
                 u"bytesWritten 5, Running, UnknownError"_s,
                 u"readyRead, Running, UnknownError"_s,
                 u"channelReadyRead 0, Running, UnknownError"_s,
                 u"readyReadStandardOutput, Running, UnknownError"_s,
                 u"channelReadyRead 1, Running, UnknownError"_s,
                 u"readyReadStandardError, Running, UnknownError"_s,
                 u"stateChanged NotRunning, NotRunning, UnknownError"_s,
                 u"errorOccurred Crashed, NotRunning, Crashed"_s,
                 u"readChannelFinished, NotRunning, Crashed"_s,
                 u"finished 9 CrashExit, NotRunning, Crashed"_s,
             }));
}

template<typename P>
QString tst_SignalOrder::describe(const P &process)
{
    // QProcess has a pid only after "stateChanged Starting", and has one even if the start failed.
    const bool isComparable = process.state() != P::Starting && process.program() == childProgram();
    return u", %1, %2, %3"_s.arg(nameOf(process.state()), nameOf(process.error()),
                                 isComparable && process.processId() != 0 ? u"child"_s : QString());
}

template<typename P>
void tst_SignalOrder::drive(P &process, Driver driver)
{
    if (driver == WaitForFinished) {
        process.waitForStarted();
        process.waitForFinished();
    } else if (driver == WaitForReadyRead) {
        while (process.waitForReadyRead()) { }
    } else {
        eventually([&process] {
            QCoreApplication::processEvents(QEventLoop::AllEvents, 10);
            return process.state() == P::NotRunning;
        });
    }
}

template<typename P>
QStringList tst_SignalOrder::record()
{
    QFETCH(const QString, program);
    QFETCH(const QString, command);
    QFETCH(const int, mode);
    QFETCH(const Driver, driver);
    P process;
    QStringList record;
    atEverySignal(&process, [&](const QString &signal) { record += signal + describe(process); });
    process.setProcessChannelMode(static_cast<typename P::ProcessChannelMode>(mode));
    process.start(program, command.split(u' '));
    record += u"start() has returned"_s + describe(process);
    drive(process, driver);
    return record;
}

void tst_SignalOrder::sameAsQProcess_data()
{
    QTest::addColumn<QString>("program");
    QTest::addColumn<QString>("command");
    QTest::addColumn<int>("mode");
    QTest::addColumn<Driver>("driver");
    for (const Driver driver : {EventLoop, WaitForFinished, WaitForReadyRead}) {
        const auto row = [driver](const char *name, const QString &program, const char *command,
                                  int mode = ChildProcess::SeparateChannels) {
            QTest::addRow("%s, %s", name, qPrintable(nameOf(driver)))
                << program << QString::fromLatin1(command) << mode << driver;
        };
        row("no output", childProgram(), "exit 0");
        row("output", childProgram(), "write 5 1 exit 3");
        row("error output", childProgram(), "write 5 2 exit 3");
        row("crash", childProgram(), "signal 9");
        row("output and crash", childProgram(), "write 5 1 signal 9");
        row("merged", childProgram(), "write 5 2 exit 0", ChildProcess::MergedChannels);
        row("forwarded", childProgram(), "exit 0", ChildProcess::ForwardedChannels);
        row("failed start", u"/no/such/program"_s, "");
        row("no program", QString(), "");
    }
}

void tst_SignalOrder::sameAsQProcess()
{
    const QStringList ours = record<ChildProcess>();
    // QProcess leaves a descriptor open after each failed start, so it runs in a forked copy.
    const QByteArray theirs = inForkedCopy([] { return record<QProcess>().join(u'\n').toUtf8(); });
    QCOMPARE(ours, QString::fromUtf8(theirs).split(u'\n'));
}

// The signals of the output, if the first slot of readyRead() waits for the end.
template<typename P>
QStringList tst_SignalOrder::recordOutput()
{
    QFETCH(const QString, command);
    QFETCH(const Driver, driver);
    P process;
    QStringList record;
    QObject::connect(&process, &P::readyRead, &process, [&] {
        if (!record.contains(u"readyRead"_s)) {
            record += u"readyRead"_s;
            process.waitForFinished();
        }
    });
    QObject::connect(&process, &P::channelReadyRead, &process,
                     [&](int channel) { record += u"channelReadyRead %1"_s.arg(channel); });
    QObject::connect(&process, &P::readyReadStandardOutput, &process,
                     [&] { record += u"readyReadStandardOutput"_s; });
    process.start(childProgram(), command.split(u' '));
    drive(process, driver);
    record.removeDuplicates(); // How much comes at once depends on the moment.
    record.sort();
    return record;
}

void tst_SignalOrder::waitInReadyRead_data()
{
    QTest::addColumn<QString>("command");
    QTest::addColumn<Driver>("driver");
    for (const Driver driver : {EventLoop, WaitForFinished, WaitForReadyRead}) {
        QTest::addRow("output, %s", qPrintable(nameOf(driver))) << u"write 5 1 exit 3"_s << driver;
        QTest::addRow("output, then an error, %s", qPrintable(nameOf(driver)))
            << u"write 5 1 burn 20 write 5 2 exit 3"_s << driver;
    }
}

// The signals of the channel were never emitted.
void tst_SignalOrder::waitInReadyRead()
{
    const QStringList ours = recordOutput<ChildProcess>();
    const QByteArray theirs = inForkedCopy([] { return recordOutput<QProcess>().join(u'\n').toUtf8(); });
    QCOMPARE(ours, QString::fromUtf8(theirs).split(u'\n'));
}

QTEST_GUILESS_MAIN(tst_SignalOrder)
#include "tst_signalorder.moc"

#include <QtCore/QEventLoop>
