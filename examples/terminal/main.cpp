// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// forkfd-terminal [COMMAND [ARGUMENT…]]
//
// Runs a command (a shell unless told) in a terminal of its own, as script(1) and ssh do: a shell there
// has job control, less and top their screens. What is typed here goes there, what comes from there is
// shown here.

#include <ForkFd/ChildProcess>

#include <QtCore/QCoreApplication>
#include <QtCore/QScopeGuard>
#include <QtCore/QSocketNotifier>

#include <array>
#include <cstdio>

#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

using ForkFd::ChildProcess;

int main(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    const QStringList words = QCoreApplication::arguments();
    ForkFd::TerminalSize size;
    if (winsize here = {}; ioctl(STDIN_FILENO, TIOCGWINSZ, &here) == 0 && here.ws_col > 0)
        size = {here.ws_col, here.ws_row};
    ChildProcess child;
    ForkFd::LaunchOptions options;
    options.pseudoTerminal = size;
    child.setLaunchOptions(options);
    child.start(words.value(1, QStringLiteral("/bin/sh")), words.mid(2));
    if (!child.waitForStarted()) {
        std::fprintf(stderr, "forkfd-terminal: %s\n", child.startError().toString().c_str());
        return 127;
    }

    // Keys go through as they are pressed: what ^C does is for the other terminal to say.
    termios ours = {};
    const bool isTerminal = tcgetattr(STDIN_FILENO, &ours) == 0;
    const auto restore = qScopeGuard([&] {
        if (isTerminal)
            tcsetattr(STDIN_FILENO, TCSADRAIN, &ours);
    });
    if (termios raw = ours; isTerminal) {
        cfmakeraw(&raw);
        tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
    }

    QSocketNotifier input(STDIN_FILENO, QSocketNotifier::Read);
    QObject::connect(&input, &QSocketNotifier::activated, &input, [&] {
        std::array<char, 4096> keys;
        const ssize_t count = read(STDIN_FILENO, keys.data(), keys.size());
        if (count > 0) {
            child.write(keys.data(), count);
        } else {
            input.setEnabled(false);
            child.closeWriteChannel(); // ^D there.
        }
    });
    QObject::connect(&child, &ChildProcess::readyRead, [&child] {
        const QByteArray output = child.readAll();
        std::fwrite(output.constData(), 1, static_cast<std::size_t>(output.size()), stdout);
        std::fflush(stdout);
    });
    QObject::connect(&child, &ChildProcess::finished,
                     [](int exitCode) { QCoreApplication::exit(exitCode); });
    return QCoreApplication::exec();
}
