// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "harnesstest.h"

/// forkfd-harness runs the tests of a build folder.
/// Holds: none (it tests an example).
class tst_HarnessFolders : public HarnessTest
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
    void timeLimit_data();
    void timeLimit();

private:
    /// Writes a program "ctest" that prints these tests; HarnessTest puts it into the PATH.
    void writeTests(QByteArray tests) const;
};

void tst_HarnessFolders::writeTests(QByteArray tests) const
{
    tests.replace("CHILD", '"' + childProgram().toUtf8() + '"');
    tests.replace('\'', '"');
    write("tests.json", "{\"kind\": \"ctestInfo\", \"tests\": [" + tests + "]}");
    write("ctest", "#!/bin/sh\nexec cat '" + path("tests.json").toUtf8() + "'\n");
    QFile(path("ctest")).setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
}

void tst_HarnessFolders::properties_data()
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
    add("['sh', '-c', 'echo ready; exec sleep 60']",
        "{'name': 'TIMEOUT_AFTER_MATCH', 'value': ['1', 'ready']}, {'name': 'TIMEOUT', 'value': 0.25}",
        "test t: TIMEOUT_AFTER_MATCH is not supported\n");
    add("['sh', '-c', 'test $(pwd) = /']", "{'name': 'WORKING_DIRECTORY', 'value': '/'}", "\nPASS t\n");
    add("[CHILD]", "{'name': 'REQUIRED_FILES', 'value': ['/no/such/file']}",
        "\nNOT RUN t: the required file /no/such/file is missing\n");
    add("[]", "{'name': 'TIMEOUT', 'value': 9}", "\nNOT RUN t: its program has not been built\n");
}

void tst_HarnessFolders::properties()
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

void tst_HarnessFolders::fixtures()
{
    writeTests(QByteArray(fixtureTests).replace("CODE", "0"));
    const QByteArray result = run({u"."_s, u"-j4"_s});
    QVERIFY2(result.contains("\nPASS set\nPASS use\n"), result.constData());
    QVERIFY2(result.contains("PASS clean\n") && result.contains("PASS other\n"), result.constData());
}

void tst_HarnessFolders::failedFixture()
{
    writeTests(QByteArray(fixtureTests).replace("CODE", "1"));
    const QByteArray result = run({u"."_s, u"-j4"_s});
    QVERIFY2(result.contains("NOT RUN use: a fixture that it requires was not set up\n"),
             result.constData());
    QVERIFY2(result.endsWith("\n2 passed, 2 failed\nexited with code 1"), result.constData());
}

// A selected test brings those that set up and clean up its fixtures.
void tst_HarnessFolders::partOfTheFixtures()
{
    writeTests(QByteArray(fixtureTests).replace("CODE", "0"));
    QCOMPARE(run({u"."_s, u"--list"_s, u"-R"_s, u"use"_s}), "clean\nuse\nset\nexited with code 0");
    QCOMPARE(run({u"."_s, u"--list"_s, u"-R"_s, u"other"_s}), "other\nexited with code 0");
}

// The harness used to wait for ever for an attempt that did not begin.
void tst_HarnessFolders::fileThatGoes()
{
    const QByteArray file = write("needed", "").toUtf8();
    writeTests("{'name': 't', 'command': ['rm', '" + file
               + "', '/no/such/file'], 'properties': [{'name': 'REQUIRED_FILES', 'value': ['" + file
               + "']}]}");
    const QByteArray result = run({u"."_s, u"--retries=1"_s});
    QVERIFY2(result.contains(" t: the required file "), result.constData());
    QVERIFY2(result.endsWith("\n0 passed, 1 failed\nexited with code 1"), result.constData());
}

void tst_HarnessFolders::noBuildFolder()
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
void tst_HarnessFolders::badPattern()
{
    writeTests("{'name': 't', 'command': ['true'],"
               "'properties': [{'name': 'PASS_REGULAR_EXPRESSION', 'value': ['x(']}]}");
    write("ctest", "#!/bin/sh\necho 'unmatched ()'; exec cat '" + path("tests.json").toUtf8() + "'\n");
    const QByteArray result = run({u"."_s});
    QVERIFY2(result.startsWith("forkfd-harness: test t: \"x(\" is no regular expression: "),
             result.constData());
}

// Both have a test "b" that depends on "a" and its fixture. Those of the first folder fail.
void tst_HarnessFolders::twoBuildFolders()
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
void tst_HarnessFolders::times()
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

void tst_HarnessFolders::timeLimit_data()
{
    QTest::addColumn<QByteArray>("property");
    QTest::addColumn<QString>("option");
    QTest::addColumn<bool>("passes");
    QTest::newRow("of the folder") << QByteArray() << QString() << false;
    QTest::newRow("of the test") << QByteArray("{'name': 'TIMEOUT', 'value': 60}") << QString() << true;
    QTest::newRow("option") << QByteArray() << u"--time-limit=60"_s << true;
}

// CMake's module CTest keeps the project's limit in this file.
void tst_HarnessFolders::timeLimit()
{
    QFETCH(const QByteArray, property);
    QFETCH(const QString, option);
    QFETCH(const bool, passes);
    write("DartConfiguration.tcl", "Site: here\nTimeOut: 0.25\n");
    writeTests("{'name': 't', 'command': ['sleep', '0.5'], 'properties': [" + property + "]}");
    const QByteArray result = run(QStringList(u"."_s) + option.split(u' ', Qt::SkipEmptyParts));
    QCOMPARE(result.contains("PASS t\n"), passes);
    QCOMPARE(result.contains("TIME t: exceeded its time limit of 0.25 s\n"), !passes);
}

QTEST_GUILESS_MAIN(tst_HarnessFolders)
#include "tst_harnessfolders.moc"
