// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "failingthreads.h"
#include "systemcallfilter.h"

#include <cerrno>
#include <cstdlib>
#include <new>

#include <sys/resource.h>
#include <unistd.h>

using namespace ForkFd;

// The index of this thread's allocation that fails, counted from now. Below 0 none fails.
static thread_local int failingAllocation = -1;

#ifdef FORKFD_TEST_INTERPOSES

static bool failsNow()
{
    return failingAllocation >= 0 && failingAllocation-- == 0;
}

void *operator new(std::size_t size)
{
    void *memory = failsNow() ? nullptr : std::malloc(size);
    if (!memory)
        throw std::bad_alloc();
    return memory;
}

void *operator new(std::size_t size, const std::nothrow_t &) noexcept
{
    return failsNow() ? nullptr : std::malloc(size);
}

void *operator new[](std::size_t size, const std::nothrow_t &) noexcept
{
    return failsNow() ? nullptr : std::malloc(size);
}

void operator delete(void *memory) noexcept
{
    std::free(memory);
}

void operator delete(void *memory, std::size_t) noexcept
{
    std::free(memory);
}

void operator delete[](void *memory) noexcept
{
    std::free(memory);
}

void operator delete[](void *memory, std::size_t) noexcept
{
    std::free(memory);
}

#endif

namespace {

/// Starts a child without allocating, so that only the library's own allocations are counted.
int startPlainly(Starter starter, pid_t *ppid)
{
    static char name[] = FORKFD_TEST_CHILD;
    static char *const argv[] = {name, nullptr};
    if (starter == Starter::Spawn)
        return spawnfd(FFD_CLOEXEC, ppid, name, nullptr, nullptr, argv, nullptr);
    if (starter == Starter::VFork)
        return vforkfd(
            FFD_CLOEXEC, ppid, [](void *) { return 0; }, nullptr);
    const int ffd = forkfd(FFD_CLOEXEC | (starter == Starter::RealFork ? FFD_USE_FORK : 0), ppid);
    if (ffd == FFD_CHILD_PROCESS)
        ::_exit(0);
    return ffd;
}

} // namespace

/// If a start lacks a resource, it fails and leaves nothing behind (the base class checks).
/// Holds: F1, F5.
class tst_ForkFdFailure : public ForkFdTest
{
    Q_OBJECT

private Q_SLOTS:
    void noDescriptor_data() { addStarterRows(); }
    void noDescriptor();
    void noMemory_data() { addStarterRows(); }
    void noMemory();
    void noThread_data() { addStarterRows(); }
    void noThread();
    void noLookAtTheFile();
};

// Tries every number of descriptors that is too small, and then the first that is enough.
void tst_ForkFdFailure::noDescriptor()
{
    QFETCH(Starter, starter);
    rlimit limit;
    ::getrlimit(RLIMIT_NOFILE, &limit);
    int ffd = -1;
    int failures = 0;
    for (rlim_t count = 3; ffd < 0 && count < 64; ++count) {
        const rlimit fewer = {count, limit.rlim_max};
        ::setrlimit(RLIMIT_NOFILE, &fewer);
        pid_t pid = -7;
        errno = 0;
        ffd = startPlainly(starter, &pid);
        const int error = errno;
        ::setrlimit(RLIMIT_NOFILE, &limit);
        if (ffd < 0) {
            ++failures;
            QCOMPARE(::strerrorname_np(error), "EMFILE");
            QCOMPARE(pid, -7);
            QCOMPARE(ProcessState::now().children, 0);
        }
    }
    QVERIFY(failures > 0);
    QVERIFY(ffd >= 0);
    QCOMPARE(wait(ffd), "exited 0");
    QCOMPARE(forkfd_close(ffd), 0);
}

// The first start of a process allocates most. So each attempt runs in a forked copy with its own
// backend.
void tst_ForkFdFailure::noMemory()
{
#ifndef FORKFD_TEST_INTERPOSES
    QSKIP("The sanitizer has these functions.");
#endif
    QFETCH(Starter, starter);
    int failures = 0;
    for (int failing = 0;; ++failing) {
        bool hasFailed = false;
        const QByteArray failure = inCopy([starter, failing]() -> const char * {
            pid_t pid = -7;
            errno = 0;
            failingAllocation = failing;
            const int ffd = startPlainly(starter, &pid);
            const bool wasReached = failingAllocation < 0;
            failingAllocation = -1;
            if (ffd < 0)
                return errno == ENOMEM && pid == -7 ? "ENOMEM" : "another error";
            const bool isRight = wait(ffd) == "exited 0" && forkfd_close(ffd) == 0;
            return !isRight ? "another end" : wasReached ? "did without" : nullptr;
        });
        hasFailed = failure == "ENOMEM";
        if (failure.isEmpty())
            break;
        QVERIFY2(hasFailed || failure == "did without", failure.constData());
        failures += hasFailed ? 1 : 0;
    }
    QVERIFY(failures > 0);
}

// Only the SIGCHLD backend needs a thread.
void tst_ForkFdFailure::noThread()
{
#ifndef FORKFD_TEST_INTERPOSES
    QSKIP("The sanitizer has these functions.");
#endif
    QFETCH(Starter, starter);
    const QByteArray failure = inCopy([starter]() -> const char * {
        pid_t pid = -7;
        threadsFail = true;
        const int failed = startPlainly(starter, &pid);
        const int error = errno;
        threadsFail = false;
        if (backend() == Backend::PidFd)
            return wait(failed) == "exited 0" && forkfd_close(failed) == 0 ? nullptr
                                                                           : "it needs no thread";
        if (failed != -1 || error != EAGAIN || pid != -7)
            return "not EAGAIN";
        const int ffd = startPlainly(starter, &pid);
        return wait(ffd) == "exited 0" && forkfd_close(ffd) == 0 ? nullptr : "fails for ever";
    });
    QCOMPARE(failure, "");
}

// The fault walker found this: a refused fstat() was taken for a descriptor that the user had closed.
// The user could neither wait for it nor close it.
void tst_ForkFdFailure::noLookAtTheFile()
{
    const QByteArray failure = inCopy([]() -> const char * {
        const std::vector<Refusal> refusals = {
            {SYS_newfstatat, EPERM}, {SYS_statx, EPERM}, {SYS_fstat, EPERM}};
        const int before = startEnding({"exit", "3"});
        if (!becomesReadable(before))
            return "does not end";
        if (!refuse(refusals))
            return nullptr; // No filters on this kernel.
        const int after = forkfd(FFD_CLOEXEC, nullptr); // No program: its loader needs these calls.
        if (after == FFD_CHILD_PROCESS)
            ::_exit(4);
        if (wait(before) != "exited 3" || wait(after) != "exited 4")
            return "not waited for";
        return forkfd_close(before) == 0 && forkfd_close(after) == 0 ? nullptr : "not closed";
    });
    QCOMPARE(failure, "");
}

QTEST_GUILESS_MAIN(tst_ForkFdFailure)
#include "tst_forkfd_failure.moc"
