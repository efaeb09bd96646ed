// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_PSEUDOTERMINALTEST_H
#define FORKFD_PSEUDOTERMINALTEST_H

#include "childprocesstest.h"

/// Base of the tests of children that have a pseudo-terminal.
class PseudoTerminalTest : public ChildProcessTest
{
protected:
    static void start(Process &process, const QString &program, const QStringList &arguments,
                      const ForkFd::TerminalSize &size = {})
    {
        process.setLaunchOptions({.pseudoTerminal = size});
        process.start(program, arguments);
    }
    /// Reads until `text` has come. Returns everything since the start or the last call.
    static QByteArray readUntil(Process &process, const QByteArray &text)
    {
        QByteArray all = process.readAll();
        while (!all.contains(text) && process.waitForReadyRead())
            all += process.readAll();
        return all;
    }

    void warmUp() override
    {
        ChildProcessTest::warmUp();
        qputenv("TERM", "xterm");
        for (const char *variable : {"LESS", "LESSOPEN", "PAGER", "ENV", "COLUMNS", "LINES"})
            qunsetenv(variable);
    }
};

#endif
