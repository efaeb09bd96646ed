// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_QT_STARTERRORTEXT_H
#define FORKFD_QT_STARTERRORTEXT_H

#include "qt/standardstreams.h"

#include "core/start/failure.h"

#include <QtCore/QString>

namespace ForkFd::Internal {

/// One of QProcess's own sentences, in Qt's translation.
QString translate(const char *sentence);
/// One of ours, marked with QT_TRANSLATE_NOOP("ForkFd::ChildProcess", …).
QString translateOwn(const char *sentence);

enum class StartKind { Plain, Detached };
/// Why a start has failed: QProcess's words of 6.8, or of the Qt that this is compiled against where
/// that is newer, and then what it has failed with. With step `channels`, `streams` tells which of them
/// it was.
QString startErrorText(const LaunchFailure &failure, StandardStreams::Failure streams, StartKind kind);

} // namespace ForkFd::Internal

#endif
