// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_QT_MESSAGES_H
#define FORKFD_QT_MESSAGES_H

#include "qt/standardstreams.h"

#include "core/start/failure.h"

#include <QtCore/QLoggingCategory>
#include <QtCore/QString>

namespace ForkFd {

/// The category for misuse, which is reported in QProcess's words, and for the debug messages of log.h.
/// By default only warnings are shown.
const QLoggingCategory &childProcessLog();

namespace Internal {

/// Translates a sentence of QProcess with Qt's translations.
QString translate(const char *sentence);
/// Translates a sentence of this library, marked with QT_TRANSLATE_NOOP("ForkFd::ChildProcess", …).
QString translateOwn(const char *sentence);

/// The text of an errno. For Qt, -1 means the thread's current errno.
QString textOfErrno(int code);

enum class StartKind { Plain, Detached };
/// Describes why a start failed: with QProcess's text of Qt 6.8, or of the Qt version with which this is
/// compiled if that is newer, and then the subject. `streams` says which stream failed in step
/// `channels`.
QString startErrorText(const StartFailure &failure, StandardStreams::Failure streams, StartKind kind);

} // namespace Internal
} // namespace ForkFd

#endif
