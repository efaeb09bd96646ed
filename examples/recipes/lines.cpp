// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// forkfd-recipe-lines COMMAND [ARGUMENT…]
//
// Prints the lines that a command writes, as they come, after the number of the descriptor that they
// were written to.

#include <ForkFd/ChildProcess>

#include <QtCore/QCoreApplication>

#include <cstddef>
#include <cstdio>

using ForkFd::ChildProcess;

static void printLines(ChildProcess &child)
{
    const auto print = [&child] {
        for (const auto channel : {ChildProcess::StandardOutput, ChildProcess::StandardError}) {
            while (child.hasLine(channel)) {
                const QByteArray line =
                    QByteArray::number(channel + 1) + ": " + child.takeLine(channel) + '\n';
                std::fwrite(line.constData(), 1, static_cast<std::size_t>(line.size()), stdout);
                std::fflush(stdout); // It may be a pipe.
            }
        }
    };
    QObject::connect(&child, &ChildProcess::readyReadStandardOutput, &child, print);
    QObject::connect(&child, &ChildProcess::readyReadStandardError, &child, print);
    QObject::connect(&child, &ChildProcess::finished, &child, [print](int exitCode) {
        print(); // The last line may have no newline.
        QCoreApplication::exit(exitCode);
    });
}

int main(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    const QStringList words = QCoreApplication::arguments();
    ChildProcess child;
    child.setInputChannelMode(ChildProcess::ForwardedInputChannel);
    printLines(child);
    child.start(words.value(1), words.mid(2));
    if (child.startError().step) {
        std::printf("%s\n", child.startError().toString().c_str());
        return 127;
    }
    return QCoreApplication::exec();
}
