// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef HEARD_H
#define HEARD_H

#include <QtCore/QCoreApplication>
#include <QtCore/QStringList>
#include <QtCore/QTimer>

/// Runs a program that exits with code 3. The `Job` exits the event loop with 0 when its slots have
/// received this code.
template<typename Job>
int hear(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    Job job;
    QTimer::singleShot(20000, &application, [] { QCoreApplication::exit(2); });
    job.process.start(QStringLiteral("sh"), {QStringLiteral("-c"), QStringLiteral("exit 3")});
    return QCoreApplication::exec();
}

/// What the slots for both signatures of finished() have received.
struct Heard
{
    int code = -1;
    bool isNormal = false;

    void exitIfAll() const
    {
        if (code == 3 && isNormal)
            QCoreApplication::quit();
    }
};

#endif
