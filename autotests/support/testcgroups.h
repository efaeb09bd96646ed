// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_TESTCGROUPS_H
#define FORKFD_TESTCGROUPS_H

#include <QtCore/QCoreApplication>
#include <QtCore/QStringList>

/// The cgroups that the library makes for its children.
namespace TestCgroups {

/// Whether this process may make one and put a child there.
bool canBeMade();
/// Those that it has made and not removed; or another process.
QStringList left(qint64 pid = QCoreApplication::applicationPid());
/// Makes an empty one below one of them, as a service manager does. Returns its path.
QString prepareBelow(const QString &name);
/// Removes one of them.
void remove(const QString &name);

/// Until the end of the scope none can be made.
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
