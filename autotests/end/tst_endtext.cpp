// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "stoppingtest.h"

#include <ForkFd/run.h>

#include <QtCore/QRegularExpression>
#include <QtCore/QTranslator>

using ForkFd::ExitInfo;
using ForkFd::StartError;
using namespace std::chrono_literals;

/// Each end has a sentence for people.
/// Holds: H19.
class tst_EndText : public StoppingTest
{
    Q_OBJECT

private Q_SLOTS:
    void afterARun_data();
    void afterARun();
    void onlyAfterTheEnd();
    void ofValues_data();
    void ofValues();
    void ofStartErrors();
    void ofRunResults();
    void translated();
};

using Prepare = void (*)(Process &);

void tst_EndText::afterARun_data()
{
    QTest::addColumn<QString>("program");
    QTest::addColumn<QString>("command");
    QTest::addColumn<Prepare>("prepare");
    QTest::addColumn<QString>("text");
    const auto row = [](
                         const char *name, const char *command, const char *text,
                         Prepare prepare = [](Process &) {}, const QString &program = childProgram()) {
        QTest::newRow(name) << program << QString::fromLatin1(command) << prepare
                            << QString::fromLatin1(text).replace(u"CHILD"_s, childProgram());
    };
    const Prepare stop = [](Process &process) {
        connect(&process, &Process::readyRead, &process, &Process::stop);
    };
    const Prepare limit = [](Process &process) {
        connect(&process, &Process::readyRead, [&process] { process.setTimeLimit(1ms); });
    };
    const Prepare shortGrace = [](Process &process) {
        process.setStopGrace(0ms);
        connect(&process, &Process::readyRead, &process, &Process::stop);
    };
    row("success", "exit 0", "exited with code 0");
    row("failure", "exit 3", "exited with code 3");
    row("signal", "signal 9", "killed by SIGKILL");
    row("stopped", "write 1 1 sleep", "killed by SIGTERM after it was asked to stop", stop);
    row("killed", "ignore 15 write 1 1 sleep", "killed by SIGKILL N ms after it was asked to stop",
        shortGrace);
    row("limited", "write 1 1 sleep", "killed by SIGTERM after it had exceeded its time limit", limit);
    row(
        "no such program", "", "Cannot start '/no/such': No such file or directory", [](Process &) {},
        u"/no/such"_s);
    row(
        "no program", "", "Cannot start: No program defined", [](Process &) {}, QString());
    row("no such directory", "", "Cannot start 'CHILD': /no/such: No such file or directory",
        [](Process &process) { process.setWorkingDirectory(u"/no/such"_s); });
    row("modifier", "", "Cannot start 'CHILD': Child process modifier reported error: no",
        [](Process &process) {
            process.setChildProcessModifier([&process] { process.failChildProcessModifier("no"); });
        });
}

void tst_EndText::afterARun()
{
    QFETCH(const QString, program);
    QFETCH(const QString, command);
    QFETCH(const Prepare, prepare);
    Process process;
    QSignalSpy ended(&process, &Process::ended);
    prepare(process);
    process.start(program, command.split(u' '));
    QVERIFY(ended.size() == 1 || comes(ended));
    static const QRegularExpression time(u"\\d+ m?s after"_s);
    QTEST(process.endText().replace(time, u"N ms after"_s), "text");
}

void tst_EndText::onlyAfterTheEnd()
{
    Process process;
    QCOMPARE(process.endText(), QString());
    process.start(childProgram(), words("echo"));
    QCOMPARE(process.endText(), QString());
    process.closeWriteChannel();
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.endText(), u"exited with code 0"_s);
    process.start(childProgram(), words("exit 3"));
    QCOMPARE(process.endText(), QString());
    QVERIFY(process.waitForFinished());
}

void tst_EndText::ofValues_data()
{
    QTest::addColumn<ExitInfo>("info");
    QTest::newRow("exit code") << ExitInfo{.reason = ExitInfo::Exited, .code = 3};
    QTest::newRow("signal") << ExitInfo{.reason = ExitInfo::Signaled, .signal = SIGTERM};
    QTest::newRow("core") << ExitInfo{
        .reason = ExitInfo::Signaled, .signal = SIGSEGV, .coreDumped = true};
    QTest::newRow("real-time signal") << ExitInfo{.reason = ExitInfo::Signaled, .signal = SIGRTMIN + 1};
    QTest::newRow("unknown") << ExitInfo{};
}

// Without a translation the text is that for logs.
void tst_EndText::ofValues()
{
    QFETCH(const ExitInfo, info);
    QCOMPARE(ForkFd::endText(info), QString::fromStdString(info.toString()));
}

void tst_EndText::ofStartErrors()
{
    QCOMPARE(ForkFd::endText(StartError{}), QString());
    errno = ENOSPC;
    QVERIFY(ForkFd::endText(StartError{"modifier", -1}).endsWith(u"Unknown error -1"));
    QCOMPARE(ForkFd::endText(StartError{"exec", ENOENT, "/no/such"}),
             u"Cannot start '/no/such': No such file or directory"_s);
    QCOMPARE(ForkFd::endText(StartError{"clone", EAGAIN}),
             u"Cannot start: Resource temporarily unavailable"_s);
}

void tst_EndText::ofRunResults()
{
    ForkFd::RunResult result;
    result.exitInfo = {.reason = ExitInfo::Exited, .code = 3};
    QCOMPARE(ForkFd::endText(result), u"exited with code 3"_s);
    result.timeLimitExceeded = true;
    QCOMPARE(ForkFd::endText(result), u"exited with code 3 after it had exceeded its time limit"_s);
    result.startError = {"exec", ENOENT, "/no/such"};
    QCOMPARE(ForkFd::endText(result), u"Cannot start '/no/such': No such file or directory"_s);
}

void tst_EndText::translated()
{
    struct Translator : QTranslator
    {
        bool isEmpty() const override { return false; }
        QString translate(const char *context, const char *text, const char *, int) const override
        {
            const bool isOurs = qstrcmp(context, "ForkFd::ChildProcess") == 0;
            return isOurs && qstrcmp(text, "exited with code %1") == 0 ? u"Ende mit %1"_s : QString();
        }
    } translator;
    QCoreApplication::installTranslator(&translator);
    QCOMPARE(ForkFd::endText(ExitInfo{.reason = ExitInfo::Exited, .code = 3}), u"Ende mit 3"_s);
}

QTEST_GUILESS_MAIN(tst_EndText)
#include "tst_endtext.moc"
