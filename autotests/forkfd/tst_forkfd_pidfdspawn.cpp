// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "forkedcopy.h"
#include "forkfdtest.h"

#include <cerrno>

#include <sys/syscall.h>
#include <unistd.h>

using namespace ForkFd;

namespace {

/// The calls of libc's functions, and what they return.
struct Libc
{
    int spawnCalls = 0;
    int spawnpCalls = 0;
    pid_t lastChild = -1;
    int spawnError = 0; ///< The error instead of a child; 0: none.
    int getPidError = 0; ///< For a child.
    int ownNumber = 0; ///< The number of this process is this much too high.
    int ownNumberError = 0;
};
Libc libc;

int openPidFd(int *pidfd, int error)
{
    if (error == 0)
        *pidfd = static_cast<int>(::syscall(SYS_pidfd_open, libc.lastChild, 0));
    return error;
}

// Null: children can be started in forked copies.
const char *whyNoCopies()
{
    if (isCopyUnableToAllocate)
        return "Before Clang 18, AddressSanitizer's allocator may hang in a forked copy.";
    if (isUnderThreadSanitizer)
        return "ThreadSanitizer does not support new threads in a forked copy of a process with "
               "threads.";
    return nullptr;
}

} // namespace

// Libc's functions since glibc 2.39. The library finds these.
extern "C" {

int pidfd_spawn(int *pidfd, const char *path, const posix_spawn_file_actions_t *actions,
                const posix_spawnattr_t *attributes, char *const argv[], char *const envp[])
{
    ++libc.spawnCalls;
    if (libc.spawnError != 0)
        return libc.spawnError;
    return openPidFd(pidfd, ::posix_spawn(&libc.lastChild, path, actions, attributes, argv, envp));
}

int pidfd_spawnp(int *pidfd, const char *path, const posix_spawn_file_actions_t *actions,
                 const posix_spawnattr_t *attributes, char *const argv[], char *const envp[])
{
    ++libc.spawnpCalls;
    if (libc.spawnError != 0)
        return libc.spawnError;
    return openPidFd(pidfd, ::posix_spawnp(&libc.lastChild, path, actions, attributes, argv, envp));
}

pid_t pidfd_getpid(int)
{
    if (libc.lastChild < 0) { // The library tries it before there is a child.
        errno = libc.ownNumberError;
        return libc.ownNumberError != 0 ? -1 : ::getpid() + libc.ownNumber;
    }
    errno = libc.getPidError;
    return libc.getPidError != 0 ? -1 : libc.lastChild;
}

} // extern "C"

/// If libc has pidfd_spawn(), spawnfd() uses it on the pidfd backend.
/// Holds: B1, F6.
class tst_ForkFdPidFdSpawn : public ForkFdTest
{
    Q_OBJECT

private Q_SLOTS:
    void numbersAreUnusable_data();
    void numbersAreUnusable();
    void numbersAreUnusableForNow();
    void isUsed_data();
    void isUsed();
    void kernelCannot();
    void fails();
    void numberIsNotAvailable();
    void numberIsGone();
};

// The next two come first: the library remembers the answer.

void tst_ForkFdPidFdSpawn::numbersAreUnusable_data()
{
    QTest::addColumn<int>("errorCode");
    QTest::addColumn<int>("number");
    QTest::newRow("without /proc") << EBADF << 0;
    QTest::newRow("the /proc of another PID namespace") << 0 << 1;
}

// Each start failed, and its child was killed while it ran.
void tst_ForkFdPidFdSpawn::numbersAreUnusable()
{
    if (const char *reason = whyNoCopies())
        QSKIP(reason);
    QFETCH(const int, errorCode);
    QFETCH(const int, number);
    const QByteArray result = inForkedCopy([errorCode, number]() -> QByteArray {
        QByteArray text;
        for (const Libc &answers : {Libc{.ownNumber = number, .ownNumberError = errorCode}, Libc()}) {
            libc = answers;
            pid_t pid = -7;
            const int ffd = startChild(Starter::Spawn, FFD_CLOEXEC, &pid, {"exit", "5"});
            text += QByteArray::number(libc.spawnCalls) + (pid > 0 ? " calls, " : " calls, no number, ")
                + (ffd < 0 ? QByteArray("failed") : wait(ffd)) + "; ";
        }
        return text;
    });
    QCOMPARE(result, "0 calls, exited 5; 0 calls, exited 5; ");
}

// A shortage is not remembered.
void tst_ForkFdPidFdSpawn::numbersAreUnusableForNow()
{
    if (backend() == Backend::SigChld)
        QSKIP("It is not used on this backend.");
    if (const char *reason = whyNoCopies())
        QSKIP(reason);
    const QByteArray result = inForkedCopy([]() -> QByteArray {
        libc = {.ownNumberError = EMFILE};
        if (startChild(Starter::Spawn, FFD_CLOEXEC, nullptr, {"exit", "5"}) >= 0 || errno != EMFILE)
            return "no shortage";
        libc = {};
        const QByteArray end = wait(startChild(Starter::Spawn, FFD_CLOEXEC, nullptr, {"exit", "5"}));
        return QByteArray::number(libc.spawnCalls) + " call, " + end;
    });
    QCOMPARE(result, "1 call, exited 5");
}

void tst_ForkFdPidFdSpawn::isUsed_data()
{
    QTest::addColumn<int>("flags");
    QTest::newRow("a path") << 0;
    QTest::newRow("searched in PATH") << FFD_SPAWN_SEARCH_PATH;
}

void tst_ForkFdPidFdSpawn::isUsed()
{
    QFETCH(int, flags);
    libc = {};
    pid_t pid = -1;
    const int ffd = startChild(Starter::Spawn, FFD_CLOEXEC | flags, &pid, {"exit", "5"});
    QVERIFY(ffd >= 0);
    const int calls = backend() == Backend::PidFd ? 1 : 0;
    QCOMPARE(libc.spawnCalls, flags ? 0 : calls);
    QCOMPARE(libc.spawnpCalls, flags ? calls : 0);
    if (calls)
        QCOMPARE(pid, libc.lastChild);
    QCOMPARE(wait(ffd), "exited 5");
    QCOMPARE(forkfd_close(ffd), 0);
}

void tst_ForkFdPidFdSpawn::kernelCannot()
{
    libc = {.spawnError = ENOSYS};
    const int ffd = startChild(Starter::Spawn, FFD_CLOEXEC, nullptr, {"exit", "5"});
    QCOMPARE(wait(ffd), "exited 5");
    QCOMPARE(forkfd_close(ffd), 0);
}

void tst_ForkFdPidFdSpawn::fails()
{
    if (backend() == Backend::SigChld)
        QSKIP("It is not used on this backend.");
    libc = {.spawnError = EACCES};
    QCOMPARE(startChild(Starter::Spawn, FFD_CLOEXEC, nullptr, {"exit", "5"}), -1);
    QCOMPARE(errno, EACCES);
}

// The start fails, and no child is left behind (the base class checks).
void tst_ForkFdPidFdSpawn::numberIsNotAvailable()
{
    if (backend() == Backend::SigChld)
        QSKIP("It is not used on this backend.");
    libc = {.getPidError = EMFILE};
    pid_t pid = -7;
    QCOMPARE(startChild(Starter::Spawn, FFD_CLOEXEC, &pid, {"sleep"}), -1);
    QCOMPARE(errno, EMFILE);
    QCOMPARE(pid, -7);
    QTRY_VERIFY(!exists(libc.lastChild));
}

// Libc says this of a child that other code has already reaped. The start was a success.
void tst_ForkFdPidFdSpawn::numberIsGone()
{
    if (backend() == Backend::SigChld)
        QSKIP("It is not used on this backend.");
    libc = {.getPidError = ESRCH};
    pid_t pid = -7;
    const int ffd = startChild(Starter::Spawn, FFD_CLOEXEC, &pid, {"exit", "5"});
    QVERIFY(ffd >= 0);
    QCOMPARE(pid, 0);
    QCOMPARE(wait(ffd), "exited 5");
    QCOMPARE(forkfd_close(ffd), 0);
}

QTEST_GUILESS_MAIN(tst_ForkFdPidFdSpawn)
#include "tst_forkfd_pidfdspawn.moc"
