// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// forkfd-run [--] COMMAND [ARGUMENT…]   runs the command and reports how it ended
// forkfd-run                            runs a few children and shows how each ended

#include "run.h"

#include <QtCore/QCoreApplication>

int main(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    QStringList command = QCoreApplication::arguments().mid(1);
    if (!command.isEmpty() && command.front() == QLatin1String("--"))
        command.removeFirst();
    if (command.isEmpty()) {
        showTour();
        return 0;
    }
    const QString program = command.takeFirst();
    return runCommand(program, command);
}
