// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_STARTERRORTEXT_H
#define FORKFD_STARTERRORTEXT_H

#include "standardstreams.h"

#include "../core/launchfailure.h"

#include <QtCore/QString>

namespace ForkFd::Internal {

/// One of QProcess's own sentences, in its translation. `streams` tells which of them it was, with step
/// `channels`.
QString translate(const char *sentence);
/// Why a start has failed, in QProcess 6.8's words for what can fail there, too.
QString startErrorText(const LaunchFailure &failure, StandardStreams::Failure streams);

} // namespace ForkFd::Internal

#endif
