// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include <ForkFd/ChildProcess>
#include <ForkFd/run.h>
#include <QtCore/QCoreApplication>

int main(int argc, char **argv)
{
    if (ForkFd::run(QStringLiteral("sh"), {QStringLiteral("-c"), QStringLiteral("exit 3")})
            .result()
            .exitInfo.code
        != 3)
        return 3;
    QCoreApplication app(argc, argv);
    ForkFd::ChildProcess child;
    QObject::connect(&child, &ForkFd::ChildProcess::finished, &app,
                     [](int exitCode) { QCoreApplication::exit(exitCode == 3 ? 0 : 1); });
    QObject::connect(&child, &ForkFd::ChildProcess::errorOccurred, &app,
                     [] { QCoreApplication::exit(2); });
    child.start(QStringLiteral("sh"), {QStringLiteral("-c"), QStringLiteral("exit 3")});
    return app.exec();
}
