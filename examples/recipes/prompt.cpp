// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// forkfd-recipe-prompt QUESTION ANSWER COMMAND [ARGUMENT…]
//
// Answers a question that a command asks on its terminal, as ssh, git and sudo do. Prints all that the
// command writes.

#include <ForkFd/ChildProcess>

#include <QtCore/QCoreApplication>

#include <cstddef>
#include <cstdio>

using ForkFd::ChildProcess;

static void answerQuestion(ChildProcess &child, const QByteArray &question, const QByteArray &answer)
{
    ForkFd::LaunchOptions options;
    options.pseudoTerminal = ForkFd::TerminalSize();
    child.setLaunchOptions(options);
    QObject::connect(&child, &ChildProcess::readyRead,
                     [&child, question, answer, output = QByteArray()]() mutable {
                         const QByteArray text = child.readAll();
                         std::fwrite(text.constData(), 1, static_cast<std::size_t>(text.size()), stdout);
                         std::fflush(stdout); // It may be a pipe.
                         output += text; // The question may come in pieces.
                         if (output.endsWith(question)) {
                             output.clear();
                             child.write(answer + '\n');
                         }
                     });
}

int main(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    const QStringList words = QCoreApplication::arguments();
    if (words.size() < 4) {
        std::fputs("forkfd-recipe-prompt QUESTION ANSWER COMMAND [ARGUMENT...]\n", stderr);
        return 125;
    }
    ChildProcess child;
    answerQuestion(child, words[1].toLocal8Bit(), words[2].toLocal8Bit());
    child.start(words[3], words.mid(4));
    if (!child.waitForFinished(-1)) {
        std::printf("%s\n", child.startError().toString().c_str());
        return 127;
    }
    return child.exitCode();
}
