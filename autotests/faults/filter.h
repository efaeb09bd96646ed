// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_FAULTS_FILTER_H
#define FORKFD_FAULTS_FILTER_H

#include <linux/seccomp.h>

namespace Faults {

/// Stops every later system call of this thread, and of what it creates, until the owner of the returned
/// descriptor has answered it; see seccomp_unotify(2). Not those that calls.h exempts, nor those of the
/// program child. -1 where that is not to be had.
int installFilter();
/// sendmsg(2) on this descriptor is let through: it hands the other one over.
inline constexpr int handOverFd = 900;

/// Sends a descriptor over a socket, and receives one.
bool sendDescriptor(int socket, int fd);
int receiveDescriptor(int socket);

/// Waits for the next call, at most so long. 1: there is one; 0: none came; -1: whoever is watched has
/// gone.
int receive(int listener, seccomp_notif &call);
/// Lets the kernel do the call.
void letThrough(int listener, const seccomp_notif &call);
/// Answers the call in the kernel's place: 0, or a negative errno value.
void answer(int listener, const seccomp_notif &call, int result);

} // namespace Faults

#endif
