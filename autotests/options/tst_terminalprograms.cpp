// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "pseudoterminaltest.h"

#include <QtCore/QFile>
#include <QtCore/QStandardPaths>
#include <QtCore/QTemporaryDir>

/// Programs that need a terminal run on a pseudo-terminal.
/// Holds: L14.
class tst_TerminalPrograms : public PseudoTerminalTest
{
    Q_OBJECT

private Q_SLOTS:
    void less();
    void shellWithJobs();
    void top();
};

void tst_TerminalPrograms::less()
{
    if (QStandardPaths::findExecutable(u"less"_s).isEmpty())
        QSKIP("There is no less here.");
    QTemporaryDir directory;
    QFile file(directory.filePath(u"text"_s));
    QVERIFY(file.open(QIODevice::WriteOnly));
    for (int i = 1; i <= 100; ++i)
        file.write("line " + QByteArray::number(i) + '\n');
    file.close();
    Process process;
    start(process, u"less"_s, {file.fileName()}, {40, 10});
    const QByteArray first = readUntil(process, "line 9\r\n");
    QVERIFY(first.contains("line 1\r\n"));
    QVERIFY(!first.contains("line 10\r\n"));
    process.write(" ");
    QVERIFY(readUntil(process, "line 18").contains("line 10"));
    process.write("G");
    QVERIFY(readUntil(process, "line 100").contains("line 100"));
    process.write("q");
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitCode(), 0);
}

void tst_TerminalPrograms::shellWithJobs()
{
    if (QStandardPaths::findExecutable(u"bash"_s).isEmpty())
        QSKIP("There is no bash here.");
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(u"PS1"_s, u"READY "_s);
    Process process;
    process.setProcessEnvironment(environment);
    start(process, u"bash"_s, {u"--norc"_s, u"--noprofile"_s, u"--noediting"_s, u"-i"_s});
    const QByteArray greeting = readUntil(process, "READY ");
    QVERIFY2(!greeting.contains("no job control"), greeting.constData());
    // An answer shows that the job was in the foreground.
    process.write("cat\nping\n");
    QVERIFY(readUntil(process, "ping").contains("ping"));
    process.write("\x1a"); // Ctrl+Z
    QVERIFY(readUntil(process, "Stopped").contains("Stopped"));
    process.write("jobs\n");
    QVERIFY(readUntil(process, "cat\r\n").contains("cat\r\n"));
    process.write("fg\npong\n");
    QVERIFY(readUntil(process, "pong").contains("pong"));
    process.write("\x03"); // Ctrl+C
    QVERIFY(readUntil(process, "READY ").contains("READY "));
    process.write("echo code $?\n");
    QVERIFY(readUntil(process, "code 130").contains("code 130"));
    process.write("exit 3\n");
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitCode(), 3);
}

void tst_TerminalPrograms::top()
{
    if (QStandardPaths::findExecutable(u"top"_s).isEmpty())
        QSKIP("There is no top here.");
    Process process;
    start(process, u"top"_s, {u"-b"_s, u"-n1"_s});
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitCode(), 0);
    const QByteArray output = process.readAll();
    QVERIFY(output.contains("PID"));
    QVERIFY(output.contains("load average"));
}

QTEST_GUILESS_MAIN(tst_TerminalPrograms)
#include "tst_terminalprograms.moc"
