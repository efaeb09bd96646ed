// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "harnesstest.h"

#include <QtCore/QFileInfo>
#include <QtCore/QXmlStreamReader>

#include <algorithm>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/// forkfd-harness reads the results of QtTest, and writes JUnit's XML and TAP.
/// Holds: none (it tests an example).
class tst_HarnessReports : public HarnessTest
{
    Q_OBJECT

private Q_SLOTS:
    void init() { HarnessTest::init(); }
    void cleanup() { HarnessTest::cleanup(); }
    void qtTest();
    void qtTestThatCrashes();
    void perFunction();
    void perFunctionWithNames();
    void perFunctionInOrder();
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
    static QStringList rowsOf(const QByteArray &xml);
    QString sampleList() const
    {
        return writeList("@name=sample " + QByteArray(FORKFD_TEST_SAMPLE) + '\n');
    }
};

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

// Such a test is not split.
void tst_HarnessReports::perFunctionWithNames()
{
    const QByteArray list = "@name=one " FORKFD_TEST_SAMPLE " passes\n"
                            "@name=row " FORKFD_TEST_SAMPLE " rows:one\n";
    const QByteArray result = run({u"-f"_s, writeList(list), u"--per-function"_s, u"-j1"_s});
    QVERIFY2(result.contains("PASS one\nPASS row\n"), result.constData());
    QVERIFY2(result.endsWith("\n2 passed, 0 failed\nexited with code 0"), result.constData());
}

// The last test waits for all functions, although its cost would bring it to the front.
void tst_HarnessReports::perFunctionInOrder()
{
    const QByteArray list =
        "@name=sample " FORKFD_TEST_SAMPLE "\n@cost=9 @after=sample @name=last true\n";
    const QByteArray result = run({u"-f"_s, writeList(list), u"--per-function"_s, u"-j1"_s});
    QVERIFY2(result.indexOf("PASS last\n") > result.indexOf("PASS sample::passes\n"),
             result.constData());
    QVERIFY2(result.indexOf("PASS last\n") > result.indexOf("FAIL sample::rows"), result.constData());
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
