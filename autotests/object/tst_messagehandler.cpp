// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "stoppingtest.h"

#include <QtCore/QLoggingCategory>

#include <functional>
#include <utility>

using namespace std::chrono_literals;

/// A message handler waits for the child or starts the next one, in the middle of the library's work.
/// Holds: H17 (waits), H20 (waits), H22.
class tst_MessageHandler : public StoppingTest
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void waits_data();
    void waits();
    void waitsAtTheTimeLimit();
    void startsAtTheTimeLimit();
    void startsAtTheEndOfTheTree();

private:
    static void handle(QtMsgType type, const QMessageLogContext &context, const QString &message);
    static void reactTo(const QString &word, const std::function<void()> &reaction)
    {
        awaited = word;
        react = reaction;
    }

    static inline QString awaited; ///< The first word of the message to react to.
    static inline std::function<void()> react; ///< Empty after the reaction.
    static inline QtMessageHandler usual = nullptr;
};

void tst_MessageHandler::handle(QtMsgType type, const QMessageLogContext &context,
                                const QString &message)
{
    if (type != QtDebugMsg || qstrcmp(context.category, "forkfd.childprocess") != 0)
        usual(type, context, message);
    else if (react && message.section(u':', 0, 0) == awaited)
        std::exchange(react, nullptr)();
}

void tst_MessageHandler::init()
{
    StoppingTest::init();
    usual = qInstallMessageHandler(handle);
    QLoggingCategory::setFilterRules(u"forkfd.childprocess.debug=true"_s);
}

void tst_MessageHandler::cleanup()
{
    react = nullptr;
    QLoggingCategory::setFilterRules({});
    qInstallMessageHandler(usual);
    StoppingTest::cleanup();
}

void tst_MessageHandler::waits_data()
{
    QTest::addColumn<QString>("word");
    QTest::addColumn<QString>("arguments");
    QTest::addColumn<std::chrono::milliseconds>("timeLimit");
    QTest::addColumn<bool>("isStopped");
    QTest::newRow("start") << u"start"_s << u"exit 3"_s << 0ms << false;
    QTest::newRow("end") << u"end"_s << u"exit 3"_s << 0ms << false;
    QTest::newRow("limit") << u"limit"_s << u"say up sleep"_s << 1ms << false;
    QTest::newRow("stop") << u"stop"_s << u"say up sleep"_s << 0ms << true;
    QTest::newRow("kill") << u"kill"_s << u"ignore 15 say up sleep"_s << 0ms << true;
}

// The end was served twice, a stop had lost its child, a time limit did not count during the wait, and a
// stop stage was told after ended().
void tst_MessageHandler::waits()
{
    QFETCH(const QString, word);
    QFETCH(const QString, arguments);
    QFETCH(const std::chrono::milliseconds, timeLimit);
    QFETCH(const bool, isStopped);
    Process process;
    QStringList record;
    atEverySignal(&process, [&record](const QString &signal) { record += signal; });
    connect(&process, &Process::stopStageChanged, &process, [&record] { record += u"stage"_s; });
    connect(&process, &Process::resultChanged, &process, [&record] { record += u"result"_s; });
    connect(&process, &Process::ended, &process, [&record] { record += u"ended"_s; });
    process.setTimeLimit(timeLimit);
    process.setStopGrace(1ms);
    reactTo(word, [&process] { process.waitForFinished(-1); });
    process.start(childProgram(), arguments.split(u' '));
    if (isStopped) {
        QVERIFY(process.waitForReadyRead());
        process.stop();
    }
    process.waitForFinished(-1);
    QVERIFY(!react);
    QCoreApplication::processEvents();
    QCOMPARE(process.state(), Process::NotRunning);
    QCOMPARE(record.filter(u"finished "_s).size(), 1);
    QCOMPARE(record.count(u"ended"_s), 1);
    QCOMPARE(record.last(), u"ended"_s);
}

// This wait has a timeout, because with the fault the child never ends.
void tst_MessageHandler::waitsAtTheTimeLimit()
{
    Process process;
    process.setTimeLimit(1ms);
    QSignalSpy failed(&process, &Process::errorOccurred);
    bool hasEnded = false;
    reactTo(u"limit"_s, [&] { hasEnded = process.waitForFinished(60000); });
    process.start(childProgram(), words("sleep"));
    process.waitForFinished(-1);
    QVERIFY(hasEnded);
    QVERIFY(process.timeLimitExceeded());
    QVERIFY(!failed.isEmpty());
    QCOMPARE(failed[0][0].value<Process::ProcessError>(), Process::Timedout);
}

// The next child was stopped as if it had exceeded the limit.
void tst_MessageHandler::startsAtTheTimeLimit()
{
    Process process;
    process.setTimeLimit(1ms);
    reactTo(u"limit"_s, [&process] {
        process.kill();
        process.waitForFinished(-1);
        process.setTimeLimit(0ms);
        process.start(childProgram(), words("say up eof 0 exit 7"));
    });
    process.start(childProgram(), words("sleep"));
    QTRY_VERIFY_WITH_TIMEOUT(!react && process.bytesAvailable() > 0, 60000);
    QCoreApplication::processEvents();
    QCOMPARE(process.stopStage(), Process::StopStage::None);
    process.closeWriteChannel();
    QVERIFY(process.waitForFinished(-1));
    QCOMPARE(process.exitCode(), 7);
    QVERIFY(!process.timeLimitExceeded());
}

// The watch of the next child's tree was dropped, and treeEnded() came after the next start.
void tst_MessageHandler::startsAtTheEndOfTheTree()
{
    Process process;
    process.setSignalScope(Process::SignalScope::Group);
    int starts = 0;
    QList<int> ends;
    connect(&process, &Process::treeEnded, &process, [&] { ends += starts; });
    reactTo(u"tree"_s, [&] {
        ++starts;
        process.start(childProgram(), words("exit 7"));
    });
    ++starts;
    process.start(childProgram(), words("exit 0"));
    QTRY_VERIFY_WITH_TIMEOUT(!react && !ends.isEmpty(), 60000);
    QCoreApplication::processEvents();
    QCOMPARE(ends, QList<int>{2});
    QCOMPARE(process.exitCode(), 7);
}

QTEST_GUILESS_MAIN(tst_MessageHandler)
#include "tst_messagehandler.moc"
