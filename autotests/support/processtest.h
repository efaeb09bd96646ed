// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_PROCESSTEST_H
#define FORKFD_PROCESSTEST_H

#include <ForkFd/spawn.h>

#include <QtCore/QMap>
#include <QtCore/QObject>
#include <QtCore/QString>
#include <QtTest/QTest>

#include <csignal>

/// Whether this build uses ThreadSanitizer (GCC).
#ifdef __SANITIZE_THREAD__
inline constexpr bool isUnderThreadSanitizer = true;
#else
inline constexpr bool isUnderThreadSanitizer = false;
#endif

/// Whether this build uses AddressSanitizer (Clang, which also looks for leaks).
#ifdef __has_feature
inline constexpr bool isUnderAddressSanitizer = __has_feature(address_sanitizer);
#else
inline constexpr bool isUnderAddressSanitizer = false;
#endif

/// Whether a forked copy of a process with threads may hang when it allocates. Before Clang 18,
/// AddressSanitizer's allocator keeps its locks in the copy as the parent's threads held them.
#if defined(__clang_major__) && __clang_major__ >= 18
inline constexpr bool isCopyUnableToAllocate = false;
#else
inline constexpr bool isCopyUnableToAllocate = isUnderAddressSanitizer;
#endif

/// The state that a test must leave unchanged.
struct ProcessState
{
    QMap<int, QString> descriptors; ///< The number and target of each open descriptor.
    QList<QByteArray> dispositions; ///< By signal.
    QByteArray signalMask;
    int children = 0; ///< 1 if there is any child, alive or a zombie.

    static ProcessState now();
    /// The differences, one line each. Empty if there are none.
    QString differencesTo(const ProcessState &later) const;
};

/// Base of every test. Before and after each test function the open descriptors, the signal dispositions
/// and the mask are the same, and there is no child and no zombie. No process that the test function
/// started lives after it, even one that detached itself.
/// Holds: P1 (cleanup).
class ProcessTest : public QObject
{
    Q_OBJECT

public:
    /// The helper program with these arguments; see helpers/child.cpp.
    static ForkFd::Command child(std::initializer_list<std::string> words);
    /// Starts the command and returns how it ended, or why it did not start, as toString() does.
    static QByteArray outcomeOf(const ForkFd::Command &command,
                                const ForkFd::LaunchOptions &options = {});
    /// Starts the command and returns its standard output. If it does not exit with code 0, returns the
    /// same as outcomeOf().
    static QByteArray outputOf(const ForkFd::Command &command, ForkFd::LaunchOptions options = {});

    static QByteArray text(const ForkFd::ExitInfo &info);
    /// Without the subject.
    static QByteArray text(const ForkFd::StartError &error);

protected:
    /// Makes the library open what it keeps for the life of the process, before the first count.
    virtual void warmUp();
    /// Waits until the keeper is done with the children that were left to it. Call it at the end of
    /// warmUp().
    static void awaitLibrary();

protected Q_SLOTS:
    void init();
    void cleanup();

private:
    static QMap<int, QString> leaveChild();

    QStringList newOrphans() const;

    bool m_isWarm = false;
    ProcessState m_before;
    QStringList m_orphansBefore;
};

#endif
