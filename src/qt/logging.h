// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_QT_LOGGING_H
#define FORKFD_QT_LOGGING_H

#include <QtCore/QLoggingCategory>

namespace ForkFd {

/// The category for misuse, which is reported in QProcess's words.
Q_DECLARE_LOGGING_CATEGORY(childProcessLog)

} // namespace ForkFd

#endif
