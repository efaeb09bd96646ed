// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// forkfd-terminal [COMMAND [ARGUMENT…]]
//
// Runs a command (default: a shell) in a new pseudo-terminal, as script(1) and ssh do. So a shell has
// job control, and full-screen programs such as less and top work. This program forwards keys to the
// pseudo-terminal, and prints its output.

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

    // Raw mode passes on every key at once, even ^C; the pseudo-terminal then turns it into a signal.
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
            child.closeWriteChannel(); // Sends ^D to the pseudo-terminal.
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
