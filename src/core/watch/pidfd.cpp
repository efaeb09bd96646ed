// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/watch/pidfd.h"

#include "core/base/pidfd_linux.h"
#include "core/base/signals.h"
#include "core/base/wait.h"
#include "core/base/waitstatus.h"
#include "core/watch/childwait.h"

#include <cerrno>
#include <climits>

#include <fcntl.h>
#include <linux/time_types.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace ForkFd::Internal {

namespace {

// waitid(2): "idtype P_PIDFD (since Linux 5.4)". glibc has had the name only since 2.36.
constexpr auto waitPidFd = static_cast<idtype_t>(3);

// From linux/pidfd.h of Linux 6.15, which is newer than the build's headers. The request's number
// contains the size of this first version of the struct.
struct PidFdInfo
{
    std::uint64_t mask;
    std::uint64_t cgroupId;
    std::uint32_t ids[11];
    std::int32_t waitStatus;
};
static_assert(sizeof(PidFdInfo) == 64);
constexpr unsigned long getPidFdInfo = _IOWR(0xFF, 11, PidFdInfo);
constexpr std::uint64_t pidFdInfoExit = 1U << 3;

// The kernel's struct rusage in a raw call. On a 32-bit system with 64-bit times, libc's struct differs.
struct KernelUsage
{
    __kernel_old_timeval userTime;
    __kernel_old_timeval systemTime;
    __kernel_long_t counters[14]; // From ru_maxrss to ru_nivcsw, in the order of getrusage(2).
};

timeval toTimeval(const __kernel_old_timeval &time) noexcept
{
    timeval result = {};
    result.tv_sec = time.tv_sec;
    result.tv_usec = time.tv_usec;
    return result;
}

rusage toRusage(const KernelUsage &usage) noexcept
{
    rusage result = {};
    result.ru_utime = toTimeval(usage.userTime);
    result.ru_stime = toTimeval(usage.systemTime);
    const __kernel_long_t *counter = usage.counters;
    for (auto *field :
         {&result.ru_maxrss, &result.ru_ixrss, &result.ru_idrss, &result.ru_isrss, &result.ru_minflt,
          &result.ru_majflt, &result.ru_nswap, &result.ru_inblock, &result.ru_oublock, &result.ru_msgsnd,
          &result.ru_msgrcv, &result.ru_nsignals, &result.ru_nvcsw, &result.ru_nivcsw})
        *field = static_cast<long>(*counter++); // In x32 the kernel's type is longer.
    return result;
}

// The raw call, because its fifth argument returns the resource usage of exactly this child (waitid(2),
// "C library/kernel differences"). __WALL also finds a child that ended before its exec: until then a
// child has no exit signal (see start_linux.cpp).
int waitid(int pidfd, siginfo_t *info, int options, KernelUsage *usage) noexcept
{
    return static_cast<int>(::syscall(SYS_waitid, waitPidFd, pidfd, info, options | __WALL, usage));
}

/// Lets one thread at a time reap the child or signal it by number. Each makes only a few system calls.
/// A thread that is cancelled, or whose signal handler jumps away, would leave the pin set.
class Pin
{
public:
    explicit Pin(std::atomic<bool> &isPinned) noexcept
        : m_isPinned(isPinned)
    {
        while (m_isPinned.exchange(true))
            pauseFor(std::chrono::milliseconds(1));
    }
    ~Pin() { m_isPinned = false; }
    Pin(const Pin &) = delete;
    Pin &operator=(const Pin &) = delete;

private:
    const Uninterrupted m_blocker;
    std::atomic<bool> &m_isPinned;
};

ChildWait::Finding findByNumber(pid_t child, int options) noexcept
{
    return options & WNOWAIT ? ChildWait::look(child) : ChildWait::reap(child);
}

bool isReaped(int pidfd) noexcept
{
    const CancellationBlocker blocker;
    pollfd entry = {pidfd, POLLIN, 0};
    const int count = ::poll(&entry, 1, 0);
    if (count >= 0)
        return count == 1 && (entry.revents & POLLHUP);
    // RLIMIT_NOFILE is 0, or a filter refuses poll(2). A signal reaches a zombie, but not a reaped
    // process. If a filter refuses the signal, too, the child counts as reaped, so that the watch ends.
    const int errorCode = PidFdSignal::send(pidfd, 0);
    return errorCode == ESRCH || PidFdSignal::isFiltered(errorCode);
}

} // namespace

bool PidFdWatch::isSupported() noexcept
{
    // No descriptor has this number. A kernel with P_PIDFD returns EBADF; an older one rejects the
    // idtype.
    siginfo_t info;
    return waitid(INT_MAX, &info, WEXITED | WNOHANG, nullptr) == -1 && errno == EBADF;
}

bool PidFdWatch::canOpen() noexcept
{
    return static_cast<bool>(openPidFd(::getpid()));
}

UniqueFd PidFdWatch::open(pid_t child) noexcept
{
    UniqueFd pidfd = openPidFd(child);
    siginfo_t info;
    // Check that it is our child: after a theft the number may belong to another process.
    if (pidfd && waitid(pidfd.get(), &info, WEXITED | WNOHANG | WNOWAIT, nullptr) != 0)
        pidfd.reset();
    if (!pidfd && errno == ESRCH)
        errno = ECHILD;
    return pidfd;
}

void PidFdWatch::watch(pid_t pid, UniqueFd pidfd) noexcept
{
    m_pidfd = std::move(pidfd);
    begin(pid, m_pidfd.get());
}

void PidFdWatch::watchUnknowable(pid_t pid, UniqueFd readable) noexcept
{
    m_endIsUnknown = true;
    watch(pid, std::move(readable));
}

std::optional<ExitInfo> PidFdWatch::tryCollect() noexcept
{
    const Pin pin(m_isPinned);
    return waitForEnd(0);
}

std::optional<ExitInfo> PidFdWatch::tryLook() noexcept
{
    return waitForEnd(WNOWAIT);
}

// There was no free descriptor: waits by number until a pidfd can be opened. Leaves the last free
// descriptor to the user, who may have just closed one by forkfd_close().
std::optional<ExitInfo> PidFdWatch::waitByNumber(int options) noexcept
{
    UniqueFd pidfd = open(pid());
    if (pidfd && UniqueFd(::fcntl(pidfd.get(), F_DUPFD_CLOEXEC, 0)))
        m_pidfd = std::move(pidfd);
    else
        pidfd.reset();
    setDescriptor(m_pidfd.get());
    if (m_pidfd)
        return waitForEnd(options);
    const ChildWait::Finding found = findByNumber(pid(), options);
    if (found.sight == ChildWait::Finding::Running || found.sight == ChildWait::Finding::Refused)
        return std::nullopt;
    return found.end;
}

std::optional<ExitInfo> PidFdWatch::waitForEnd(int options) noexcept
{
    if (m_endIsUnknown)
        return ExitInfo{};
    if (descriptor() < 0)
        return waitByNumber(options);
    siginfo_t info = {};
    KernelUsage usage = {};
    if (waitid(descriptor(), &info, WEXITED | WNOHANG | options, &usage) == 0) {
        if (!isEnd(info)) // Or this process traces the child, which has stopped.
            return std::nullopt;
        ExitInfo result = exitInfoOf(info);
        result.hasUsage = true;
        result.usage = toRusage(usage);
        return result;
    }
    if (isRefusal(errno) || errno == EINTR)
        return waitRefused(options);
    // ECHILD: other code of the process took the status, or SIGCHLD is ignored. Any other error means
    // that other code closed the descriptor; the next step then reports Unknown.
    return recoverStolenStatus();
}

// This filter was installed later: otherwise the first such wait would have selected another backend.
std::optional<ExitInfo> PidFdWatch::waitRefused(int options) noexcept
{
    const ChildWait::Finding found = findByNumber(pid(), options);
    if (found.sight == ChildWait::Finding::Over)
        return found.end;
    return found.sight == ChildWait::Finding::Gone ? recoverStolenStatus() : std::nullopt;
}

// The kernel keeps the wait status behind the pidfd after the child was reaped.
std::optional<ExitInfo> PidFdWatch::recoverStolenStatus() noexcept
{
    // Ask this first: once the child is reaped, the kernel's answer is final. Before that, a missing
    // answer may still come.
    const bool isFinal = isReaped(descriptor());
    PidFdInfo info = {};
    info.mask = pidFdInfoExit;
    if (::ioctl(descriptor(), getPidFdInfo, &info) == 0) {
        if (info.mask & pidFdInfoExit) {
            noteRecovery();
            return exitInfoOfWaitStatus(info.waitStatus);
        }
    } else if (errno != ESRCH) {
        return ExitInfo{}; // Linux before 6.13 does not know the request.
    }
    if (isFinal)
        return ExitInfo{};
    return std::nullopt;
}

void PidFdWatch::leaveDescriptor() noexcept
{
    // A new file if possible, so that the user's epoll(7) sets forget the old one. If the child can be
    // waited for after the open, the number was still the child's.
    siginfo_t info;
    UniqueFd fresh(m_endIsUnknown ? UniqueFd() : openPidFd(pid()));
    if (!fresh || waitid(descriptor(), &info, WEXITED | WNOHANG | WNOWAIT, nullptr) != 0)
        fresh.reset(::fcntl(descriptor(), F_DUPFD_CLOEXEC, 0));
    // Without a descriptor waitByNumber() waits.
    m_pidfd = std::move(fresh);
    setDescriptor(m_pidfd.get());
}

void PidFdWatch::doDisownDescriptor() noexcept
{
    m_pidfd.release();
}

int PidFdWatch::trySendSignal(int signal) noexcept
{
    if (m_endIsUnknown)
        return ESRCH;
    const int errorCode = PidFdSignal::send(descriptor(), signal);
    return PidFdSignal::isFiltered(errorCode) ? signalByNumber(pid(), signal) : errorCode;
}

int PidFdWatch::trySendSignalToGroup(int signal) noexcept
{
    if (m_endIsUnknown)
        return ESRCH;
    const int errorCode = PidFdSignal::send(descriptor(), signal, PidFdSignal::toProcessGroup);
    // EINVAL: Linux before 6.9, or an invalid signal. kill(2) reports the latter.
    if (errorCode == EINVAL || PidFdSignal::isFiltered(errorCode))
        return signalByNumber(-pid(), signal);
    return errorCode;
}

bool PidFdWatch::canBeWaitedFor() const noexcept
{
    siginfo_t info;
    if (waitid(descriptor(), &info, WEXITED | WNOHANG | WNOWAIT, nullptr) == 0)
        return true;
    // A filter that was installed later, as in waitRefused().
    return isRefusal(errno) && ChildWait::look(pid()).sight != ChildWait::Finding::Gone;
}

// The number belongs to the child as long as the child can be waited for. This library does not reap the
// child in between. Another part of the process could, and the kernel could then give the number to
// another process. But where this function is used, the kernel offers no better call.
int PidFdWatch::signalByNumber(pid_t target, int signal) noexcept
{
    const Pin pin(m_isPinned);
    // With 0 or -1 kill(2) would signal other processes.
    return pid() > 0 && canBeWaitedFor() ? (::kill(target, signal) == 0 ? 0 : errno) : ESRCH;
}

} // namespace ForkFd::Internal
