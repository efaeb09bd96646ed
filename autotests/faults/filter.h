// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_FAULTS_FILTER_H
#define FORKFD_FAULTS_FILTER_H

#include <linux/seccomp.h>

namespace Faults {

/// Stops every later system call of this thread and its descendants until the owner of the returned
/// descriptor has answered it; see seccomp_unotify(2). Exempt are the calls of exemptNumbers() and those
/// of the program child. -1 if the kernel has no such filters.
int installFilter();
/// The filter lets sendmsg(2) on this descriptor through, which sends the listener to the walker.
inline constexpr int handOverFd = 900;

/// Sends a descriptor over a socket, and receives one.
bool sendDescriptor(int socket, int fd);
int receiveDescriptor(int socket);

/// Receives the next call. 1: a call; 0: none, or its caller was killed; -1: an error.
int receive(int listener, seccomp_notif &call);
/// Lets the kernel do the call.
void letThrough(int listener, const seccomp_notif &call);
/// Answers the call in place of the kernel: 0, or a negative errno value.
void answer(int listener, const seccomp_notif &call, int result);

} // namespace Faults

#endif
