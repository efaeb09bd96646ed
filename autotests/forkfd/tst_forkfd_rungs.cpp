// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "forkfdtest.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstddef>

#include <dlfcn.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

using namespace ForkFd;

namespace {

/// System calls that a container's filter may refuse.
enum Refused { Nothing = 0, Clone3 = 1, CloneWithPidFd = 2, OpenPidFd = 4 };

constexpr sock_filter load(std::size_t offset)
{
    return BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(offset));
}

constexpr sock_filter skipUnless(std::uint32_t value, std::uint8_t count)
{
    return BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, count);
}

constexpr sock_filter skipUnlessSet(std::uint32_t bits, std::uint8_t count)
{
    return BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, bits, 0, count);
}

constexpr sock_filter answer(std::uint32_t value)
{
    return BPF_STMT(BPF_RET | BPF_K, value);
}

// Cannot be undone: call it in a forked copy.
bool refuse(int refused, int error)
{
    const std::uint32_t no = SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(error);
    const std::uint32_t yes = SECCOMP_RET_ALLOW;
    std::array filter = {
        load(offsetof(seccomp_data, nr)),
        skipUnless(SYS_clone3, 1),
        answer(refused & Clone3 ? no : yes),
        skipUnless(SYS_pidfd_open, 1),
        answer(refused & OpenPidFd ? no : yes),
        skipUnless(SYS_clone, 3),
        load(offsetof(seccomp_data, args[0])), // The flags are in the lower half on x86-64 and arm64.
        skipUnlessSet(CLONE_PIDFD, 1),
        answer(refused & CloneWithPidFd ? no : yes),
        answer(yes),
    };
    const sock_fprog program = {static_cast<unsigned short>(filter.size()), filter.data()};
    return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
        && ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

// Glibc has it since 2.39. It gets the pidfd from clone3() or clone().
bool libcHasPidFdSpawn()
{
    return dlsym(RTLD_DEFAULT, "pidfd_spawn") != nullptr;
}

constexpr std::pair<const char *, Starter> starters[] = {{"forkfd", Starter::Fork},
                                                         {"forkfd with FFD_USE_FORK", Starter::RealFork},
                                                         {"vforkfd", Starter::VFork},
                                                         {"spawnfd", Starter::Spawn}};

#ifdef FORKFD_TEST_INTERPOSES
bool copiesMemory = false;
#endif

} // namespace

#ifdef FORKFD_TEST_INTERPOSES
// Replaces clone() for the library, too. Some emulators and valgrind ignore CLONE_VM.
extern "C" int clone(int (*function)(void *), void *stack, int flags, void *argument, ...) noexcept
{
    using Clone = int (*)(int (*)(void *), void *, int, void *, ...);
    static const auto next = reinterpret_cast<Clone>(dlsym(RTLD_NEXT, "clone"));
    va_list list;
    va_start(list, argument);
    void *const mark = va_arg(list, void *);
    va_end(list);
    return next(function, stack, copiesMemory ? flags & ~CLONE_VM : flags, argument, mark);
}
#endif

/// If a filter refuses some calls, the family works with the others.
/// Holds: B1, L5.
class tst_ForkFdRungs : public ForkFdTest
{
    Q_OBJECT

private Q_SLOTS:
    void refusedCalls_data();
    void refusedCalls();
    void copiedMemory_data();
    void copiedMemory();
};

void tst_ForkFdRungs::refusedCalls_data()
{
    QTest::addColumn<Starter>("starter");
    QTest::addColumn<int>("refused");
    QTest::addColumn<int>("error");
    const std::pair<const char *, int> rows[] = {
        {"nothing", Nothing},
        {"clone3", Clone3},
        {"clone3 and every pidfd from clone", Clone3 | CloneWithPidFd},
        {"pidfd_open", OpenPidFd},
        {"all three", Clone3 | CloneWithPidFd | OpenPidFd},
    };
    for (const auto &[name, starter] : starters) {
        for (const auto &[calls, refused] : rows) {
            QTest::addRow("%s without %s, ENOSYS", name, calls) << starter << refused << ENOSYS;
            // Libc itself gives up if clone3 fails with EPERM.
            if (!(refused & Clone3) || starter != Starter::Spawn)
                QTest::addRow("%s without %s, EPERM", name, calls) << starter << refused << EPERM;
        }
    }
}

void tst_ForkFdRungs::refusedCalls()
{
    QFETCH(Starter, starter);
    QFETCH(int, refused);
    QFETCH(int, error);
    const bool mustHavePidFd = qgetenv("FORKFD_BACKEND") == "pidfd";
    const QByteArray failure = inCopy([=]() -> const char * {
        Leash leash;
        // Libc makes no thread if clone3 fails with EPERM. So the library has to start its own before.
        if (backend() == Backend::SigChld && forkfd_close(startEnding({"exit", "0"})) != 0)
            return "no start before";
        if (!refuse(refused, error))
            return "no filter";
        pid_t pid = -7;
        int ffd = startOnLeash(starter, leash, 5, FFD_CLOEXEC, &pid);
        const int startError = errno;
        // If the user asks for the pidfd backend, the library uses no other one.
        const bool isByNumber = (starter == Starter::Spawn && !libcHasPidFdSpawn())
            || starter == Starter::RealFork || (refused & CloneWithPidFd) || isUnderThreadSanitizer;
        if (mustHavePidFd && isByNumber && (refused & OpenPidFd))
            return ffd == -1 && startError == error && pid == -7 ? nullptr : "should have failed";
        if (ffd < 0)
            return "cannot start";
        if (wait(ffd, FFDW_NOHANG) != "EAGAIN")
            return "it should be running";
        leash.end();
        if (wait(ffd, FFDW_NOWAIT) != "exited 5" || wait(ffd) != "exited 5" || forkfd_close(ffd) != 0)
            return "another end";
        ffd = startChild(starter, FFD_CLOEXEC, &pid, {"signal", "9"});
        return wait(ffd) == "killed 9" && forkfd_close(ffd) == 0 ? nullptr : "another second end";
    });
    QCOMPARE(failure, "");
}

void tst_ForkFdRungs::copiedMemory_data()
{
    QTest::addColumn<Starter>("starter");
    QTest::addColumn<bool>("ignores");
    QTest::newRow("forkfd") << Starter::Fork << false;
    QTest::newRow("forkfd, SIGCHLD ignored") << Starter::Fork << true; // The kernel reaps children.
    QTest::newRow("vforkfd") << Starter::VFork << false;
    QTest::newRow("vforkfd, SIGCHLD ignored") << Starter::VFork << true;
}

// A child whose memory is not shared exits at once, and is started in another way.
void tst_ForkFdRungs::copiedMemory()
{
#ifdef FORKFD_TEST_INTERPOSES
    QFETCH(Starter, starter);
    QFETCH(bool, ignores);
    const QByteArray failure = inCopy([=]() -> const char * {
        if (ignores)
            std::signal(SIGCHLD, SIG_IGN);
        if (!refuse(Clone3, ENOSYS))
            return "no filter";
        copiesMemory = true;
        for (int i = 0; i < 2; ++i) {
            Leash leash;
            const int ffd = startOnLeash(starter, leash, 5);
            if (ffd < 0)
                return "cannot start";
            if (wait(ffd, FFDW_NOHANG) != "EAGAIN")
                return "it should be running";
            leash.end();
            const QByteArray end = wait(ffd);
            const bool isLost = ignores && end == "ECHILD";
            if ((end != "exited 5" && !isLost) || forkfd_close(ffd) != 0)
                return "another end";
        }
        return nullptr;
    });
    QCOMPARE(failure, "");
#else
    QSKIP("A sanitizer replaces clone() itself.");
#endif
}

QTEST_GUILESS_MAIN(tst_ForkFdRungs)
#include "tst_forkfd_rungs.moc"
