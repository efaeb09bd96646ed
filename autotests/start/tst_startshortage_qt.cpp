// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "childprocesstest.h"
#include "temporarychange.h"

#include <cerrno>

using ForkFd::StartError;

/// start() with too few descriptors for the child.
/// Holds: L3.
class tst_StartShortageQt : public ChildProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void descriptors_data();
    void descriptors();

private:
};

void tst_StartShortageQt::descriptors_data()
{
    QTest::addColumn<int>("count");
    QTest::addColumn<StartError>("error");
    QTest::addColumn<QString>("text");
    const auto row = [](const char *name, int count, const StartError &error, const char *text) {
        QTest::newRow(name) << count << error << QString::fromLatin1(text);
    };
    const StartError channels = {"channels", EMFILE};
    row("none", 0, channels, "pipe: Too many open files");
    row("half a pipe", 1, channels, "pipe: Too many open files");
    row("standard input", 2, channels, "pipe: Too many open files");
    row("standard input and output", 4, channels, "pipe: Too many open files");
    row("two pipes and a half", 5, channels, "pipe: Too many open files");
    row("all pipes", 6, {"descriptors", EMFILE}, "Resource error (fork failure): Too many open files");
}

void tst_StartShortageQt::descriptors()
{
    QFETCH(const int, count);
    Process process;
    QSignalSpy failed(&process, &Process::errorOccurred);
    QSignalSpy finished(&process, &Process::finished);
    {
        const TemporaryLimit limit(RLIMIT_NOFILE, descriptorLimitThatLeaves(count));
        process.start(childProgram(), words("exit 3"));
    }
    QCOMPARE(failed.size(), 1);
    QCOMPARE(failed[0][0].value<Process::ProcessError>(), Process::FailedToStart);
    QCOMPARE(process.error(), Process::FailedToStart);
    QCOMPARE(process.state(), Process::NotRunning);
    QTEST(process.startError(), "error");
    QFETCH(const QString, text);
    QVERIFY2(process.errorString().endsWith(text + u": "_s + childProgram()),
             qPrintable(process.errorString()));
    QCoreApplication::processEvents();
    QCOMPARE(failed.size(), 1);
    QCOMPARE(finished.size(), 0);

    // The shortage is not remembered.
    process.start(childProgram(), words("exit 3"));
    QVERIFY(comes(finished));
    QCOMPARE(process.exitCode(), 3);
}

QTEST_GUILESS_MAIN(tst_StartShortageQt)
#include "tst_startshortage_qt.moc"
