// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// forkfd-recipe-scope COMMAND [ARGUMENT…]
//
// Starts a command that survives this program, and also the end of the login session or service that
// this program belongs to. Prints its process id.

#include <ForkFd/ChildProcess>

#include <QtCore/QCoreApplication>
#include <QtCore/QFileInfo>
#include <QtCore/QStandardPaths>

#include <cstdio>

using ForkFd::ChildProcess;

static bool hasUserManager()
{
    const QString socket = qEnvironmentVariable("XDG_RUNTIME_DIR") + QStringLiteral("/systemd/private");
    return QFileInfo::exists(socket)
        && !QStandardPaths::findExecutable(QStringLiteral("systemd-run")).isEmpty();
}

static bool startInScope(QStringList words, qint64 *pid)
{
    if (hasUserManager()) {
        const char *const options[] = {"--", "--collect", "--quiet", "--scope", "--user", "systemd-run"};
        for (const char *option : options)
            words.prepend(QString::fromLatin1(option));
    }
    const QString program = words.takeFirst();
    return ChildProcess::startDetached(program, words, {}, pid); // In a new session.
}

int main(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    qint64 pid = 0;
    if (argc < 2 || !startInScope(QCoreApplication::arguments().mid(1), &pid)) {
        std::fputs("forkfd-recipe-scope COMMAND [ARGUMENT...]\n", stderr);
        return 1;
    }
    std::printf("%lld\n", static_cast<long long>(pid));
    return 0;
}
