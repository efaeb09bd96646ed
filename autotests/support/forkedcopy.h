// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_FORKEDCOPY_H
#define FORKFD_FORKEDCOPY_H

#include <QtCore/QByteArray>

#include <functional>

/// Runs `body` in a forked copy of this process and returns what it returned there; a copy that died
/// says so in the result. For tests that change their process for good, and for those about fork().
///
/// The copy has one thread, and QtTest must not be used in it.
QByteArray inForkedCopy(const std::function<QByteArray()> &body);

/// Has the next process that the calling one forks begin a PID namespace: its number is 1. For a copy.
/// False where that is refused.
bool beginPidNamespace();

/// Gives up root, if we are root. For a copy: there is no way back.
void becomeOrdinaryUser();
/// The same for a copy that starts programs of this checkout, which may lie in a folder of root's alone.
void becomeOrdinaryUserWhoMayReadAll();

/// Whether every user can start the helper program: nothing on the way to it is closed to others.
bool isChildOpenToAll();

/// Whether the condition becomes true within a minute.
bool eventually(const std::function<bool()> &condition);

/// Whether this process has a child, alive or a zombie, one included that never got to its exec.
bool hasChildren();

#endif
