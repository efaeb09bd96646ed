// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "harnesstest.h"

#include <QtCore/QFileInfo>
#include <QtCore/QXmlStreamReader>

#include <algorithm>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/// What forkfd-harness reads and writes: the tests of ctest, the results of QtTest, JUnit's XML and TAP.
/// Holds: none (it tests an example).
class tst_HarnessReports : public HarnessTest
{
    Q_OBJECT

private Q_SLOTS:
    void init() { HarnessTest::init(); }
    void cleanup() { HarnessTest::cleanup(); }
    void properties_data();
    void properties();
    void fixtures();
    void failedFixture();
    void partOfTheFixtures();
    void fileThatGoes();
    void noBuildFolder();
    void badPattern();
    void twoBuildFolders();
    void times();
    void qtTest();
    void qtTestThatCrashes();
    void perFunction();
    void junit();
    void tap();
    void tapNames();
    void onStandardOutput();
    void onFullDisk();
    void otherReport();
    void intoAPipe();
    void controlCharacters();
    void largeCharacters();

private:
    /// Writes a program "ctest" that prints these tests; HarnessTest puts it into the PATH.
    void writeTests(QByteArray tests) const;
    static QStringList rowsOf(const QByteArray &xml);
    QString sampleList() const
    {
        return writeList("@name=sample " + QByteArray(FORKFD_TEST_SAMPLE) + '\n');
    }
};

void tst_HarnessReports::writeTests(QByteArray tests) const
{
    tests.replace("CHILD", '"' + childProgram().toUtf8() + '"');
    tests.replace('\'', '"');
    write("tests.json", "{\"kind\": \"ctestInfo\", \"tests\": [" + tests + "]}");
    write("ctest", "#!/bin/sh\nexec cat '" + path("tests.json").toUtf8() + "'\n");
    QFile(path("ctest")).setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
}

void tst_HarnessReports::properties_data()
{
    QTest::addColumn<QByteArray>("command");
    QTest::addColumn<QByteArray>("properties");
    QTest::addColumn<QByteArray>("shown");
    const auto add = [](const char *command, const char *properties, const char *shown) {
        QTest::newRow(properties) << QByteArray(command) << QByteArray(properties) << QByteArray(shown);
    };
    add("[CHILD, 'exit', '3']", "{'name': 'WILL_FAIL', 'value': true}", "\nPASS t\n");
    add("[CHILD, 'exit', '0']", "{'name': 'WILL_FAIL', 'value': true}",
        "\nFAIL t: it succeeded, and was expected to fail\n");
    add("[CHILD, 'exit', '7']", "{'name': 'SKIP_RETURN_CODE', 'value': 7}",
        "\nSKIP t: exited with code 7\n");
    add("[CHILD, 'exit', '1']", "{'name': 'DISABLED', 'value': true}", "\nSKIP t: disabled\n");
    add("[CHILD, 'sleep']", "{'name': 'TIMEOUT', 'value': 0.25}",
        "\nTIME t: exceeded its time limit of 0.25 s\n");
    add("[CHILD, 'say', 'abc', 'exit', '1']",
        "{'name': 'PASS_REGULAR_EXPRESSION', 'value': ['x', '^a.c']}", "\nPASS t\n");
    add("[CHILD, 'say', 'abc']", "{'name': 'PASS_REGULAR_EXPRESSION', 'value': ['x']}",
        "\nFAIL t: its output does not match \"x\"\n");
    add("[CHILD, 'say', 'abc']", "{'name': 'FAIL_REGULAR_EXPRESSION', 'value': ['b']}",
        "\nFAIL t: its output matches \"b\"\n");
    add("[CHILD, 'say', 'abc', 'exit', '1']", "{'name': 'SKIP_REGULAR_EXPRESSION', 'value': ['b']}",
        "\nSKIP t: its output matches \"b\"\n");
    add("['sh', '-c', 'test $A$B = x=yz']",
        "{'name': 'ENVIRONMENT_MODIFICATION', 'value': ['B=string_append:z', 'C=unset:']}, "
        "{'name': 'ENVIRONMENT', 'value': ['A=x=', 'B=y']}",
        "\nPASS t\n");
    add("['sh', '-c', 'test $(pwd) = /']", "{'name': 'WORKING_DIRECTORY', 'value': '/'}", "\nPASS t\n");
    add("[CHILD]", "{'name': 'REQUIRED_FILES', 'value': ['/no/such/file']}",
        "\nNOT RUN t: the required file /no/such/file is missing\n");
    add("[]", "{'name': 'TIMEOUT', 'value': 9}", "\nNOT RUN t: its program has not been built\n");
}

void tst_HarnessReports::properties()
{
    QFETCH(const QByteArray, command);
    QFETCH(const QByteArray, properties);
    QFETCH(const QByteArray, shown);
    writeTests("{'name': 't', " + (command == "[]" ? QByteArray() : "'command': " + command + ", ")
               + "'properties': [" + properties + "]}");
    const QByteArray result = run({u"."_s});
    // Without a time there is no column for it.
    QVERIFY2(result.contains(shown), result.constData());
}

static const char fixtureTests[] =
    "{'name': 'clean', 'command': [CHILD], 'properties': [{'name': 'FIXTURES_CLEANUP', 'value': "
    "['f']}]},"
    "{'name': 'use', 'command': [CHILD], 'properties': [{'name': 'FIXTURES_REQUIRED', 'value': ['f']}]},"
    "{'name': 'other', 'command': [CHILD], 'properties': [{'name': 'DEPENDS', 'value': ['use']}]},"
    "{'name': 'set', 'command': [CHILD, 'exit', 'CODE'], 'properties': ["
    "{'name': 'FIXTURES_SETUP', 'value': ['f']}]}";

void tst_HarnessReports::fixtures()
{
    writeTests(QByteArray(fixtureTests).replace("CODE", "0"));
    const QByteArray result = run({u"."_s, u"-j4"_s});
    QVERIFY2(result.contains("\nPASS set\nPASS use\n"), result.constData());
    QVERIFY2(result.contains("PASS clean\n") && result.contains("PASS other\n"), result.constData());
}

void tst_HarnessReports::failedFixture()
{
    writeTests(QByteArray(fixtureTests).replace("CODE", "1"));
    const QByteArray result = run({u"."_s, u"-j4"_s});
    QVERIFY2(result.contains("NOT RUN use: a fixture that it requires was not set up\n"),
             result.constData());
    QVERIFY2(result.endsWith("\n2 passed, 2 failed\nexited with code 1"), result.constData());
}

// A selected test brings those that set up and clean up its fixtures.
void tst_HarnessReports::partOfTheFixtures()
{
    writeTests(QByteArray(fixtureTests).replace("CODE", "0"));
    QCOMPARE(run({u"."_s, u"--list"_s, u"-R"_s, u"use"_s}), "clean\nuse\nset\nexited with code 0");
    QCOMPARE(run({u"."_s, u"--list"_s, u"-R"_s, u"other"_s}), "other\nexited with code 0");
}

// The harness used to wait for ever for an attempt that did not begin.
void tst_HarnessReports::fileThatGoes()
{
    const QByteArray file = write("needed", "").toUtf8();
    writeTests("{'name': 't', 'command': ['rm', '" + file
               + "', '/no/such/file'], 'properties': [{'name': 'REQUIRED_FILES', 'value': ['" + file
               + "']}]}");
    const QByteArray result = run({u"."_s, u"--retries=1"_s});
    QVERIFY2(result.contains(" t: the required file "), result.constData());
    QVERIFY2(result.endsWith("\n0 passed, 1 failed\nexited with code 1"), result.constData());
}

void tst_HarnessReports::noBuildFolder()
{
    write("ctest", "#!/bin/sh\necho broken >&2\nexit 1\n");
    QFile(path("ctest")).setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    QByteArray result = run({u"."_s});
    QVERIFY2(result.contains("broken") && result.endsWith("exited with code 2"), result.constData());
    write("tests.json", "");
    writeTests("");
    QCOMPARE(run({u"."_s}), "forkfd-harness: there are no such tests\nexited with code 4");
}

// ctest prints its own complaint in front of the JSON.
void tst_HarnessReports::badPattern()
{
    writeTests("{'name': 't', 'command': ['true'],"
               "'properties': [{'name': 'PASS_REGULAR_EXPRESSION', 'value': ['x(']}]}");
    write("ctest", "#!/bin/sh\necho 'unmatched ()'; exec cat '" + path("tests.json").toUtf8() + "'\n");
    const QByteArray result = run({u"."_s});
    QVERIFY2(result.startsWith("forkfd-harness: test t: \"x(\" is no regular expression: "),
             result.constData());
}

// Both have a test "b" that depends on "a" and its fixture. Those of the first folder fail.
void tst_HarnessReports::twoBuildFolders()
{
    QVERIFY(QDir(path(".")).mkpath(u"one"_s) && QDir(path(".")).mkpath(u"two"_s));
    write("ctest", "#!/bin/sh\nexec cat tests.json\n");
    QFile(path("ctest")).setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    for (const char *folder : {"one", "two"}) {
        const QByteArray program = folder == QByteArray("one") ? "false" : "true";
        write((QByteArray(folder) + "/tests.json").constData(),
              "{\"kind\": \"ctestInfo\", \"tests\": [{\"name\": \"b\", \"command\": [\"true\"],"
              "\"properties\": [{\"name\": \"FIXTURES_REQUIRED\", \"value\": [\"f\"]}]},"
              "{\"name\": \"a\", \"command\": [\""
                  + program
                  + "\"], \"properties\": [{\"name\": \"FIXTURES_SETUP\", \"value\": [\"f\"]}]}]}");
    }
    QByteArray result = run({u"one"_s, u"two"_s, u"-j1"_s});
    QVERIFY2(result.contains("\nFAIL a: exited with code 1\n"), result.constData());
    QVERIFY2(result.contains("\nPASS a (2)\n") && result.contains("\nPASS b (2)\n"), result.constData());
    QVERIFY2(!result.contains("PASS b\n"), result.constData());
    for (const char *times : {"one/Testing/forkfd-harness.times", "two/Testing/forkfd-harness.times"})
        QVERIFY2(read(times).contains(" a\n") && !read(times).contains("(2)"), read(times).constData());
    // A fixture of the other folder is not needed.
    result = run({u"one"_s, u"two"_s, u"-R"_s, u"^b .2."_s, u"-j1"_s});
    QVERIFY2(result.endsWith("\n2 passed, 0 failed\nexited with code 0"), result.constData());
}

// The test that took longer in the last run comes first in the next.
void tst_HarnessReports::times()
{
    writeTests("{'name': 'short one', 'command': ['true']},"
               "{'name': 'long one', 'command': ['true']}");
    QByteArray result = run({u"."_s, u"-j1"_s});
    QVERIFY2(result.contains("PASS short one\nPASS long one\n"), result.constData());
    const QByteArray times = read("Testing/forkfd-harness.times");
    QVERIFY2(times.contains(" short one\n") && times.contains(" long one\n"), times.constData());
    write("Testing/forkfd-harness.times", "2.5 long one\n0.1 short one\n");
    result = run({u"."_s, u"-j1"_s});
    QVERIFY2(result.contains("PASS long one\nPASS short one\n"), result.constData());
}

QStringList tst_HarnessReports::rowsOf(const QByteArray &text)
{
    QStringList rows;
    QXmlStreamReader xml(text);
    while (!xml.atEnd()) {
        if (xml.readNext() != QXmlStreamReader::StartElement)
            continue;
        if (xml.name() == "testcase"_L1)
            rows += xml.attributes().value("name"_L1).toString();
        else if (xml.name() == "failure"_L1 || xml.name() == "error"_L1 || xml.name() == "skipped"_L1)
            rows.last() += u": %1 %2"_s.arg(xml.name(), xml.attributes().value("message"_L1));
    }
    if (xml.hasError())
        rows += xml.errorString();
    return rows;
}

void tst_HarnessReports::qtTest()
{
    const QByteArray result = run({u"-f"_s, sampleList(), u"--junit=report.xml"_s});
    QVERIFY2(result.contains("\nFAIL sample: exited with code 1: rows(<two>)\n"), result.constData());
    QVERIFY2(result.contains("FAIL!  : QtTestSample::rows(<two>)"), result.constData());
    const QStringList rows = rowsOf(read("report.xml"));
    const QStringList expected = {u"initTestCase()"_s,
                                  u"passes()"_s,
                                  u"rows(one)"_s,
                                  u"rows(<two>): failure Compared values are not the same\n"
                                  "   Actual   (number): 2\n   Expected (1)     : 1"_s,
                                  u"skips(): skipped no need & no \"use\""_s,
                                  u"failsAsExpected()"_s,
                                  u"crashes()"_s,
                                  u"cleanupTestCase()"_s};
    QCOMPARE(rows, expected);
    QVERIFY(read("report.xml").contains("tests=\"8\" failures=\"1\" errors=\"0\" skipped=\"1\""));
}

// What the program has reported before its end is kept.
void tst_HarnessReports::qtTestThatCrashes()
{
    const QByteArray result =
        run({u"-f"_s, writeList("@name=sample SAMPLE_CRASHES=1 " FORKFD_TEST_SAMPLE " passes crashes\n"),
             u"--junit=report.xml"_s});
    QVERIFY2(result.contains("\nFAIL sample: exited with code 77\n"), result.constData());
    const QStringList rows = rowsOf(read("report.xml"));
    QVERIFY2(rows.contains(u"passes()"_s), qPrintable(rows.join(u'\n')));
    QCOMPARE(rows.constLast(), u"(program): failure exited with code 77"_s);
}

void tst_HarnessReports::perFunction()
{
    const QByteArray result = run({u"-f"_s, sampleList(), u"--per-function"_s, u"-j2"_s});
    QVERIFY2(result.contains("PASS sample::passes\n"), result.constData());
    QVERIFY2(result.contains("FAIL sample::rows: exited with code 1: rows(<two>)\n"),
             result.constData());
    QVERIFY2(result.endsWith("\n4 passed, 1 failed\nexited with code 1"), result.constData());
}

void tst_HarnessReports::junit()
{
    const QString list =
        writeList("@name=good&<co> CHILD say a\n"
                  "@name=bad CHILD exit 3\n"
                  "@name=limit @time-limit=250ms CHILD sleep\n"
                  "@name=skip @skip-code=3 CHILD exit 3\n"
                  "@name=flaky sh -c \"mkdir FOLDER/d || exit 0; printf '\\001]]>'; exit 1\"\n");
    run({u"-f"_s, list, u"--junit"_s, u"report.xml"_s, u"--retries=1"_s});
    const QByteArray report = read("report.xml");
    const QStringList expected = {u"good&<co>"_s, u"bad: failure exited with code 3"_s,
                                  u"limit: error exceeded its time limit of 0.25 s"_s,
                                  u"skip: skipped exited with code 3"_s, u"flaky"_s};
    QCOMPARE(rowsOf(report), expected);
    QVERIFY2(report.contains("<testsuites tests=\"5\" failures=\"1\" errors=\"1\" skipped=\"1\""),
             report);
    QVERIFY2(report.contains("<flakyFailure message=\"exited with code 1\""), report);
    if (!FORKFD_TEST_PORTABLE)
        QVERIFY2(report.contains("peakMemoryBytes"), report);
}

void tst_HarnessReports::tap()
{
    const QString list = writeList("@name=good CHILD exit 0\n"
                                   "@name=bad#1 CHILD say a\\b exit 3\n"
                                   "@name=skip @skip-code=3 CHILD exit 3\n"
                                   "@name=sample " FORKFD_TEST_SAMPLE "\n");
    run({u"-f"_s, list, u"--tap"_s, u"report.tap"_s});
    QByteArray report = read("report.tap");
    QVERIFY2(report.startsWith("TAP version 13\n1..4\nok 1 - good\n  ---\n  duration_ms: "), report);
    QVERIFY2(report.contains("\nnot ok 2 - bad\\#1\n"), report);
    QVERIFY2(report.contains("\n  message: \"exited with code 3\"\n"), report);
    QVERIFY2(report.contains("\n  output: \"a\\\\b"), report);
    QVERIFY2(report.contains("\nok 3 - skip # SKIP exited with code 3\n"), report);
    QVERIFY2(report.contains("\n    not ok 4 - rows(<two>)\n"), report);
    QVERIFY2(report.contains("\n    1..8\nnot ok 4 - sample\n"), report);
}

// The second and third test once had a directive: TODO and SKIP let a failed test count as passed.
void tst_HarnessReports::tapNames()
{
    const QString list = writeList("@name=\"a # TODO known\" CHILD exit 3\n"
                                   "@name=\"b \\# TODO known\" CHILD exit 3\n"
                                   "@name=\"c \\\\\\# SKIP\\\" CHILD exit 3\n");
    run({u"-f"_s, list, u"--tap"_s, u"report.tap"_s});
    const QByteArray report = read("report.tap");
    QVERIFY2(report.contains("\nnot ok 1 - a \\# TODO known\n"), report);
    QVERIFY2(report.contains("\nnot ok 2 - b \\\\\\# TODO known\n"), report);
    QVERIFY2(report.contains("\nnot ok 3 - c \\\\\\\\\\\\\\# SKIP\\\\\n"), report);
}

// A report on standard output has it for itself.
void tst_HarnessReports::onStandardOutput()
{
    Process harness;
    prepare(harness, {u"-f"_s, writeList("CHILD exit 0\n"), u"--junit=-"_s});
    harness.setProcessChannelMode(Process::SeparateChannels);
    harness.start();
    QVERIFY(harness.waitForFinished(-1));
    QCOMPARE(rowsOf(harness.readAllStandardOutput()).size(), 1);
    QVERIFY(harness.readAllStandardError().endsWith("\n1 passed, 0 failed\n"));
}

void tst_HarnessReports::onFullDisk()
{
    if (!QFile::exists(u"/dev/full"_s))
        QSKIP("There is no /dev/full.");
    Process harness;
    // More than a buffer, so that flushing it is no error.
    prepare(harness, {u"-f"_s, writeList("sh -c \"yes abcdefg | head -c 300000\"\n"), u"--junit=-"_s});
    harness.setProcessChannelMode(Process::SeparateChannels);
    harness.setStandardOutputFile(u"/dev/full"_s);
    harness.start();
    QVERIFY(harness.waitForFinished(-1));
    QCOMPARE(harness.exitCode(), 2);
}

// One report cannot be written; the other is.
void tst_HarnessReports::otherReport()
{
    const QByteArray result = run(
        {u"-f"_s, writeList("CHILD exit 0\n"), u"--junit=/no/such/folder/report"_s, u"--tap=report"_s});
    QVERIFY2(result.endsWith("exited with code 2"), result.constData());
    QVERIFY2(result.contains("forkfd-harness: /no/such/folder/report: "), result.constData());
    QVERIFY(read("report").startsWith("TAP version 13\n1..1\nok 1 - "));
}

// A device or a pipe is not replaced by a file.
void tst_HarnessReports::intoAPipe()
{
    const QByteArray name = path("pipe").toUtf8();
    QCOMPARE(mkfifo(name.constData(), 0600), 0);
    const int reader = open(name.constData(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
    const QByteArray result = run({u"-f"_s, writeList("CHILD exit 0\n"), u"--junit=pipe"_s});
    QByteArray report(65536, '\0');
    report.truncate(std::max<qsizetype>(::read(reader, report.data(), 65536), 0));
    close(reader);
    QVERIFY2(result.endsWith("exited with code 0"), result.constData());
    QCOMPARE(rowsOf(report).size(), 1);
    QVERIFY(!QFileInfo(path("pipe")).isFile());
}

void tst_HarnessReports::controlCharacters()
{
    const QString list = writeList("@name=\"a\033[31mb\001\" CHILD exit 3\n"
                                   "@name=c /no/such/\033[31mprogram\n");
    const QByteArray result = run({u"-f"_s, list, u"--tap=report.tap"_s});
    QVERIFY2(result.contains("\nFAIL ab: exited with code 3\n"), result.constData());
    QVERIFY2(result.contains("\nSTART c: exec: /no/such/program: No such file"), result.constData());
    QVERIFY(read("report.tap").contains("\nnot ok 1 - ab\n"));
    QVERIFY(!read("report.tap").contains('\033'));
}

// One such test once left no report of all tests.
void tst_HarnessReports::largeCharacters()
{
    const QString list = writeList("@name=a sh -c \"printf '\\033\\360\\237\\230\\200'; exit 3\"\n"
                                   "@name=b CHILD exit 0\n");
    const QByteArray result = run({u"-f"_s, list, u"--junit=report.xml"_s});
    QVERIFY2(result.endsWith("\n1 passed, 1 failed\nexited with code 1"), result.constData());
    QCOMPARE(rowsOf(read("report.xml")), (QStringList{u"a: failure exited with code 3"_s, u"b"_s}));
    QVERIFY(read("report.xml").contains("<system-out>\360\237\230\200</system-out>"));
}

QTEST_GUILESS_MAIN(tst_HarnessReports)
#include "tst_harnessreports.moc"
