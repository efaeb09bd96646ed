// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "childprocesstest.h"
#include "detour.h"

#include <unistd.h>

/// The static functions that QProcess has, too; startDetached() is in tst_startdetached.
/// Holds: H13.
class tst_StaticFunctions : public ChildProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void splitCommand_data();
    void splitCommand();
    void execute_data();
    void execute();
    void executeForwards();
    void ofThisProcess();
};

void tst_StaticFunctions::splitCommand_data()
{
    QTest::addColumn<QString>("command");
    QTest::addColumn<QStringList>("words");
    const auto row = [](const char *name, const QString &command, const QStringList &words) {
        QTest::newRow(name) << command << words;
    };
    row("nothing", QString(), {});
    row("spaces", u"  \t\n "_s, {});
    row("one word", u"one"_s, {u"one"_s});
    row("two words", u" one \t two\n"_s, {u"one"_s, u"two"_s});
    row("quoted", u"one \"two three\" four"_s, {u"one"_s, u"two three"_s, u"four"_s});
    row("partly quoted", u"o\"ne t\"wo"_s, {u"one two"_s});
    row("a quote in quotes", u"one \"two \"\"\" three\""_s, {u"one"_s, u"two \" three"_s});
    row("other quotes", u"one 'two three'"_s, {u"one"_s, u"'two"_s, u"three'"_s});
    row("not closed", u"one \"two three"_s, {u"one"_s, u"two three"_s});
}

void tst_StaticFunctions::splitCommand()
{
    QFETCH(const QString, command);
    QTEST(Process::splitCommand(command), "words");
    QCOMPARE(Process::splitCommand(command), QProcess::splitCommand(command));
}

void tst_StaticFunctions::execute_data()
{
    QTest::addColumn<QString>("program");
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<int>("result");
    QTest::newRow("success") << childProgram() << words("exit 0") << 0;
    QTest::newRow("exit code 3") << childProgram() << words("exit 3") << 3;
    QTest::newRow("exit code 255") << childProgram() << words("exit 255") << 255;
    QTest::newRow("killed") << childProgram() << words("signal 9") << -1;
    QTest::newRow("no arguments") << childProgram() << QStringList() << 0;
#if !defined(FORKFD_TEST_QPROCESS) \
    || QT_VERSION >= QT_VERSION_CHECK(6, 8, 0) // QProcess before 6.8 leaked a descriptor.
    QTest::newRow("no such program") << u"/no/such/program"_s << QStringList() << -2;
#endif
    QTest::newRow("no program") << QString() << QStringList() << -2;
}

void tst_StaticFunctions::execute()
{
    QFETCH(const QString, program);
    QFETCH(const QStringList, arguments);
    QTEST(Process::execute(program, arguments), "result");
}

void tst_StaticFunctions::executeForwards()
{
    Detour output(STDOUT_FILENO);
    Detour error(STDERR_FILENO);
    QCOMPARE(Process::execute(childProgram(), words("write 3 1 write 5 2")), 0);
    QCOMPARE(output.file().size(), 3);
    QCOMPARE(error.file().size(), 5);
}

void tst_StaticFunctions::ofThisProcess()
{
    QCOMPARE(Process::systemEnvironment(), QProcess::systemEnvironment());
    qputenv("FORKFD_TEST", "a value");
    QVERIFY(Process::systemEnvironment().contains(u"FORKFD_TEST=a value"_s));
    qunsetenv("FORKFD_TEST");
    QCOMPARE(Process::nullDevice(), u"/dev/null"_s);
}

QTEST_GUILESS_MAIN(tst_StaticFunctions)
#include "tst_staticfunctions.moc"
