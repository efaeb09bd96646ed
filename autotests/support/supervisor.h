// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_SUPERVISOR_H
#define FORKFD_SUPERVISOR_H

#include <QtCore/QStringList>

/// A test program runs in a child of itself. The parent is its supervisor and a subreaper: every process
/// whose parent has ended becomes its child, even one that detached itself. The supervisor reaps them,
/// kills those that live when the test program ends, and ends as the test program did. The test program
/// itself is no subreaper, as most programs.
namespace Supervisor {

/// The living orphans, each as "number (name)". Empty if the kernel does not list children.
QStringList livingOrphans();

} // namespace Supervisor

#endif
