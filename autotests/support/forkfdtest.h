// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_FORKFDTEST_H
#define FORKFD_FORKFDTEST_H

#include "processtest.h"

#include <ForkFd/forkfd.h>

#include <csignal>
#include <functional>

#include <sys/types.h>

// Whether a child of vforkfd() works on its parent's memory, and one of forkfd() does without the
// handlers of pthread_atfork(3); the documentation says where not.
#if defined(__SANITIZE_THREAD__)
#define FORKFD_TEST_UNDER_TSAN
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define FORKFD_TEST_UNDER_TSAN
#elif __has_feature(address_sanitizer)
#define FORKFD_TEST_UNDER_ASAN
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define FORKFD_TEST_UNDER_ASAN
#endif
// Whether a test may put functions in place of libc's, as the sanitizers do.
#if !defined(FORKFD_TEST_UNDER_TSAN) && !defined(FORKFD_TEST_UNDER_ASAN)
#define FORKFD_TEST_INTERPOSES
#endif

/// The functions of the family that start a child.
enum class Starter { Fork, RealFork, VFork, Spawn };
Q_DECLARE_METATYPE(Starter)

/// A pipe that a child waits for: it gets the one end as its standard input and reads until end().
class Leash
{
public:
    Leash();
    ~Leash();
    Leash(const Leash &) = delete;
    Leash &operator=(const Leash &) = delete;

    int childsEnd() const { return m_ends[0]; }
    /// The child reads end of file.
    void end();

private:
    int m_ends[2];
};

/// Base of the tests of the forkfd family.
class ForkFdTest : public ProcessTest
{
public:
    /// The column `starter`, and a row for each.
    static void addStarterRows();

    /// Starts the helper program with these words as its arguments; see helpers/child.cpp.
    static int startChild(Starter starter, int flags, pid_t *ppid, const std::vector<std::string> &words,
                          int standardInput = -1);
    /// Starts a child that exits with the code once the leash has ended.
    static int startOnLeash(Starter starter, const Leash &leash, int code,
                            int flags = ForkFd::FFD_CLOEXEC, pid_t *ppid = nullptr);
    /// Starts a child that ends at once in one of the ways of helpers/child.cpp.
    static int startEnding(const std::vector<std::string> &words);

    /// The fields in one comparable text, "exited 3".
    static QByteArray toText(const ForkFd::forkfd_info &info);
    /// What forkfd_wait4() gives: the end as text, or the name of errno. Checks that out-parameters are
    /// untouched on failure and errno is on success.
    static QByteArray wait(int ffd, int options = 0);
    /// Waits until the descriptor is readable.
    static bool becomesReadable(int fd);
    /// Whether the process is there, running or a zombie.
    static bool exists(pid_t pid);
    /// Whether the process is there and not a zombie.
    static bool isAlive(pid_t pid);
    /// Whether a thread of this process sleeps in poll(2).
    static bool isInPoll(pid_t thread);
    /// Runs `body` in a copy of the process made by fork(2). What it returns is the failure; null: none.
    static QByteArray inCopy(const std::function<const char *()> &body);

protected:
    void warmUp() override;
};

#endif
