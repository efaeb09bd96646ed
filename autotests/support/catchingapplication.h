// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CATCHINGAPPLICATION_H
#define FORKFD_CATCHINGAPPLICATION_H

#include <QtCore/QCoreApplication>

/// The exception that slots throw.
struct Thrown
{
};

/// Catches the exceptions of slots, as programs with throwing slots do.
class CatchingApplication : public QCoreApplication
{
public:
    using QCoreApplication::QCoreApplication;

    bool notify(QObject *receiver, QEvent *event) override
    {
        try {
            return QCoreApplication::notify(receiver, event);
        } catch (const Thrown &) {
            return true;
        }
    }
};

#endif
