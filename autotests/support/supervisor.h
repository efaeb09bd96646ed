// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_SUPERVISOR_H
#define FORKFD_SUPERVISOR_H

#include <QtCore/QStringList>

/// A test program runs in a child of itself. The parent is its supervisor: a subreaper, to which every
/// process comes whose parent has ended, however it detached itself. It collects them, kills what is
/// left at the end of the test program, and ends as that does. The test program itself is no subreaper,
/// as most programs.
namespace Supervisor {

/// The living processes that have come to it, each as "number (name)". Empty where the kernel does not
/// tell.
QStringList livingOrphans();

} // namespace Supervisor

#endif
