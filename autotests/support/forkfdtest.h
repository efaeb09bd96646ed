// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_FORKFDTEST_H
#define FORKFD_FORKFDTEST_H

#include "processtest.h"

#include <ForkFd/forkfd.h>

#include <csignal>
#include <functional>

#include <sys/types.h>

// With ASan a child of vforkfd() works on a copy of the memory. With TSan it does so too, and a child of
// forkfd() runs the handlers of pthread_atfork(3). See the documentation of both functions.
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
// Whether a test may interpose functions of libc. Sanitizers interpose them themselves.
#if !defined(FORKFD_TEST_UNDER_TSAN) && !defined(FORKFD_TEST_UNDER_ASAN)
#define FORKFD_TEST_INTERPOSES
#endif

/// The functions of the family that start a child.
enum class Starter { Fork, RealFork, VFork, Spawn };
Q_DECLARE_METATYPE(Starter)

/// A socket that a child waits for: one end is the child's standard input, and the child reads until
/// end().
class Leash
{
public:
    Leash();
    ~Leash();
    Leash(const Leash &) = delete;
    Leash &operator=(const Leash &) = delete;

    int childsEnd() const { return m_ends[0]; }
    /// Lets the child read end of file.
    void end();
    /// Whether the child has written to its end; takes one byte.
    bool takeAnswer();

private:
    int m_ends[2];
};

/// Base of the tests of the forkfd family.
class ForkFdTest : public ProcessTest
{
public:
    /// Adds the column `starter` and one row for each value.
    static void addStarterRows();

    /// Starts the helper program with these words as its arguments; see helpers/child.cpp.
    static int startChild(Starter starter, int flags, pid_t *ppid, const std::vector<std::string> &words,
                          int standardInput = -1);
    /// Starts a child that exits with the code once the leash has ended.
    static int startOnLeash(Starter starter, const Leash &leash, int code,
                            int flags = ForkFd::FFD_CLOEXEC, pid_t *ppid = nullptr);
    /// The same, and the child writes a byte to the leash before it exits.
    static int startAnswering(Starter starter, const Leash &leash, pid_t *ppid);
    /// Ends the leash of such a child. Whether the child was alive until then: if it was killed, it does
    /// not answer. Returns when the child does not exist any more, not even as a zombie.
    static bool livesUntilTheEndOf(Leash &leash, pid_t pid);
    /// Starts a child that ends at once in one of the ways of helpers/child.cpp.
    static int startEnding(const std::vector<std::string> &words);

    /// Formats the fields as text, such as "exited 3".
    static QByteArray toText(const ForkFd::forkfd_info &info);
    /// Calls forkfd_wait4() and returns the end as text, or the name of errno. Checks that the
    /// out-parameters are unchanged on failure, and errno on success.
    static QByteArray wait(int ffd, int options = 0);
    /// Waits until the descriptor is readable.
    static bool becomesReadable(int fd);
    /// Whether the process exists, running or a zombie.
    static bool exists(pid_t pid);
    /// Whether a thread of this process sleeps in poll(2).
    static bool isInPoll(pid_t thread);
    /// Runs `body` in a forked copy and returns its failure. `body` returns null on success.
    static QByteArray inCopy(const std::function<const char *()> &body);

protected:
    void warmUp() override;
};

#endif
