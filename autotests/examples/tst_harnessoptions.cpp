// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "harnesstest.h"

#include <QtCore/QSet>

/// The options of forkfd-harness that select tests, and what it refuses.
/// Holds: none (it tests an example).
class tst_HarnessOptions : public HarnessTest
{
    Q_OBJECT

private Q_SLOTS:
    void init() { HarnessTest::init(); }
    void cleanup() { HarnessTest::cleanup(); }
    void filters_data();
    void filters();
    void partitions_data();
    void partitions();
    void refusals_data();
    void refusals();
    void namesAFile();
    void keepsWords_data();
    void keepsWords();
    void everyOptionIsDocumented();
};

void tst_HarnessOptions::filters_data()
{
    QTest::addColumn<QStringList>("options");
    QTest::addColumn<QByteArray>("names");
    QTest::newRow("all") << QStringList{} << QByteArray("a1 a2 b1 b2");
    QTest::newRow("name") << QStringList{u"-R"_s, u"^a"_s} << QByteArray("a1 a2");
    QTest::newRow("not the name") << QStringList{u"-E"_s, u"^a|2$"_s} << QByteArray("b1");
    QTest::newRow("label") << QStringList{u"-L"_s, u"slow"_s} << QByteArray("a1 b1");
    QTest::newRow("not the label") << QStringList{u"--exclude-label"_s, u"slow"_s}
                                   << QByteArray("a2 b2");
    QTest::newRow("both") << QStringList{u"-R"_s, u"a"_s, u"-L"_s, u"slow"_s} << QByteArray("a1");
    const auto add = [](const char *expression, const char *names) {
        QTest::newRow(expression) << QStringList{u"--filter"_s, QString::fromLatin1(expression)}
                                  << QByteArray(names);
    };
    add("label(^slow$) and not name(^a)", "b1");
    add("name(a1) or label(net) and b", "a1 b2");
    add("(name((a1|b1)) or b2) and b", "b1 b2");
    add("not not (all)", "a1 a2 b1 b2");
}

void tst_HarnessOptions::filters()
{
    QFETCH(const QStringList, options);
    QFETCH(const QByteArray, names);
    const QString list = writeList("@name=a1 @labels=slow,net x\n@name=a2 x\n@name=b1 @labels=slow x\n"
                                   "@name=b2 @labels=net x\n");
    QCOMPARE(run(QStringList{u"-f"_s, list, u"--list"_s} + options),
             QByteArray(names).replace(' ', '\n') + "\nexited with code 0");
}

void tst_HarnessOptions::partitions_data()
{
    QTest::addColumn<QString>("kind");
    QTest::newRow("count") << u"count"_s;
    QTest::newRow("hash") << u"hash"_s;
}

// Each test is in exactly one of the parts.
void tst_HarnessOptions::partitions()
{
    QFETCH(const QString, kind);
    QByteArray lines;
    for (int i = 0; i < 30; ++i)
        lines += "@name=t" + QByteArray::number(i) + " x\n";
    const QString list = writeList(lines);
    QSet<QByteArray> names;
    for (int part = 1; part <= 3; ++part) {
        QList<QByteArray> itsNames =
            run({u"-f"_s, list, u"--list"_s, u"--partition"_s, u"%1:%2/3"_s.arg(kind).arg(part)})
                .split('\n');
        QCOMPARE(itsNames.takeLast(), "exited with code 0");
        if (kind == u"count")
            QCOMPARE(itsNames.size(), 10);
        QVERIFY(itsNames.size() > 3);
        for (const QByteArray &name : std::as_const(itsNames)) {
            QVERIFY2(!names.contains(name), name.constData());
            names.insert(name);
        }
    }
    QCOMPARE(names.size(), 30);
}

void tst_HarnessOptions::refusals_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QByteArray>("text");
    const auto add = [](const char *name, const QStringList &arguments, const char *text) {
        QTest::newRow(name) << arguments << QByteArray("forkfd-harness: ") + text;
    };
    add("nothing", {}, "name a program, a build folder or a list file; --help says more\n");
    add("option", {u"--no-such"_s}, "Unknown option 'no-such'.\n");
    add("number", {u"-j0"_s, u"x"_s}, "--jobs does not understand \"0\"\n");
    add("word", {u"--show=some"_s, u"x"_s}, "--show does not understand \"some\"\n");
    add("partition", {u"--partition=count:3/2"_s, u"x"_s}, "--partition does not understand \"2\"\n");
    add("filter", {u"--filter=a and"_s, u"x"_s},
        "the filter \"a and\" cannot be understood at position 6\n");
    add("filter with a placeholder", {u"--filter=%1 and"_s, u"x"_s},
        "the filter \"%1 and\" cannot be understood at position 7\n");
    add("word of a filter", {u"--filter=tag(a)"_s, u"x"_s},
        "the filter \"tag(a)\" has the unknown word tag()\n");
    const QString deep = u"("_s.repeated(100'000);
    add("deep filter", {u"--filter="_s + deep, u"x"_s}, "the filter \"((((");
    add("regular expression", {u"-R("_s, u"x"_s}, "\"(\" is no regular expression");
    add("two reports", {u"--tap=-"_s, u"--junit=-"_s, u"x"_s},
        "only one report can go to standard output\n");
    add("no list", {u"-f"_s, u"/no/such/list"_s}, "/no/such/list: No such file or directory\n");
    add("one file for both reports", {u"--junit=x"_s, u"--tap=x"_s, u"y"_s},
        "both reports would go to the same file\n");
    add("property", {u"-f"_s, u"list"_s}, "list:2: unknown property @color\n");
    add("flag with a value", {u"-f"_s, u"flag"_s}, "flag:1: @will-fail does not understand \"false\"\n");
    add("number that is not whole", {u"-f"_s, u"number"_s},
        "number:1: @skip-code does not understand \"77.9\"\n");
    add("list that is not UTF-8", {u"-f"_s, u"latin1"_s}, "latin1: not valid UTF-8\n");
    add("list that is a folder", {u"-f"_s, u"."_s}, ".: ");
    add("list with a placeholder", {u"-f"_s, u"%1"_s}, "%1:2: unknown property @color\n");
}

void tst_HarnessOptions::refusals()
{
    QFETCH(const QStringList, arguments);
    QFETCH(const QByteArray, text);
    writeList("true\n@color=red true\n");
    write("%1", "true\n@color=red true\n");
    write("flag", "@will-fail=false true\n");
    write("number", "@skip-code=77.9 true\n");
    write("latin1", "echo f\374r\n");
    const QByteArray result = run(arguments);
    QVERIFY2(result.startsWith(text), result.constData());
    QVERIFY2(result.endsWith("\nexited with code 2"), result.constData());
    QCOMPARE(run({u"-f"_s, write("empty", "")}),
             "forkfd-harness: there are no such tests\nexited with code 4");
}

// A program of the PATH would be another one than that of the test.
void tst_HarnessOptions::namesAFile()
{
    const QByteArray result = run({u"true"_s});
    QVERIFY2(result.contains("START true: exec: ") && result.endsWith("\nexited with code 1"),
             result.constData());
}

// QCoreApplication removes words such as -qmljsdebugger=1 from the arguments that it is given.
void tst_HarnessOptions::keepsWords_data()
{
    QTest::addColumn<QString>("word");
    QTest::newRow("option of Qt") << u"-qmljsdebugger=1"_s;
    QTest::newRow("byte order mark") << QString(QChar::ByteOrderMark) + u'a';
}

void tst_HarnessOptions::keepsWords()
{
    QFETCH(const QString, word);
    write("printer", "#!/bin/sh\nprintf %s \"$1\" >word\n");
    QFile(path("printer")).setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    run({u"printer"_s, u"--"_s, word});
    QCOMPARE(read("word"), word.toUtf8());
}

void tst_HarnessOptions::everyOptionIsDocumented()
{
    QFile page(QStringLiteral(FORKFD_TEST_HARNESS_FOLDER "/forkfd-harness.1"));
    QVERIFY(page.open(QIODevice::ReadOnly));
    const QByteArray manual = page.readAll();
    QByteArrayList scripts;
    for (const char *shell : {"bash", "fish", "zsh"}) {
        QFile completion(QStringLiteral(FORKFD_TEST_HARNESS_FOLDER "/completions/forkfd-harness.%1")
                             .arg(QLatin1String(shell)));
        QVERIFY(completion.open(QIODevice::ReadOnly));
        scripts += completion.readAll().replace(" -l ", " --"); // fish names options without hyphens.
    }

    const QByteArray help = run({u"--help"_s});
    QVERIFY2(help.endsWith("exited with code 0"), help.constData());
    const QRegularExpression option(u"--([a-z-]+)"_s);
    int count = 0;
    for (const auto &match : option.globalMatch(QString::fromUtf8(help))) {
        const QByteArray name = match.captured(1).toUtf8();
        QVERIFY2(manual.contains("Fl -" + name), name.constData());
        for (const QByteArray &script : scripts)
            QVERIFY2(script.contains("--" + name), name.constData());
        ++count;
    }
    QVERIFY(count > 20);
    QVERIFY(run({u"--version"_s}).startsWith("forkfd-harness 0."));
}

QTEST_GUILESS_MAIN(tst_HarnessOptions)
#include "tst_harnessoptions.moc"
