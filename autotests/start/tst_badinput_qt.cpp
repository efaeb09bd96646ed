// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "childprocesstest.h"
#include "testpipe.h"

#include <QtCore/QFile>
#include <QtCore/QTemporaryDir>

#include <cerrno>
#include <climits>
#include <functional>
#include <limits>

#include <fcntl.h>
#include <sys/stat.h>

using ForkFd::LaunchOptions;
using ForkFd::StartError;
using std::chrono::milliseconds;

/// docs/bad-input.md, ChildProcess: each row gives one clear error, and the object can be used again.
/// Holds: L3, H13 (sameAsQProcess).
class tst_BadInputQt : public ChildProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QVERIFY(m_directory.isValid()); }
    void failure_data();
    void failure();
    void sameAsQProcess_data();
    void sameAsQProcess();
    void numbers_data();
    void numbers();
    void waits_data();
    void waits();
    void wrongSignals_data();
    void wrongSignals();
    void stopSignals_data();
    void stopSignals();
    void fifoWithoutReader();

protected:
    void warmUp() override
    {
        ChildProcessTest::warmUp();
        warmUpKeeper();
    }

private:
    using Action = std::function<void(Process &)>;
    QString path(const char *name) const { return m_directory.filePath(QLatin1String(name)); }
    static void addRow(const char *name, const Action &action) { QTest::newRow(name) << action; }
    static void expectUsable(Process &process);

    QTemporaryDir m_directory;
};

void tst_BadInputQt::expectUsable(Process &process)
{
    process.setWorkingDirectory(QString());
    process.setLaunchOptions({});
    process.setProcessEnvironment(QProcessEnvironment(QProcessEnvironment::InheritFromParent));
    for (const auto set : {&Process::setStandardErrorFile, &Process::setStandardOutputFile})
        (process.*set)(QString(), QIODevice::Truncate);
    process.setStandardInputFile(QString());
    QSignalSpy finished(&process, &Process::finished);
    process.start(childProgram(), words("exit 42"));
    QVERIFY(comes(finished));
    QCOMPARE(process.exitCode(), 42);
    QVERIFY(process.startError() == StartError());
}

static QString pathOfBytes(int count)
{
    return u'/' + QString(count - 1, u'x');
}

void tst_BadInputQt::failure_data()
{
    QTest::addColumn<Action>("start");
    QTest::addColumn<StartError>("error");
    const auto row = [](const char *name, const StartError &error, const Action &action) {
        QTest::newRow(name) << action << error;
    };
    const auto options = [&row](const char *name, const LaunchOptions &wanted, const StartError &error) {
        row(name, error, [wanted](Process &p) {
            p.setLaunchOptions(wanted);
            p.start(childProgram(), words("exit 0"));
        });
    };
    row("an argument too long", {"exec", E2BIG}, [](Process &p) {
        p.start(childProgram(), {u"exit"_s, u"0"_s, QString(1 << 20, u'x')});
    });
    row("arguments too long together", {"exec", E2BIG},
        [](Process &p) { p.start(childProgram(), QStringList(100'000, QString(1000, u'x'))); });
    row("a variable too long", {"exec", E2BIG}, [](Process &p) {
        QProcessEnvironment environment;
        environment.insert(u"A"_s, QString(1 << 20, u'x'));
        p.setProcessEnvironment(environment);
        p.start(childProgram(), words("exit 0"));
    });
    row("NUL in a variable", {"environment", EINVAL}, [](Process &p) {
        QProcessEnvironment environment;
        environment.insert(u"A"_s, u"x\0y"_s);
        p.setProcessEnvironment(environment);
        p.start(childProgram(), words("exit 0"));
    });
    row("NUL in the directory", {"workingDirectory", EINVAL}, [](Process &p) {
        p.setWorkingDirectory(u"/\0x"_s);
        p.start(childProgram(), words("exit 0"));
    });
    row("a directory of 4,096 bytes", {"workingDirectory", ENAMETOOLONG}, [](Process &p) {
        p.setWorkingDirectory(QString(4096, u'/') + u'x');
        p.start(childProgram(), words("exit 0"));
    });
    row("a name of 256 bytes", {"exec", ENAMETOOLONG}, [](Process &p) { p.start(pathOfBytes(257)); });
    row("a lone surrogate", {"exec", ENOENT},
        [](Process &p) { p.start(u"/no/such/"_s + QChar(0xd800)); });
    options("a closed descriptor", {.fileDescriptors = {{5, INT_MAX}}}, {"fileDescriptors", EBADF});
    options("a descriptor twice", {.fileDescriptors = {{5, 0}, {5, 1}}}, {"fileDescriptors", EINVAL});
    options("no signal", {.dieWithParent = true, .parentDeathSignal = 1'000'000},
            {"parentDeathSignal", EINVAL});
    options("the invalid user", {.userId = uid_t(-1)}, {"userId", EINVAL});
    options("too nice", {.niceValue = INT_MAX}, {"niceValue", EINVAL});
    for (const bool isInput : {true, false}) {
        const char *name = isInput ? "NUL in the input file" : "NUL in the output file";
        row(name, {"channels", EINVAL}, [isInput](Process &p) {
            if (isInput)
                p.setStandardInputFile(u"/dev\0/null"_s);
            else
                p.setStandardOutputFile(u"/dev\0/null"_s);
            p.start(childProgram(), words("exit 0"));
        });
    }
    row("an input file with a long name", {"channels", ENAMETOOLONG}, [](Process &p) {
        p.setStandardInputFile(pathOfBytes(257));
        p.start(childProgram(), words("exit 0"));
    });
}

void tst_BadInputQt::failure()
{
    QFETCH(const Action, start);
    QFETCH(const StartError, error);
    Process process;
    QSignalSpy failed(&process, &Process::errorOccurred);
    QSignalSpy ended(&process, &Process::ended);
    start(process);
    QVERIFY(comes(ended));
    QCOMPARE(failed.size(), 1);
    QCOMPARE(process.error(), Process::FailedToStart);
    QCOMPARE(text(process.startError()), text(error));
    QVERIFY(!process.errorString().isEmpty());
    expectUsable(process);
}

namespace {

template<typename P>
QByteArray outputOfProgram(const QStringList &arguments, const QProcessEnvironment &environment)
{
    P process;
    process.setProcessEnvironment(environment);
    process.start(ChildProcessTest::childProgram(), arguments);
    return process.waitForFinished() ? process.readAll() : process.errorString().toUtf8();
}

} // namespace

void tst_BadInputQt::sameAsQProcess_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QProcessEnvironment>("environment");
    const QProcessEnvironment inherited(QProcessEnvironment::InheritFromParent);
    const QString high(QChar(0xd800));
    const QString low(QChar(0xdc00));
    QTest::newRow("lone surrogates")
        << QStringList{u"args"_s, high, low + u'x', u'x' + high + u'y'} << inherited;
    QTest::newRow("no characters") << QStringList{u"args"_s, QString(QChar(0xffff)), QString(u'\x7f')}
                                   << inherited;
    QProcessEnvironment many;
    for (int i = 0; i < 100'000; ++i)
        many.insert(u'V' + QString::number(i), u"x"_s);
    QTest::newRow("100,000 variables") << QStringList{u"env"_s, u"V99999"_s} << many;
    QProcessEnvironment strange;
    strange.insert(u"A=B"_s, u"x"_s);
    strange.insert(u" "_s, u"y"_s);
    QTest::newRow("an equals sign in a name") << QStringList{u"environment"_s} << strange;
}

// What a QString cannot express, or the system takes as it is.
void tst_BadInputQt::sameAsQProcess()
{
    QFETCH(const QStringList, arguments);
    QFETCH(const QProcessEnvironment, environment);
    QCOMPARE(outputOfProgram<Process>(arguments, environment),
             outputOfProgram<QProcess>(arguments, environment));
}

void tst_BadInputQt::numbers_data()
{
    QTest::addColumn<Action>("prepare");
    for (const milliseconds time :
         {milliseconds::min(), milliseconds(-1), milliseconds(INT_MAX), milliseconds::max()}) {
        const QByteArray name = QByteArray::number(qlonglong(time.count()));
        QTest::newRow("grace " + name) << Action([time](Process &p) { p.setStopGrace(time); });
        QTest::newRow("limit " + name) << Action([time](Process &p) { p.setTimeLimit(time); });
        QTest::newRow("drain " + name) << Action([time](Process &p) { p.setDrainTimeout(time); });
    }
    for (const qint64 size : {std::numeric_limits<qint64>::min(), qint64(-1), qint64(0),
                              std::numeric_limits<qint64>::max()}) {
        const QByteArray name = QByteArray::number(size);
        QTest::newRow("buffer " + name) << Action([size](Process &p) { p.setReadBufferSize(size); });
    }
    addRow("no size of a terminal", [](Process &p) { p.setTerminalSize(INT_MIN, INT_MAX); });
}

// Negative numbers count as zero, and the largest as for ever.
void tst_BadInputQt::numbers()
{
    QFETCH(const Action, prepare);
    Process process;
    prepare(process);
    QVERIFY(process.stopGrace() >= milliseconds::zero());
    QVERIFY(process.timeLimit() >= milliseconds::zero());
    QVERIFY(process.drainTimeout() >= milliseconds::zero());
    QVERIFY(process.readBufferSize() >= 0);
    process.start(childProgram(), words("write 100000 1"));
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.readAll().size(), 100'000);
    QVERIFY(!process.timeLimitExceeded());
    process.start(childProgram(), words("sleep"));
    process.stop();
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitStatus(), Process::CrashExit);
    expectUsable(process);
}

void tst_BadInputQt::waits_data()
{
    QTest::addColumn<int>("msecs");
    for (const int msecs : {INT_MIN, -2, -1, INT_MAX})
        QTest::newRow(QByteArray::number(msecs)) << msecs;
}

// As QDeadlineTimer has it since Qt 6.6: each negative number is for ever.
void tst_BadInputQt::waits()
{
    QFETCH(const int, msecs);
    Process process;
    process.start(childProgram(), words("burn 20 echo burn 20 exit 3"));
    QVERIFY(process.waitForStarted(msecs));
    process.write("a");
    QVERIFY(process.waitForBytesWritten(msecs));
    QVERIFY(process.waitForReadyRead(msecs));
    process.closeWriteChannel();
    QVERIFY(process.waitForFinished(msecs));
    QCOMPARE(process.exitCode(), 3);
    expectUsable(process);
}

void tst_BadInputQt::wrongSignals_data()
{
    QTest::addColumn<int>("signal");
    for (const int signal : {INT_MIN, -1, 65, 1'000'000, INT_MAX})
        QTest::newRow(QByteArray::number(signal)) << signal;
}

void tst_BadInputQt::wrongSignals()
{
    QFETCH(const int, signal);
    for (const auto scope :
         {Process::SignalScope::Process, Process::SignalScope::Group, Process::SignalScope::Tree}) {
        Process process;
        process.setSignalScope(scope);
        process.start(childProgram(), words("sleep"));
        QVERIFY(process.waitForStarted());
        QVERIFY(!process.sendSignal(signal));
        QVERIFY(process.isRunning());
        QVERIFY(process.sendSignal(0));
        process.kill();
        QVERIFY(process.waitForFinished());
        process.setSignalScope(Process::SignalScope::Process);
        expectUsable(process);
    }
}

void tst_BadInputQt::stopSignals_data()
{
    wrongSignals_data();
}

void tst_BadInputQt::stopSignals()
{
    QFETCH(const int, signal);
    Process process;
    QTest::ignoreMessage(
        QtWarningMsg, "ChildProcess::setStopSignal: There is no signal " + QByteArray::number(signal));
    process.setStopSignal(signal);
    QCOMPARE(process.stopSignal(), 0);
    expectUsable(process);
}

// A start in the background does not block, and can be given up.
void tst_BadInputQt::fifoWithoutReader()
{
    const QString fifo = path("fifo");
    QVERIFY(mkfifo(QFile::encodeName(fifo).constData(), 0600) == 0);
    Process process;
    process.setStartMode(Process::StartMode::Background);
    process.setStandardOutputFile(fifo);
    QSignalSpy ended(&process, &Process::ended);
    process.start(childProgram(), words("exit 0"));
    QCOMPARE(process.state(), Process::Starting);
    process.stop();
    QVERIFY(comes(ended));
    QCOMPARE(process.startError().step, "canceled");
    // If a thread still waits for a reader, it ends now.
    const int reader = open(QFile::encodeName(fifo).constData(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    QVERIFY(reader >= 0);
    close(reader);
    expectUsable(process);
}

QTEST_GUILESS_MAIN(tst_BadInputQt)
#include "tst_badinput_qt.moc"
