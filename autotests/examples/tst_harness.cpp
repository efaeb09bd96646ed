// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "harnesstest.h"
#include "lifeline.h"
#include "testcgroups.h"

#include <csignal>

/// forkfd-harness runs tests and says how each ended.
/// Holds: none (it tests an example).
class tst_Harness : public HarnessTest
{
    Q_OBJECT

private Q_SLOTS:
    void init() { HarnessTest::init(); }
    void cleanup() { HarnessTest::cleanup(); }
    void outcomes_data();
    void outcomes();
    void outputOfFailures();
    void killsTheTree();
    void retries();
    void namesWithPlaceholders();
    void leftovers();
    void oneAtATime_data();
    void oneAtATime();
    void order();
    void interrupted_data();
    void interrupted();
    void repeatedSignal();
    void killed();
    void killedWhileListing();
    void failFast();
    void terminal_data();
    void terminal();

private:
    static bool comesToContain(Process &harness, QByteArray &output, const char *text);
};

void tst_Harness::outcomes_data()
{
    QTest::addColumn<QByteArray>("line");
    QTest::addColumn<QByteArray>("shown");
    QTest::addColumn<int>("exitCode");
    QTest::newRow("passes") << QByteArray("@name=t CHILD exit 0") << QByteArray("\nPASS t\n") << 0;
    QTest::newRow("fails") << QByteArray("@name=t CHILD exit 3")
                           << QByteArray("\nFAIL t: exited with code 3\n") << 1;
    QTest::newRow("crashes") << QByteArray("@name=t CHILD signal 9")
                             << QByteArray("\nCRASH t: killed by SIGKILL\n") << 1;
    QTest::newRow("time limit") << QByteArray("@name=t @time-limit=0.25 CHILD sleep")
                                << QByteArray("\nTIME t: exceeded its time limit of 0.25 s\n") << 1;
    QTest::newRow("no program") << QByteArray("@name=t /no/such/program")
                                << QByteArray("\nSTART t: exec: /no/such/program: No such file") << 1;
    QTest::newRow("skipped") << QByteArray("@name=t @skip-code=77 CHILD exit 77")
                             << QByteArray("\nSKIP t: exited with code 77\n") << 0;
    QTest::newRow("is to fail") << QByteArray("@name=t @will-fail CHILD exit 3")
                                << QByteArray("\nPASS t\n") << 0;
    QTest::newRow("was to fail") << QByteArray("@name=t @will-fail CHILD exit 0")
                                 << QByteArray("\nFAIL t: it succeeded, and was expected to fail\n")
                                 << 1;
    QTest::newRow("variable") << QByteArray("@name=t A=b sh -c \"test $A = b\"")
                              << QByteArray("\nPASS t\n") << 0;
    QTest::newRow("folder") << QByteArray("@name=t @directory=/ sh -c \"test $(pwd) = /\"")
                            << QByteArray("\nPASS t\n") << 0;
    QTest::newRow("no input") << QByteArray("@name=t CHILD echo") << QByteArray("\nPASS t\n") << 0;
}

void tst_Harness::outcomes()
{
    QFETCH(const QByteArray, line);
    QFETCH(const QByteArray, shown);
    QFETCH(const int, exitCode);
    const QByteArray result = run({u"-f"_s, writeList("# A list\n\n" + line + '\n')});
    QVERIFY2(result.contains(shown), result.constData());
    const bool isSkipped = shown.contains("SKIP");
    const QByteArray end = exitCode == 1 ? "\n0 passed, 1 failed\nexited with code 1"
        : isSkipped                      ? "\n0 passed, 0 failed\nexited with code 0"
                                         : "\n1 passed, 0 failed\nexited with code 0";
    QVERIFY2(result.endsWith(end), result.constData());
}

void tst_Harness::outputOfFailures()
{
    const QString list = writeList("@name=good CHILD say fine exit 0\n"
                                   "@name=bad sh -c \"printf '\\033[31mred\\033[m\\001\\n'; exit 1\"\n");
    QByteArray result = run({u"-f"_s, list});
    QVERIFY2(result.contains(" red\n"), result.constData());
    QVERIFY2(!result.contains("fine"), result.constData());
    result = run({u"-f"_s, list, u"--show=all"_s});
    QVERIFY2(result.contains(" fine\n"), result.constData());
    result = run({u"-f"_s, list, u"--show=none"_s});
    QVERIFY2(!result.contains("red"), result.constData());
    result = run({u"-f"_s, writeList("sh -c \"seq 1000; echo; exit 1\"\n")});
    QVERIFY2(result.contains(" (600 lines before these)\n") && result.contains(" 601\n"),
             result.constData());
    QVERIFY2(!result.contains(" 600\n"), result.constData());
}

// The processes of a test that exceeds its limit end with it, even if they ignore SIGTERM.
void tst_Harness::killsTheTree()
{
    Lifeline lifeline;
    Process harness;
    // The portable library finds a tree only in its process group.
    const QByteArray branch = FORKFD_TEST_PORTABLE ? "branch same " : "branch same branch group ";
    prepare(harness,
            {u"-f"_s, writeList("@name=t @time-limit=0.5 CHILD ignore 15 " + branch + "sleep\n"),
             u"--grace=100ms"_s});
    harness.setLaunchOptions({.fileDescriptors = {lifeline.asDescriptor()}});
    harness.start();
    lifeline.letGo();
    QVERIFY(harness.waitForFinished(-1));
    QVERIFY(lifeline.comesToBeCut());
    const QByteArray output = harness.readAll();
    QVERIFY2(output.contains("exceeded its time limit"), output.constData());
    QVERIFY2(!output.contains("Leaky"), output.constData());
}

void tst_Harness::retries()
{
    const QString list =
        writeList("@name=flaky sh -c \"mkdir FOLDER/d && echo begun && exit 1; exit 0\"\n"
                  "@name=bad CHILD exit 1\n");
    const QByteArray result = run({u"-f"_s, list, u"--retries=2"_s});
    for (const char *part :
         {"RETRY flaky: exited with code 1; attempt 1 of 3\n", "FLAKY flaky: passed at attempt 2 of 3\n",
          " begun\n", "RETRY bad: exited with code 1; attempt 2 of 3\n",
          "FAIL bad: exited with code 1\n",
          "\nFlaky\n          flaky: exited with code 1 at first, passed at attempt 2\n",
          "1 flaky\n1 passed, 1 failed\n"})
        QVERIFY2(result.contains(part), result.constData());
}

// Once numbers took the place of "%1" in a name.
void tst_Harness::namesWithPlaceholders()
{
    const QString list = writeList("@name=%1 sh -c \"mkdir FOLDER/d && exit 1; exit 0\"\n"
                                   "@name=%1 CHILD exit 0\n");
    const QByteArray result = run({u"-f"_s, list, u"--retries=2147483647"_s});
    for (const char *part :
         {"RETRY %1: exited with code 1; attempt 1 of 2147483648\n", "PASS %1 (2)\n",
          "\nFlaky\n          %1: exited with code 1 at first, passed at attempt 2\n"})
        QVERIFY2(result.contains(part), result.constData());
}

void tst_Harness::leftovers()
{
    if (ForkFd::backend() != ForkFd::Backend::PidFd || !TestCgroups::canBeMade())
        QSKIP("The library may not reach what a test has left behind.");
    Lifeline lifeline;
    Process harness;
    prepare(harness, {u"-f"_s, writeList("@name=t CHILD branch same branch group exit 0\n")});
    harness.setLaunchOptions({.fileDescriptors = {lifeline.asDescriptor()}});
    harness.start();
    lifeline.letGo();
    QVERIFY(harness.waitForFinished(-1));
    QVERIFY(lifeline.comesToBeCut());
    QByteArray result = withoutTimes(harness.readAll());
    for (const char *part :
         {"LEAKY t: left 2 processes behind: child\n",
          "\nLeaky\n          t: left 2 processes behind: child\n", "1 leaky\n1 passed, 0 failed\n"})
        QVERIFY2(result.contains(part), result.constData());
    QCOMPARE(harness.exitCode(), 0);

    result = run({u"-f"_s, path("list"), u"--fail-leaky"_s});
    QVERIFY2(result.contains("LEAK t: left 2 processes behind: child\n"), result.constData());
    QVERIFY2(result.endsWith("exited with code 1"), result.constData());
}

void tst_Harness::oneAtATime_data()
{
    QTest::addColumn<QByteArray>("properties");
    QTest::addColumn<QStringList>("options");
    QTest::newRow("-j 1") << QByteArray() << QStringList{u"-j1"_s};
    QTest::newRow("lock") << QByteArray("@locks=other,this ") << QStringList{u"-j4"_s};
    QTest::newRow("serial") << QByteArray("@serial ") << QStringList{u"-j4"_s};
    QTest::newRow("processors") << QByteArray("@processors=3 ") << QStringList{u"-j4"_s};
    QTest::newRow("more processors") << QByteArray("@processors=99 ") << QStringList{u"-j4"_s};
    QTest::newRow("group") << QByteArray()
                           << QStringList{u"-j4"_s, u"--group"_s, u"g=1:name(mkdir) or x"_s};
}

// Each test fails if another one runs at the same time.
void tst_Harness::oneAtATime()
{
    QFETCH(const QByteArray, properties);
    QFETCH(const QStringList, options);
    QByteArray lines;
    for (int i = 0; i < 4; ++i)
        lines += properties + "sh -c \"mkdir FOLDER/d && sleep 0.02 && rmdir FOLDER/d\"\n";
    const QByteArray result = run(QStringList{u"-f"_s, writeList(lines)} + options);
    QVERIFY2(result.endsWith("4 passed, 0 failed\nexited with code 0"), result.constData());
}

void tst_Harness::order()
{
    const QString list = writeList("@name=last @serial @cost=9 CHILD exit 0\n"
                                   "@name=short @cost=1 CHILD exit 0\n"
                                   "@name=long @cost=2 CHILD exit 0\n"
                                   "@name=waiting @cost=8 @after=awaited,unknown CHILD exit 0\n"
                                   "@name=awaited CHILD exit 0\n"
                                   "@name=alone @after=alone CHILD exit 0\n");
    const QByteArray result = run({u"-f"_s, list, u"-j1"_s});
    QVERIFY2(result.contains("PASS awaited\nPASS waiting\nPASS long\nPASS short\nPASS last\n"
                             "NOT RUN alone: it waits for tests that wait for it\n"),
             result.constData());
}

bool tst_Harness::comesToContain(Process &harness, QByteArray &output, const char *text)
{
    while (!output.contains(text)) {
        if (!harness.waitForReadyRead(-1))
            return false;
        output += harness.readAll();
    }
    return true;
}

void tst_Harness::interrupted_data()
{
    QTest::addColumn<QByteArray>("command");
    QTest::addColumn<int>("signal");
    QTest::addColumn<bool>("isTwice");
    QTest::newRow("SIGINT") << QByteArray("CHILD branch same sleep") << SIGINT << false;
    QTest::newRow("SIGTERM") << QByteArray("CHILD branch same sleep") << SIGTERM << false;
    QTest::newRow("SIGINT twice") << QByteArray("sh -c \"trap '' TERM; : >FOLDER/ready$$; sleep 600\"")
                                  << SIGINT << true;
}

void tst_Harness::interrupted()
{
    QFETCH(const QByteArray, command);
    QFETCH(const int, signal);
    QFETCH(const bool, isTwice);
    Lifeline lifeline;
    Process harness;
    const QByteArray line = command + '\n';
    prepare(harness,
            {u"-f"_s, writeList(line + line + line), u"-j2"_s, u"--slow=0.3"_s, u"--grace=600"_s});
    harness.setLaunchOptions({.fileDescriptors = {lifeline.asDescriptor()}});
    harness.start();
    lifeline.letGo();
    QByteArray output;
    QVERIFY(comesToContain(harness, output, "SLOW"));
    if (isTwice)
        QTRY_COMPARE_WITH_TIMEOUT(QDir(path(".")).entryList({u"ready*"_s}).size(), 2, 60000);
    QVERIFY(harness.sendSignal(signal));
    QVERIFY(comesToContain(harness, output, "Stopping 2 tests; Ctrl-C kills at once.\n"));
    if (isTwice) {
        QVERIFY(!harness.waitForFinished(300)); // Sooner, the second would be a part of the first.
        QVERIFY(harness.sendSignal(signal));
    }
    QVERIFY(harness.waitForFinished(-1));
    output = withoutTimes(output + harness.readAll());
    // A loop of a shell goes on after an exit code.
    QCOMPARE(text(harness.exitInfo()),
             signal == SIGINT ? "killed by SIGINT"
                              : "exited with code " + QByteArray::number(128 + signal));
    QVERIFY(lifeline.comesToBeCut());
    QVERIFY2(output.contains(isTwice ? ": killed by SIGKILL\n" : ": killed by SIGTERM\n"),
             output.constData());
    QCOMPARE(output.count("\nSTOPPED "), 2);
    QVERIFY2(output.endsWith(": 1 not run\n0 passed, 2 failed\n"), output.constData());
}

// timeout(1) and systemd send two signals at once. Both come while the harness is stopped, and so
// without a pause in between.
void tst_Harness::repeatedSignal()
{
    Process harness;
    prepare(harness,
            {u"-f"_s,
             writeList("@name=t sh -c \"trap 'exit 5' HUP TERM; : >FOLDER/ready;"
                       "while :; do sleep 0.01; done\"\n"),
             u"--grace=600"_s});
    harness.start();
    QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(path("ready")), 60000);
    for (const int signal : {SIGSTOP, SIGTERM, SIGHUP, SIGCONT})
        QVERIFY(harness.sendSignal(signal));
    QVERIFY(harness.waitForFinished(-1));
    const QByteArray output = withoutTimes(harness.readAll());
    QVERIFY2(output.contains("\nSTOPPED t: exited with code 5\n"), output.constData());
}

// The tests do not survive the harness, however it ends.
void tst_Harness::killed()
{
    if (FORKFD_TEST_PORTABLE)
        QSKIP("The portable library has no guardian.");
    Lifeline lifeline;
    Process harness;
    prepare(harness, {u"-f"_s, writeList("CHILD branch same sleep\n"), u"--slow=0.3"_s});
    harness.setLaunchOptions({.fileDescriptors = {lifeline.asDescriptor()}});
    harness.start();
    lifeline.letGo();
    QByteArray output;
    QVERIFY(comesToContain(harness, output, "SLOW"));
    harness.kill();
    QVERIFY(harness.waitForFinished(-1));
    QVERIFY(lifeline.comesToBeCut());
}

// The programs that print their functions end with it, too.
void tst_Harness::killedWhileListing()
{
    if (FORKFD_TEST_PORTABLE)
        QSKIP("The portable library has no guardian.");
    Lifeline lifeline;
    Process harness;
    prepare(harness,
            {u"-f"_s, writeList("sh -c \": >FOLDER/ready; exec sleep 600\"\n"), u"--qttest=always"_s,
             u"--per-function"_s});
    harness.setLaunchOptions({.fileDescriptors = {lifeline.asDescriptor()}});
    harness.start();
    lifeline.letGo();
    QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(path("ready")), 60000);
    QVERIFY(harness.sendSignal(SIGTERM));
    QVERIFY(harness.waitForFinished(-1));
    QVERIFY(lifeline.comesToBeCut());
}

void tst_Harness::failFast()
{
    const QByteArray result = run(
        {u"-f"_s, writeList("CHILD exit 0\nCHILD exit 1\nCHILD exit 0\n"), u"-j1"_s, u"--fail-fast"_s});
    QVERIFY2(result.endsWith(": 1 not run\n1 passed, 1 failed\nexited with code 1"), result.constData());
}

void tst_Harness::terminal_data()
{
    QTest::addColumn<QString>("variable");
    QTest::addColumn<QString>("value");
    QTest::addColumn<bool>("isLive");
    QTest::addColumn<bool>("hasColors");
    QTest::newRow("capable") << u"TERM"_s << u"xterm"_s << true << true;
    QTest::newRow("dumb") << u"TERM"_s << u"dumb"_s << false << false;
    QTest::newRow("without colors") << u"NO_COLOR"_s << u"1"_s << true << false;
}

// On a terminal the running tests are shown, and tests that pass are not named.
void tst_Harness::terminal()
{
    QFETCH(const QString, variable);
    QFETCH(const QString, value);
    QFETCH(const bool, isLive);
    QFETCH(const bool, hasColors);
    Process harness;
    prepare(harness,
            {u"-f"_s,
             writeList("@name=good CHILD exit 0\n@name=bad CHILD exit 1\n@name=long sleep 0.3\n"),
             u"--slowest=0"_s});
    QProcessEnvironment environment = harness.processEnvironment();
    environment.insert(u"TERM"_s, u"xterm"_s);
    environment.insert(variable, value);
    harness.setProcessEnvironment(environment);
    harness.setLaunchOptions({.pseudoTerminal = {{.columns = 60, .rows = 20}}});
    harness.start();
    QVERIFY(harness.waitForFinished(-1));
    const QByteArray output = harness.readAll();
    QVERIFY2(output.contains("bad: exited with code 1\r\n"), output.constData());
    QCOMPARE(output.contains("\x1b[J"), isLive);
    // Wide characters do not wrap a live line.
    QCOMPARE(output.contains("\x1b[?7l"), isLive);
    QCOMPARE(output.count("\x1b[?7l"), output.count("\x1b[?7h"));
    QVERIFY(output.contains("long")); // While it runs, or in its line.
    QCOMPARE(output.contains("\x1b[1;31m"), hasColors); // "FAIL"
    QCOMPARE(output.contains("PASS"), !isLive);
}

QTEST_GUILESS_MAIN(tst_Harness)
#include "tst_harness.moc"
