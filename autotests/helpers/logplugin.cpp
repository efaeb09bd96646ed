// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// A plug-in with its own copy of the library, which warns with it and starts nothing.

#include <ForkFd/ChildProcess>

// Each call is a misuse that writes a message.
extern "C" __attribute__((visibility("default"))) void misuse()
{
    ForkFd::ChildProcess child;
    child.setStopSignal(4711);
    child.start(QString());
}
