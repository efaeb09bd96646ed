// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "processtest.h"

#include <QtCore/QProcess>
#include <QtCore/QStandardPaths>

/// Python starts children in the same process, with asyncio and subprocess, and has a SIGCHLD handler.
/// Each side gets the exit codes of its own children, and the handler is called.
/// Holds: S2, S4.
class tst_Python : public ProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void childrenOfBoth();
};

void tst_Python::childrenOfBoth()
{
    if (isUnderAddressSanitizer || isUnderThreadSanitizer)
        QSKIP("Python is built without the sanitizer.");
    const QString python = QStandardPaths::findExecutable("python3");
    if (python.isEmpty())
        QSKIP("There is no Python.");
    QProcess process;
    process.start(python, {"-B", FORKFD_TEST_SCRIPT, FORKFD_TEST_PLUGIN});
    QVERIFY(process.waitForFinished(120'000));
    QCOMPARE(process.readAllStandardError(), "");
    QCOMPARE(process.readAllStandardOutput().trimmed(),
             "100 of ForkFd, 0 wrong; 200 of Python, 0 wrong; handler called; no child left");
    QCOMPARE(process.exitCode(), 0);
}

QTEST_GUILESS_MAIN(tst_Python)
#include "tst_python.moc"
