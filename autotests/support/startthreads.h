// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_STARTTHREADS_H
#define FORKFD_STARTTHREADS_H

#include "forkedcopy.h"
#include "namedthreads.h"

/// Whether the library's thread of a start exists. With `call`, only if the thread is in that system
/// call.
inline bool startsGoOn(const QByteArray &call = {})
{
    return threadsNamed("forkfd-start", call) > 0;
}

/// Whether all starts end within a minute, and no child is left.
inline bool startsComeToRest()
{
    return eventually([] { return !startsGoOn() && !hasChildren(); });
}

#endif
