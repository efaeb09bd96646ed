// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "harnesserror.h"
#include "plaintext.h"
#include "processtest.h"
#include "report.h"

#include <QtCore/QTemporaryDir>
#include <QtCore/QXmlStreamWriter>

using namespace Qt::StringLiterals;

/// What forkfd-harness makes of the output of tests before it shows or reports it.
/// Holds: none (it tests an example).
class tst_HarnessText : public ProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void init() { ProcessTest::init(); }
    void cleanup() { ProcessTest::cleanup(); }
    void plain_data();
    void plain();
    void reportThatCannotBeWritten();
};

void tst_HarnessText::plain_data()
{
    QTest::addColumn<QByteArray>("output");
    QTest::addColumn<QByteArray>("expected");
    const auto add = [](const char *name, const QByteArray &output, const QByteArray &expected) {
        QTest::newRow(name) << output << expected;
    };
    add("text", "a\tb\nc", "a\tb\nc");
    add("control characters", "a\001\r\177\302\205b", "ab");
    add("noncharacters", "a\357\277\276\357\277\277b", "ab");
    add("no UTF-8", "a\377b", "a\357\277\275b");
    add("colors", "\033[1;31ma\033[m\033[0 qb", "ab");
    add("character set", "\033(Ba\033)0b", "ab");
    add("one character", "\033ca\0337b", "ab");
    add("title", "\033]0;t\360\237\230\200\aa\033]0;t\033\\b", "ab");
    add("control strings", "\033Pq#0\033\\a\033Xx\033\\\033^x\033\\\033_x\033\\b", "ab");
    // Once the whole JUnit report was lost: half of the character was skipped.
    add("before a large character", "\033\360\237\230\200a", "\360\237\230\200a");
    add("parameters before a large character", "\033[3\360\237\230\200a", "\360\237\230\200a");
    add("title before a large character", "\033]t\033\360\237\230\200a", "\360\237\230\200a");
    // Once all that followed was lost.
    add("title without an end", "\033]0;t\na", "\na");
    add("control string without an end", "\033Pt\na", "\na");
    add("title before another sequence", "\033]0;t\033[1ma", "a");
    add("sequence without an end", "\033[1\na\033(\nb", "\na\nb");
    add("at the end", "a\033", "a");
    add("parameters at the end", "a\033[1", "a");
    add("title at the end", "a\033]0;t", "a");
}

void tst_HarnessText::plain()
{
    QFETCH(const QByteArray, output);
    QFETCH(const QByteArray, expected);
    const QString text = plainText(output);
    QCOMPARE(text.toUtf8(), expected);
    QByteArray report;
    QXmlStreamWriter xml(&report);
    xml.writeTextElement(u"e"_s, text);
    QVERIFY(!xml.hasError());
}

// The text once was "Unknown error" if the file itself had none.
void tst_HarnessText::reportThatCannotBeWritten()
{
    const QTemporaryDir folder;
    for (const QString &name : {folder.filePath(u"report"_s), u"/dev/null"_s}) {
        QByteArray text;
        try {
            writeReport(name, [](QIODevice &) { return false; });
        } catch (const HarnessError &error) {
            text = error.what();
        }
        QCOMPARE(text, name.toUtf8() + ": the report cannot be written");
    }
}

QTEST_GUILESS_MAIN(tst_HarnessText)
#include "tst_harnesstext.moc"
