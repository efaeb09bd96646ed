// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_FORKEDCOPY_H
#define FORKFD_FORKEDCOPY_H

#include <QtCore/QByteArray>

#include <functional>

/// Runs `body` in a forked copy of this process and returns its result. If the copy fails, the result
/// ends with its wait status. For tests that change their process for good, and for tests of fork().
///
/// The copy has one thread, and QtTest must not be used in it.
QByteArray inForkedCopy(const std::function<QByteArray()> &body);

/// Puts the next child of the calling process into a new PID namespace, with number 1. Call it in a
/// forked copy. False if the kernel refuses.
bool beginPidNamespace();

/// Gives up root, if this process has it. Call it in a forked copy: there is no way back.
void becomeOrdinaryUser();
/// The same, but keeps CAP_DAC_READ_SEARCH: only root may be able to read the folder of this checkout.
void becomeOrdinaryUserWhoMayReadAll();

/// Whether every user can start the helper program and search each folder above it.
bool isChildOpenToAll();

/// Whether the condition becomes true within a minute.
bool eventually(const std::function<bool()> &condition);

/// Whether this process has a child, alive or a zombie. Includes children that have not reached their
/// exec.
bool hasChildren();

#endif
