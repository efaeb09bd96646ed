// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "childprocesstest.h"
#include "forkedcopy.h"
#include "systemcallfilter.h"

#include <ForkFd/run.h>
#include <ForkFd/runqueue.h>

#include <QtCore/QFile>
#include <QtCore/QLoggingCategory>
#include <QtCore/QRegularExpression>
#include <QtCore/QSet>

#include <cerrno>
#include <csignal>
#include <memory>
#include <mutex>

#include <sys/wait.h>

/// The debug messages of the category forkfd.childprocess tell each step of a child's life, and no
/// secrets. docs/logging.md lists all of them.
/// Holds: H22.
class tst_Logging : public ChildProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void isOffByDefault();
    void start();
    void options();
    void failure_data();
    void failure();
    void signal();
    void stop();
    void timeLimit();
    void kill();
    void theft();
    void tree();
    void destruction();
    void detached();
    void future();
    void failedFuture();
    void queue();
    void forkedCopy();
    void fallback();
    void table();

protected:
    void warmUp() override
    {
        ChildProcessTest::warmUp();
        warmUpKeeper();
        ForkFd::run(childProgram(), {u"exit"_s, u"0"_s}).waitForFinished();
        awaitLibrary();
    }

private:
    static void setDebug(bool isOn)
    {
        QLoggingCategory::setFilterRules(isOn ? u"forkfd.childprocess.debug=true"_s : QString());
    }
    static void collect(QtMsgType type, const QMessageLogContext &context, const QString &message);
    static QStringList messages()
    {
        const std::lock_guard lock(mutex);
        return all;
    }
    /// The first word of each message.
    static QStringList words()
    {
        QStringList result;
        const QStringList lines = messages();
        for (const QString &line : lines)
            result.push_back(line.section(u':', 0, 0));
        return result;
    }
    static QString lineOf(const QString &word)
    {
        return messages().filter(QRegularExpression(u'^' + word + u": "_s)).value(0);
    }
    static void run(Process &process, const char *arguments)
    {
        process.start(childProgram(), ChildProcessTest::words(arguments));
        QVERIFY(process.waitForFinished());
    }

    static inline std::mutex mutex;
    static inline QStringList all;
    static inline QSet<QString> seen; ///< All first words.
    static inline QtMessageHandler usual = nullptr;
};

// Messages of run() come from another thread.
void tst_Logging::collect(QtMsgType type, const QMessageLogContext &context, const QString &message)
{
    if (type != QtDebugMsg || qstrcmp(context.category, "forkfd.childprocess") != 0) {
        usual(type, context, message);
        return;
    }
    const std::lock_guard lock(mutex);
    all.push_back(message);
    seen.insert(message.section(u':', 0, 0));
}

void tst_Logging::init()
{
    ProcessTest::init();
    all.clear();
    usual = qInstallMessageHandler(collect);
    setDebug(true);
}

void tst_Logging::cleanup()
{
    setDebug(false);
    qInstallMessageHandler(usual);
    ProcessTest::cleanup();
}

void tst_Logging::isOffByDefault()
{
    setDebug(false);
    Process process;
    run(process, "exit 3");
    QCOMPARE(messages(), QStringList());
}

void tst_Logging::start()
{
    Process process;
    run(process, "exit 3");
    QCOMPARE(words().mid(words().indexOf(u"start"_s)), QStringList({u"start"_s, u"end"_s}));
    const QString begin = u"start: \""_s + childProgram() + u"\", arguments: 2, pid "_s;
    QVERIFY2(lineOf(u"start"_s).startsWith(begin), qPrintable(lineOf(u"start"_s)));
    const bool usesPidFd = ForkFd::backend() == ForkFd::Backend::PidFd;
    const QString middle =
        u", backend %1, rung %2, scope: process, options: none, held the caller for "_s.arg(
            usesPidFd ? u"pidfd"_s : u"sigchld"_s, QLatin1String(ForkFd::rung()));
    QVERIFY2(lineOf(u"start"_s).contains(middle), qPrintable(lineOf(u"start"_s)));
    QVERIFY2(lineOf(u"end"_s).contains(u" exited with code 3 after "_s), qPrintable(lineOf(u"end"_s)));
}

void tst_Logging::options()
{
    Process process;
    process.setLaunchOptions({.niceValue = 19, .umask = 022});
    process.setSignalScope(Process::SignalScope::Group);
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(u"FORKFD_TEST"_s, u"secret"_s);
    process.setProcessEnvironment(environment);
    process.setStartMode(Process::StartMode::Background);
    process.start(childProgram(), {u"say"_s, u"secret"_s, u"exit"_s, u"0"_s});
    QVERIFY(process.waitForFinished());
    const QString line = lineOf(u"start"_s);
    QVERIFY2(line.contains(u", scope: process group, options: niceValue 19, umask 022, took "_s),
             qPrintable(line));
    QVERIFY(!messages().join(u'\n').contains(u"secret"_s));
}

void tst_Logging::failure_data()
{
    QTest::addColumn<QString>("program");
    QTest::addColumn<int>("mode");
    QTest::addColumn<QString>("text");
    const QString missing =
        u"failed: \"/no/such/program\": exec: /no/such/program: No such file or directory"_s;
    QTest::newRow("in the child") << u"/no/such/program"_s << int(Process::StartMode::Direct) << missing;
    QTest::newRow("in the background")
        << u"/no/such/program"_s << int(Process::StartMode::Background) << missing;
    QTest::newRow("a line break in the name")
        << u"/no/such\nstart: 1"_s << int(Process::StartMode::Direct)
        << u"failed: \"/no/such\\x0astart: 1\": exec: /no/such\\x0astart: 1: No such file or directory"_s;
    QTest::newRow("no program") << QString() << int(Process::StartMode::Direct)
                                << u"failed: \"\": program: Invalid argument"_s;
}

void tst_Logging::failure()
{
    QFETCH(const QString, program);
    QFETCH(const int, mode);
    QFETCH(const QString, text);
    Process process;
    process.setStartMode(static_cast<Process::StartMode>(mode));
    process.start(program, QStringList());
    process.waitForFinished();
    const QStringList found = messages().filter(QRegularExpression(u"^failed: "_s));
    QCOMPARE(found, QStringList{text});
}

void tst_Logging::signal()
{
    Process process;
    process.start(childProgram(), {u"sleep"_s});
    QVERIFY(process.waitForStarted());
    const QString name = u"pid %1"_s.arg(process.processId());
    QVERIFY(process.sendSignal(SIGKILL));
    QCOMPARE(lineOf(u"signal"_s), u"signal: SIGKILL to %1: sent"_s.arg(name));
    QVERIFY(process.waitForFinished());
    const qsizetype before = messages().size();
    errno = 0;
    QVERIFY(!process.sendSignal(SIGTERM));
    QCOMPARE(errno, ESRCH);
    QCOMPARE(messages().value(before),
             u"signal: SIGTERM to \"%1\": No such process"_s.arg(childProgram()));
}

void tst_Logging::stop()
{
    Process process;
    process.start(childProgram(), {u"sleep"_s});
    QVERIFY(process.waitForStarted());
    const QString name = u"pid %1"_s.arg(process.processId());
    process.setStopSignal(SIGUSR1);
    process.stop();
    QVERIFY(process.waitForFinished());
    QCOMPARE(lineOf(u"stop"_s), u"stop: SIGUSR1 to %1, SIGKILL after 5000.000 ms"_s.arg(name));
    QCOMPARE(lineOf(u"end"_s).section(u" after"_s, 0, 0), u"end: %1 killed by SIGUSR1"_s.arg(name));
}

void tst_Logging::timeLimit()
{
    Process process;
    process.setTimeLimit(std::chrono::milliseconds(1));
    run(process, "sleep");
    QVERIFY2(lineOf(u"limit"_s).endsWith(u" exceeds its time limit of 1.000 ms"_s),
             qPrintable(lineOf(u"limit"_s)));
    QVERIFY(words().indexOf(u"limit"_s) < words().indexOf(u"stop"_s));
}

void tst_Logging::kill()
{
    Process process;
    process.start(childProgram(), ChildProcessTest::words("ignore 15 say up sleep"));
    QVERIFY(process.waitForReadyRead());
    process.setStopGrace(std::chrono::milliseconds(1));
    process.stop();
    QVERIFY(process.waitForFinished());
    QVERIFY2(lineOf(u"kill"_s).endsWith(u" got SIGKILL when its grace was over"_s),
             qPrintable(messages().join(u'\n')));
}

void tst_Logging::theft()
{
    Process process;
    process.start(childProgram(), ChildProcessTest::words("exit 3"));
    QVERIFY(process.waitForStarted());
    const auto pid = static_cast<pid_t>(process.processId());
    while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) { }
    QVERIFY(process.waitForFinished());
    const QString line = lineOf(u"theft"_s);
    if (process.exitInfo().hasUsage)
        QSKIP("The library was faster.");
    const bool isLost = process.exitStatus() == Process::UnknownExit;
    QVERIFY2(line.endsWith(isLost ? u"the status is lost"_s : u"the kernel still had it"_s),
             qPrintable(messages().join(u'\n')));
}

void tst_Logging::tree()
{
    Process process;
    process.setSignalScope(Process::SignalScope::Group);
    QSignalSpy treeEnded(&process, &Process::treeEnded);
    run(process, "exit 0");
    QVERIFY(process.waitForTreeEnded(std::chrono::minutes(1)));
    QVERIFY2(lineOf(u"tree"_s).endsWith(u" have ended"_s), qPrintable(messages().join(u'\n')));
}

void tst_Logging::destruction()
{
    {
        Process process;
        process.setDestructionPolicy(Process::DestructionPolicy::Kill);
        process.start(childProgram(), {u"sleep"_s});
        QVERIFY(process.waitForStarted());
    }
    QVERIFY2(lineOf(u"destroy"_s).endsWith(u" runs, policy Kill"_s), qPrintable(lineOf(u"destroy"_s)));
}

void tst_Logging::detached()
{
    Process process;
    process.setProgram(childProgram());
    process.setArguments({u"exit"_s, u"0"_s});
    qint64 pid = 0;
    QVERIFY(process.startDetached(&pid));
    const QString begin =
        u"detached: \"%1\", arguments: 2, pid %2, options: none, held the caller for "_s;
    QVERIFY2(lineOf(u"detached"_s).startsWith(begin.arg(childProgram()).arg(pid)),
             qPrintable(lineOf(u"detached"_s)));
    process.setProgram(u"/no/such/program"_s);
    QVERIFY(!process.startDetached());
    QVERIFY(!lineOf(u"failed"_s).isEmpty());
}

void tst_Logging::future()
{
    ForkFd::RunOptions options;
    options.launchOptions.umask = 022;
    ForkFd::run(childProgram(), {u"exit"_s, u"3"_s}, options).waitForFinished();
    const QString line = lineOf(u"start"_s);
    QVERIFY2(line.contains(u", arguments: 2, pid "_s), qPrintable(line));
    QVERIFY2(line.contains(u", options: umask 022, took "_s), qPrintable(line));
    QVERIFY2(lineOf(u"end"_s).contains(u" exited with code 3 after "_s), qPrintable(lineOf(u"end"_s)));
}

void tst_Logging::failedFuture()
{
    ForkFd::run(u"/no/such/program"_s).waitForFinished();
    ForkFd::run(QString()).waitForFinished();
    QCOMPARE(words().filter(u"failed"_s).size(), 2);
}

void tst_Logging::queue()
{
    ForkFd::RunQueue queue(1);
    const auto first = queue.run(childProgram(), {u"sleep"_s});
    const auto second = queue.run(childProgram(), {u"exit"_s, u"0"_s});
    QCOMPARE(lineOf(u"queue"_s), u"queue: \"%1\" waits for its turn"_s.arg(childProgram()));
    QTRY_VERIFY_WITH_TIMEOUT(words().contains(u"start"_s), 120000);
    auto stopped = first;
    stopped.cancel();
    QVERIFY(queue.waitForDone(std::chrono::minutes(1)));
    QCOMPARE(second.result().exitInfo.code, 0);
    QCOMPARE(words().filter(u"start"_s).size(), 2);
}

// It neither ends the child nor calls a message handler whose lock another thread may have held.
void tst_Logging::forkedCopy()
{
    auto process = std::make_unique<Process>();
    process->setDestructionPolicy(Process::DestructionPolicy::Kill);
    process->start(childProgram(), {u"sleep"_s});
    QVERIFY(process->waitForStarted());
    const QByteArray told = inForkedCopy([&process] {
        process.reset();
        return messages().filter(QRegularExpression(u"^destroy"_s)).join(u'\n').toUtf8();
    });
    QCOMPARE(told, QByteArray());
    process->kill();
    QVERIFY(process->waitForFinished());
}

// A filter stays until the end of a process.
void tst_Logging::fallback()
{
    if (!hasSystemCallFilters() || qstrcmp(ForkFd::rung(), "clone3") != 0)
        QSKIP("Needs filters and clone3.");
    const QByteArray told = inRefusedCopy({{SYS_clone3, ENOSYS}}, [] {
        for (int times = 0; times < 2; ++times) {
            Process process;
            run(process, "exit 3");
        }
        return messages().filter(QRegularExpression(u"^fallback"_s)).join(u'\n').toUtf8();
    });
    QCOMPARE(told, "fallback: refused here: clone3; children are created by clone");
}

// The last one: it looks at the messages of all others, but for those that may be skipped.
void tst_Logging::table()
{
    QFile page(QStringLiteral(FORKFD_TEST_LOGGING_PAGE));
    QVERIFY(page.open(QIODevice::ReadOnly));
    QSet<QString> documented;
    const QRegularExpression row(u"^\\| `([a-z]+): "_s, QRegularExpression::MultilineOption);
    auto match = row.globalMatch(QString::fromUtf8(page.readAll()));
    while (match.hasNext())
        documented.insert(match.next().captured(1));
    for (const QString &word : {u"fallback"_s, u"theft"_s}) {
        QVERIFY(documented.remove(word));
        seen.remove(word);
    }
    const QSet<QString> unseen = documented - seen;
    const QSet<QString> unknown = seen - documented;
    QVERIFY2(unseen.isEmpty(), qPrintable(QStringList(unseen.cbegin(), unseen.cend()).join(u' ')));
    QVERIFY2(unknown.isEmpty(), qPrintable(QStringList(unknown.cbegin(), unknown.cend()).join(u' ')));
}

QTEST_GUILESS_MAIN(tst_Logging)
#include "tst_logging.moc"
