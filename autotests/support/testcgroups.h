// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_TESTCGROUPS_H
#define FORKFD_TESTCGROUPS_H

#include <QtCore/QCoreApplication>
#include <QtCore/QStringList>

/// The cgroups that the library makes for its children.
namespace TestCgroups {

/// The directory of this process's cgroup; empty if there is no hierarchy of version 2.
QString ownDirectory();
/// Whether this process may create a cgroup, and put a child into it and kill it there.
bool canBeMade();
/// Adds the column `hasCgroup` and a row for each way to find a tree: by its cgroup, and by a walk.
void addTrees();
/// The cgroups that this process, or process `pid`, has created and not removed.
QStringList left(qint64 pid = QCoreApplication::applicationPid());
/// Creates an empty cgroup below cgroup `name`, as a service manager does. Returns its path.
QString prepareBelow(const QString &name);
/// Removes cgroup `name`.
void remove(const QString &name);

/// Makes cgroupfs read-only in the mount namespace of this process. False if the kernel refuses.
bool makeReadOnly();

/// Makes the creation of cgroups fail until the end of the scope.
class Refusal
{
public:
    explicit Refusal(bool isWanted);
    ~Refusal();
    Refusal(const Refusal &) = delete;
    Refusal &operator=(const Refusal &) = delete;
};

} // namespace TestCgroups

#endif
