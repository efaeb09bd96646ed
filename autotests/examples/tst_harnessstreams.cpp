// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "harnesstest.h"
#include "testpipe.h"

/// forkfd-harness with standard streams that are closed, or whose reader has gone.
/// Holds: none (it tests an example).
class tst_HarnessStreams : public HarnessTest
{
    Q_OBJECT

private Q_SLOTS:
    void init() { HarnessTest::init(); }
    void cleanup() { HarnessTest::cleanup(); }
    void readerHasGone();
    void closedDescriptors();

private:
    /// Prepares the harness behind a shell that runs `redirection` first.
    void prepareInShell(Process &harness, const QString &redirection, const QStringList &arguments) const
    {
        prepare(harness, {});
        const QString script = u"exec \"$0\" \"$@\" "_s + redirection;
        harness.setArguments(QStringList{u"-c"_s, script, harness.program()} + arguments);
        harness.setProgram(u"sh"_s);
    }
};

// SIGPIPE once ended the harness, as in "forkfd-harness … | head", without a report. The tests do not
// ignore the signal.
void tst_HarnessStreams::readerHasGone()
{
    TestPipe output;
    output.closeReadEnd();
    QVERIFY(QDir(path(".")).mkdir(u"tmp"_s));
    Process harness;
    prepareInShell(harness, u">&7"_s,
                   {u"-f"_s,
                    writeList("@name=a @cost=2 CHILD exit 0\n@name=b sh -c \"kill -s PIPE $$\"\n"),
                    u"--junit=report.xml"_s, u"-j1"_s});
    QProcessEnvironment environment = harness.processEnvironment();
    environment.insert(u"TMPDIR"_s, path("tmp"));
    harness.setProcessEnvironment(environment);
    harness.setLaunchOptions({.fileDescriptors = {{7, output.writeEnd()}}});
    harness.start();
    QVERIFY(harness.waitForFinished(-1));
    QCOMPARE(text(harness.exitInfo()), "exited with code 1");
    const QByteArray report = read("report.xml");
    QVERIFY2(report.contains("tests=\"2\"") && report.contains("killed by SIGPIPE"), report.constData());
    QVERIFY(QDir(path("tmp")).isEmpty());
}

// The harness once wrote its lines into its own pipe for signals, and took them for signals.
void tst_HarnessStreams::closedDescriptors()
{
    Process harness;
    prepareInShell(
        harness, u"<&- >&- 2>&-"_s,
        {u"-f"_s, writeList("@name=a CHILD exit 0\n@name=b CHILD exit 3\n"), u"--junit=report.xml"_s});
    harness.start();
    QVERIFY(harness.waitForFinished(-1));
    QCOMPARE(text(harness.exitInfo()), "exited with code 1");
    const QByteArray report = read("report.xml");
    QVERIFY2(report.contains("<testsuites tests=\"2\" failures=\"1\" errors=\"0\""), report.constData());
}

QTEST_GUILESS_MAIN(tst_HarnessStreams)
#include "tst_harnessstreams.moc"
