// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_EXAMPLES_RUN_SIGNALS_H
#define FORKFD_EXAMPLES_RUN_SIGNALS_H

#include <optional>

/// The signals that reach this program, as bytes of a pipe that an event loop can watch.
namespace Signals {

struct Signal
{
    int number;
    bool isFromTerminal; ///< The kernel sent it to all processes in the terminal's foreground.
};

/// Begins to note signals; with `notesSuspend` also SIGTSTP. Signals that are ignored stay ignored, as
/// under nohup(1). Returns false with errno.
bool note(bool notesSuspend);
/// Readable when next() has a signal.
int descriptor();
std::optional<Signal> next();
/// Stops this process as Ctrl-Z does, until it is told to continue.
void suspendThisProcess();

} // namespace Signals

#endif
