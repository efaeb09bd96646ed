// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef HEARD_H
#define HEARD_H

#include <QtCore/QCoreApplication>
#include <QtCore/QStringList>
#include <QtCore/QTimer>

/// Runs a program that exits with code 3, with a `Job` that exits the event loop with 0 when it has
/// heard of that.
template<typename Job>
int hear(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    Job job;
    QTimer::singleShot(20000, &application, [] { QCoreApplication::exit(2); });
    job.process.start(QStringLiteral("sh"), {QStringLiteral("-c"), QStringLiteral("exit 3")});
    return QCoreApplication::exec();
}

/// The end as it was heard of in both signatures of finished().
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
