// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// forkfd-recipe-lines COMMAND [ARGUMENT…]
//
// Numbers the lines that a command writes, as they come. Standard error passes through.

#include <ForkFd/ChildProcess>

#include <QtCore/QCoreApplication>

#include <cstdio>

using ForkFd::ChildProcess;

static void printLine(QByteArray line)
{
    static int number = 0;
    if (line.endsWith('\n'))
        line.chop(1);
    std::printf("%d: %s\n", ++number, line.constData());
}

static void printLines(ChildProcess &child)
{
    QObject::connect(&child, &ChildProcess::readyReadStandardOutput, [&child] {
        while (child.canReadLine())
            printLine(child.readLine());
    });
    QObject::connect(&child, &ChildProcess::finished, [&child](int exitCode) {
        if (child.bytesAvailable() > 0)
            printLine(child.readAll()); // The last line, without its end.
        QCoreApplication::exit(exitCode);
    });
}

int main(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    const QStringList words = QCoreApplication::arguments();
    ChildProcess child;
    child.setProcessChannelMode(ChildProcess::ForwardedErrorChannel);
    printLines(child);
    child.start(words.value(1), words.mid(2));
    if (child.startError().step) {
        std::printf("%s\n", child.startError().toString().c_str());
        return 127;
    }
    return QCoreApplication::exec();
}
