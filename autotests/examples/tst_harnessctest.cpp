// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "harnesstest.h"

#include <QtCore/QMap>
#include <QtCore/QStandardPaths>

/// forkfd-harness judges the tests of a build folder as ctest does.
/// Holds: none (it tests an example).
class tst_HarnessCTest : public HarnessTest
{
    Q_OBJECT

private Q_SLOTS:
    void init() { HarnessTest::init(); }
    void cleanup() { HarnessTest::cleanup(); }
    void sameVerdicts();

private:
    using Verdicts = QMap<QString, QString>;
    Verdicts ofCTest() const;
    Verdicts ofHarness() const;
};

namespace {

struct Row
{
    const char *name;
    const char *script; ///< For sh.
    const char *properties; ///< As in set_tests_properties().
};

const Row rows[] = {
    {"exit0", "exit 0", ""},
    {"exit1", "exit 1", ""},
    {"killed", "kill -9 $$", ""},
    {"willfail0", "exit 0", "WILL_FAIL TRUE"},
    {"willfail1", "exit 1", "WILL_FAIL TRUE"},
    {"skipped", "exit 77", "SKIP_RETURN_CODE 77"},
    {"skipped-by-output", "echo no network", "SKIP_REGULAR_EXPRESSION \"no net\""},
    {"disabled", "exit 1", "DISABLED TRUE"},
    {"timeout", "exec sleep 60", "TIMEOUT 0.5"},
    {"locked", "exit 0", "RESOURCE_LOCK \"a;b\""},
    {"serial", "exit 0", "RUN_SERIAL TRUE"},
    {"required", "exit 0", "REQUIRED_FILES /no/such/file"},
    // Variables.
    {"set", "test \"$A\" = 1", "ENVIRONMENT A=1"},
    {"unset", "test -z \"${HOME+x}\"", "ENVIRONMENT HOME"},
    {"reset", "test \"$A\" = one", "ENVIRONMENT A=one ENVIRONMENT_MODIFICATION \"A=set:two;A=reset:\""},
    {"reset-to-outside", "test \"$PATH\" != x", "ENVIRONMENT_MODIFICATION \"PATH=set:x;PATH=reset:\""},
    {"appended", "test \"$A\" = one:two",
     "ENVIRONMENT A=one ENVIRONMENT_MODIFICATION A=path_list_append:two"},
    {"prepended", "test \"$A\" = two:one",
     "ENVIRONMENT A=one ENVIRONMENT_MODIFICATION A=path_list_prepend:two"},
    // Fixtures.
    {"setup", "exit 0", "FIXTURES_SETUP f"},
    {"use", "exit 0", "FIXTURES_REQUIRED f"},
    {"failed-setup", "exit 1", "FIXTURES_SETUP g"},
    {"failed-use", "exit 0", "FIXTURES_REQUIRED g"},
    {"disabled-setup", "exit 0", "FIXTURES_SETUP h DISABLED TRUE"},
    {"use-of-disabled", "exit 0", "FIXTURES_REQUIRED h"},
    // Output.
    {"pass", "echo good; exit 1", "PASS_REGULAR_EXPRESSION good"},
    {"pass-not", "echo bad", "PASS_REGULAR_EXPRESSION good"},
    {"pass-one", "echo good", "PASS_REGULAR_EXPRESSION \"x;good\""},
    {"fail", "echo bad", "FAIL_REGULAR_EXPRESSION bad"},
    {"fail-not", "echo good", "FAIL_REGULAR_EXPRESSION bad"},
    {"pass-and-fail", "echo good bad", "PASS_REGULAR_EXPRESSION good FAIL_REGULAR_EXPRESSION bad"},
    {"will-fail-pass", "echo good", "PASS_REGULAR_EXPRESSION good WILL_FAIL TRUE"},
    {"crlf", "printf 'a\\r\\n'", "PASS_REGULAR_EXPRESSION \"a\n\""},
    {"crcrlf", "printf 'a\\r\\r\\n'", "PASS_REGULAR_EXPRESSION \"a\n\""},
    {"cr", "printf 'a\\rb\\n'", "PASS_REGULAR_EXPRESSION \"a\rb\""},
    {"last-line", "printf abc", "PASS_REGULAR_EXPRESSION \"abc\n\""},
    {"end-of-text", "printf abc", "PASS_REGULAR_EXPRESSION \"abc$\""},
    {"nul", "printf 'a\\0b'", "PASS_REGULAR_EXPRESSION \"a\nb\""},
    {"error-output", "echo good >&2", "PASS_REGULAR_EXPRESSION good"},
    {"two-lines", "echo a; echo b", "PASS_REGULAR_EXPRESSION \"a.b\""},
    // The harness keeps 8 MiB of the output, and ctest all.
    {"long-fail",
     "head -c 4500000 /dev/zero | tr '\\0' x; echo BAD; head -c 4500000 /dev/zero | tr '\\0' x",
     "FAIL_REGULAR_EXPRESSION BAD"},
};

} // namespace

// "1/2 Test #1: exit0 ....   Passed    0.01 sec", "***Not Run (Disabled)", "***Exception: …".
tst_HarnessCTest::Verdicts tst_HarnessCTest::ofCTest() const
{
    QProcess ctest;
    ctest.setWorkingDirectory(path("."));
    ctest.start(u"ctest"_s, {u"-j4"_s});
    ctest.waitForFinished(-1);
    static const QRegularExpression line(
        u"(?m)^ *\\d+/\\d+ Test +#\\d+: (\\S+) \\.+ *(?:\\*\\*\\*)?([A-Z][A-Za-z ]*\\(?[A-Za-z]*)"_s);
    Verdicts verdicts;
    for (auto all = line.globalMatch(QString::fromUtf8(ctest.readAll())); all.hasNext();) {
        const QRegularExpressionMatch match = all.next();
        const QString verdict = match.captured(2);
        const bool isSkipped = verdict.startsWith("Skipped"_L1) || verdict.endsWith("Disabled"_L1);
        verdicts[match.captured(1)] = verdict.startsWith("Passed"_L1) ? u"passed"_s
            : isSkipped                                               ? u"skipped"_s
                                                                      : u"failed"_s;
    }
    return verdicts;
}

tst_HarnessCTest::Verdicts tst_HarnessCTest::ofHarness() const
{
    const QByteArray output = run({u"."_s, u"-j4"_s});
    static const QRegularExpression line(u"(?m)^(PASS|FAIL|CRASH|TIME|SKIP|NOT RUN) ([^: \n]+)"_s);
    Verdicts verdicts;
    for (auto all = line.globalMatch(QString::fromUtf8(output)); all.hasNext();) {
        const QRegularExpressionMatch match = all.next();
        const QString word = match.captured(1);
        verdicts[match.captured(2)] = word == "PASS"_L1 ? u"passed"_s
            : word == "SKIP"_L1                         ? u"skipped"_s
                                                        : u"failed"_s;
    }
    return verdicts;
}

void tst_HarnessCTest::sameVerdicts()
{
    if (QStandardPaths::findExecutable(u"ctest"_s).isEmpty())
        QSKIP("ctest is not installed.");
    QByteArray tests;
    for (const Row &row : rows) {
        const QByteArray name = row.name;
        write((name + ".sh").constData(), row.script);
        tests += "add_test(" + name + " sh \"" + path((name + ".sh").constData()).toUtf8() + "\")\n";
        if (*row.properties)
            tests += "set_tests_properties(" + name + " PROPERTIES " + row.properties + ")\n";
    }
    write("CTestTestfile.cmake", tests);
    const Verdicts expected = ofCTest();
    QCOMPARE(expected.size(), static_cast<qsizetype>(std::size(rows)));
    const Verdicts verdicts = ofHarness();
    for (const Row &row : rows) {
        const QString name = QString::fromLatin1(row.name);
        QVERIFY2(verdicts[name] == expected[name],
                 qPrintable(name + u": "_s + verdicts[name] + u" instead of "_s + expected[name]));
    }
}

QTEST_GUILESS_MAIN(tst_HarnessCTest)
#include "tst_harnessctest.moc"
