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

/// Whether this is a build with the thread sanitizer (GCC's).
#ifdef __SANITIZE_THREAD__
inline constexpr bool isUnderThreadSanitizer = true;
#else
inline constexpr bool isUnderThreadSanitizer = false;
#endif

/// Whether this is a build with the address sanitizer (Clang's, which also looks for leaks).
#ifdef __has_feature
inline constexpr bool isUnderAddressSanitizer = __has_feature(address_sanitizer);
#else
inline constexpr bool isUnderAddressSanitizer = false;
#endif

/// Whether a forked copy of a process with threads may wait for ever when it allocates: before Clang 18,
/// the copy finds the locks of the address sanitizer's allocator as the threads of its parent held them.
#if defined(__clang_major__) && __clang_major__ >= 18
inline constexpr bool isCopyUnableToAllocate = false;
#else
inline constexpr bool isCopyUnableToAllocate = isUnderAddressSanitizer;
#endif

/// What a test must leave as it found it.
struct ProcessState
{
    QMap<int, QString> descriptors; ///< What each open one refers to.
    QList<QByteArray> dispositions; ///< By signal.
    QByteArray signalMask;
    int children = 0; ///< 0 or 1: whether there is any, alive or a zombie.

    static ProcessState now();
    /// What differs, one line each; empty when nothing does.
    QString differencesTo(const ProcessState &later) const;
};

/// Base of every test: before and after each test function there are the same open descriptors, no
/// child and no zombie, the same signal dispositions and the same mask. Nothing that the test function
/// has started lives after it, however it detached itself.
/// Holds: P1 (cleanup).
class ProcessTest : public QObject
{
    Q_OBJECT

public:
    /// The helper program with these words as its arguments; see helpers/child.cpp.
    static ForkFd::Command child(std::initializer_list<std::string> words);
    /// Starts it and says how it ended, or why it did not start, as toString() does.
    static QByteArray outcomeOf(const ForkFd::Command &command,
                                const ForkFd::LaunchOptions &options = {});
    /// Starts it and returns what it wrote to its standard output; what outcomeOf() says instead
    /// unless it exited with code 0.
    static QByteArray outputOf(const ForkFd::Command &command, ForkFd::LaunchOptions options = {});

    static QByteArray text(const ForkFd::ExitInfo &info);
    /// Without the subject.
    static QByteArray text(const ForkFd::StartError &error);

protected:
    /// Makes the library open what it keeps for good, before the first count.
    virtual void warmUp();
    /// Returns when the library has nothing more to do for children that were left to it: for the end of
    /// a warmUp().
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
