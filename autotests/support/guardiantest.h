// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_GUARDIANTEST_H
#define FORKFD_GUARDIANTEST_H

#include "forkedcopy.h"
#include "lifeline.h"
#include "processtest.h"
#include "testcgroups.h"

#include <ForkFd/spawn.h>

#include <QtCore/QByteArray>
#include <QtCore/QList>

#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>
#include <unistd.h>

/// Base of the tests of LaunchOptions::treeDiesWithParent with the core. Its static functions look at
/// guardians from outside, through /proc.
class GuardianTest : public ProcessTest
{
    Q_OBJECT

public:
    static QByteArray fileOf(pid_t pid, const char *name);
    /// The living guardians of a program.
    static QList<pid_t> guardians(pid_t program = getpid());
    /// Whether the process has closed its files; it may be a zombie.
    static bool hasEnded(pid_t pid);
    /// When it began, in ticks since boot.
    static quint64 startOf(pid_t pid);
    /// What the process has for itself, in KiB.
    static int privateKiB(pid_t pid);
    static qsizetype descriptorCount(pid_t pid);
    /// One line for each descriptor that a guardian does not need.
    static QByteArray foreignDescriptors(pid_t pid);
    /// Fails unless SIGKILL has ended the forked copy with this result, and the tree that holds the
    /// lifeline ends, too.
    static void expectTreeDied(const QByteArray &result, Lifeline &lifeline);

protected:
    /// Starts a tree that holds the lifeline, and returns when it is complete.
    static std::optional<ForkFd::Child> startTree(const Lifeline &lifeline,
                                                  std::vector<std::string> words);
    /// The same: the child and one branch; see helpers/child.cpp.
    static std::optional<ForkFd::Child> startBranch(const Lifeline &lifeline, const char *branch);

private Q_SLOTS:
    void initTestCase();
};

#endif
