// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_FUZZ_QUIETAPPLICATION_H
#define FORKFD_FUZZ_QUIETAPPLICATION_H

#include <QtCore/QCoreApplication>

namespace Fuzz {

/// Makes the application object, which lives as long as the process, and discards all messages.
inline void makeQuietApplication()
{
    static int argc = 1;
    static char programName[] = "fuzz";
    static char *argv[] = {programName, nullptr};
    static QCoreApplication *const application = new QCoreApplication(argc, argv);
    Q_UNUSED(application);
    qInstallMessageHandler([](QtMsgType, const QMessageLogContext &, const QString &) {});
}

} // namespace Fuzz

#endif
