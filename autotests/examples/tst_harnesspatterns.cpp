// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "childprocesstest.h"
#include "ctestpattern.h"
#include "verdict.h"

#include <QtCore/QStandardPaths>
#include <QtCore/QTemporaryFile>

/// forkfd-harness understands the patterns of a build folder as ctest does.
/// Holds: none (it tests an example).
class tst_HarnessPatterns : public ChildProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void matches_data();
    void matches();
    void invalid_data();
    void invalid();
    void tooLong_data();
    void tooLong();
    void incomplete();

private:
    static bool matchesInCMake(const QString &pattern, const QString &text);
};

void tst_HarnessPatterns::matches_data()
{
    QTest::addColumn<QString>("pattern");
    QTest::addColumn<QString>("text");
    QTest::addColumn<bool>("isMatch");
    const auto add = [](const char *pattern, const char *text, bool isMatch) {
        QTest::addRow("%s", pattern)
            << QString::fromLatin1(pattern) << QString::fromLatin1(text) << isMatch;
    };
    add("begin.*end", "begin\nend\n", true);
    add("^b", "a\nb", false);
    add("^a", "a\nb", true);
    add("a$", "a\nb", false);
    add("OK$", "all OK\n", false);
    add("K\n$", "all OK\n", true);
    add("a(b|$)", "a", true);
    add("[$]5", "costs $5", true);
    add("\\$5", "costs $5", true);
    add("size {3}", "size {3}", true);
    add("a{2}", "aa", false);
    add("\\d", "5", false);
    add("\\d", "d", true);
    add("[\\d]", "5", false);
    add("[\\d]x", "\\x", true);
    add("[]a]x", "]x", true);
    add("[^]a]x", "]x", false);
    add("[[:]x", "[x", true);
    add("[0-9]+\\.[0-9]", "is 1.5", true);
    add("[0-9]+\\.[0-9]", "is 1x5", false);
    add("a.c|d", "abd", true);
    add("(ab)+c?$", "xabab", true);
}

bool tst_HarnessPatterns::matchesInCMake(const QString &pattern, const QString &text)
{
    QTemporaryFile script;
    if (!script.open() || script.write("if(TEXT MATCHES \"${PATTERN}\")\nmessage(yes)\nendif()\n") < 0)
        return false;
    script.close();
    Process cmake;
    cmake.setProcessChannelMode(Process::MergedChannels);
    cmake.start(u"cmake"_s,
                {u"-DPATTERN="_s + pattern, u"-DTEXT="_s + text, u"-P"_s, script.fileName()});
    cmake.waitForFinished(60000);
    return cmake.readAll().contains("yes");
}

void tst_HarnessPatterns::matches()
{
    QFETCH(const QString, pattern);
    QFETCH(const QString, text);
    const QRegularExpression regex = ctestPattern(pattern);
    QVERIFY2(regex.isValid(), qPrintable(regex.errorString()));
    QTEST(regex.match(text).hasMatch(), "isMatch");
    if (!QStandardPaths::findExecutable(u"cmake"_s).isEmpty())
        QTEST(matchesInCMake(pattern, text), "isMatch");
}

void tst_HarnessPatterns::invalid_data()
{
    QTest::addColumn<QString>("pattern");
    for (const char *const pattern : {"(?:good)", "(?i)good", "a.*?c", "a++b", "*a", "a|+b", "(a", "a)"})
        QTest::newRow(pattern) << QString::fromLatin1(pattern);
}

// Perl understands the first ones.
void tst_HarnessPatterns::invalid()
{
    QFETCH(const QString, pattern);
    QVERIFY(!ctestPattern(pattern).isValid());
    if (!QStandardPaths::findExecutable(u"cmake"_s).isEmpty())
        QVERIFY(!matchesInCMake(pattern, u"a good abc"_s));
}

void tst_HarnessPatterns::tooLong_data()
{
    QTest::addColumn<Test>("test");
    const auto add = [](const char *name, QStringList Test::*patterns, bool isExpectedToFail = false) {
        Test test;
        test.*patterns = {u"line(.|\n)*FATAL"_s};
        test.isExpectedToFail = isExpectedToFail;
        QTest::newRow(name) << test;
    };
    add("pass", &Test::passPatterns);
    add("fail", &Test::failPatterns);
    add("skip", &Test::skipPatterns);
    add("expected to fail", &Test::passPatterns, true);
}

// Such a test once passed.
void tst_HarnessPatterns::tooLong()
{
    QFETCH(const Test, test);
    Attempt attempt;
    attempt.output = QByteArray("a line of the output\n").repeated(100'000);
    judge(test, {.exitInfo = {.reason = ForkFd::ExitInfo::Exited}}, attempt);
    QCOMPARE(attempt.outcome, Outcome::Failed);
    QVERIFY2(attempt.reason.startsWith(u"its output is too long to be searched for \"line"_s),
             qPrintable(attempt.reason));
}

// A pattern of the list may match although another one cannot be searched for.
void tst_HarnessPatterns::incomplete()
{
    Test test;
    test.passPatterns = {u"middle"_s, u"end"_s};
    Attempt attempt;
    attempt.isOutputComplete = false;
    attempt.output = "begin end";
    judge(test, {.exitInfo = {.reason = ForkFd::ExitInfo::Exited}}, attempt);
    QCOMPARE(attempt.outcome, Outcome::Passed);
    attempt.output = "begin";
    judge(test, {.exitInfo = {.reason = ForkFd::ExitInfo::Exited}}, attempt);
    QCOMPARE(attempt.outcome, Outcome::Failed);
    QVERIFY(attempt.reason.startsWith(u"its output is too long"_s));
}

QTEST_GUILESS_MAIN(tst_HarnessPatterns)
#include "tst_harnesspatterns.moc"
