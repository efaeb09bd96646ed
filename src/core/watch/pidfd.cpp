// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/watch/pidfd.h"

#include "core/base/pidfdsignal_linux.h"
#include "core/base/signals.h"
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

// waitid(2): "idtype P_PIDFD (since Linux 5.4)"; glibc names it since 2.36 only.
constexpr auto waitPidFd = static_cast<idtype_t>(3);

// From linux/pidfd.h of Linux 6.15: newer than the headers this is built with. The size of this
// first form of the struct is part of the request's number.
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

// What the kernel takes for struct rusage in a raw call. libc's has other times where a 32-bit system
// counts them with 64 bits.
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
        *field = static_cast<long>(*counter++); // In x32 the kernel's is longer.
    return result;
}

// The raw call, because its fifth argument gives the resource usage of exactly this child
// (waitid(2), "C library/kernel differences"). __WALL finds a child that ended before its exec, too:
// until then it has no exit signal (see start_linux.cpp).
int waitid(int pidfd, siginfo_t *info, int options, KernelUsage *usage) noexcept
{
    return static_cast<int>(::syscall(SYS_waitid, waitPidFd, pidfd, info, options | __WALL, usage));
}

bool isReaped(int pidfd) noexcept
{
    const CancellationBlocker blocker;
    pollfd entry = {pidfd, POLLIN, 0};
    const int count = ::poll(&entry, 1, 0);
    if (count >= 0)
        return count == 1 && (entry.revents & POLLHUP);
    // RLIMIT_NOFILE is 0, or a filter refuses poll(2). A signal reaches a zombie, and nobody who was
    // reaped.
    const int errorCode = PidFdSignal::send(pidfd, 0);
    return errorCode == ESRCH || PidFdSignal::isFiltered(errorCode);
}

} // namespace

bool PidFdWatch::isSupported() noexcept
{
    // No descriptor has this number. A kernel that knows P_PIDFD says so; an older one does not
    // know the idtype.
    siginfo_t info;
    return waitid(INT_MAX, &info, WEXITED | WNOHANG, nullptr) == -1 && errno == EBADF;
}

namespace {

UniqueFd openPidFd(pid_t pid) noexcept
{
    return UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
}

} // namespace

bool PidFdWatch::canOpen() noexcept
{
    return static_cast<bool>(openPidFd(::getpid()));
}

UniqueFd PidFdWatch::open(pid_t child) noexcept
{
    UniqueFd pidfd = openPidFd(child);
    siginfo_t info;
    // Ours only if it can be waited for: after a theft the number may name a stranger by now.
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
    return waitForEnd(0);
}

std::optional<ExitInfo> PidFdWatch::tryPeek() noexcept
{
    return waitForEnd(WNOWAIT);
}

// Where forkfd_close() found no other descriptor, the number stands for the child until there is one.
// The last one is left to the user, who has just closed his.
std::optional<ExitInfo> PidFdWatch::waitByNumber() noexcept
{
    UniqueFd pidfd = open(pid());
    if (pidfd && UniqueFd(::fcntl(pidfd.get(), F_DUPFD_CLOEXEC, 0)))
        m_pidfd = std::move(pidfd);
    else
        pidfd.reset();
    setDescriptor(m_pidfd.get());
    if (m_pidfd)
        return waitForEnd(0);
    const ChildWait::Finding found = ChildWait::collect(pid());
    if (found.sight == ChildWait::Finding::Running || found.sight == ChildWait::Finding::Refused)
        return std::nullopt;
    return found.end;
}

std::optional<ExitInfo> PidFdWatch::waitForEnd(int options) noexcept
{
    if (m_endIsUnknown)
        return ExitInfo{};
    if (descriptor() < 0)
        return waitByNumber();
    siginfo_t info = {};
    KernelUsage usage = {};
    if (waitid(descriptor(), &info, WEXITED | WNOHANG | options, &usage) == 0) {
        if (info.si_pid == 0)
            return std::nullopt;
        ExitInfo result = exitInfoOf(info);
        result.hasUsage = true;
        result.usage = toRusage(usage);
        return result;
    }
    if (isRefusal(errno) || errno == EINTR)
        return waitRefused(options);
    // ECHILD: somebody else's wait has taken the status, or SIGCHLD is ignored. Anything else means
    // that the descriptor was closed behind our back; the next step turns that into Unknown.
    return recoverStolenStatus();
}

// The backend would be another one if the first wait of this kind had been refused.
std::optional<ExitInfo> PidFdWatch::waitRefused(int options) const noexcept
{
    const ChildWait::Finding found =
        options & WNOWAIT ? ChildWait::look(pid()) : ChildWait::collect(pid());
    if (found.sight == ChildWait::Finding::Over)
        return found.end;
    return found.sight == ChildWait::Finding::Gone ? recoverStolenStatus() : std::nullopt;
}

// The kernel keeps the wait status behind the pidfd even after the child was reaped.
std::optional<ExitInfo> PidFdWatch::recoverStolenStatus() const noexcept
{
    // Asked before the question: what the kernel knows after the child is gone from its tables is
    // final, an answer that is missing before that may still come.
    const bool isFinal = isReaped(descriptor());
    PidFdInfo info = {};
    info.mask = pidFdInfoExit;
    if (::ioctl(descriptor(), getPidFdInfo, &info) == 0) {
        if (info.mask & pidFdInfoExit)
            return exitInfoOfWaitStatus(info.waitStatus);
    } else if (errno != ESRCH) {
        return ExitInfo{}; // Before Linux 6.13: no such request.
    }
    if (isFinal)
        return ExitInfo{};
    return std::nullopt;
}

void PidFdWatch::leaveDescriptor() noexcept
{
    // A file of its own where possible: then the user's epoll(7) sets forget the old one. The number is
    // still the child's if the child can be waited for after it was opened.
    siginfo_t info;
    UniqueFd fresh(m_endIsUnknown ? UniqueFd() : openPidFd(pid()));
    if (!fresh || waitid(descriptor(), &info, WEXITED | WNOHANG | WNOWAIT, nullptr) != 0)
        fresh.reset(::fcntl(descriptor(), F_DUPFD_CLOEXEC, 0));
    // Without one it is waited for by its number (waitByNumber()).
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
    // EINVAL: Linux before 6.9, or a signal that does not exist, which kill(2) then says.
    if (errorCode == EINVAL || PidFdSignal::isFiltered(errorCode))
        return signalByNumber(-pid(), signal);
    return errorCode;
}

// The number is the child's as long as the child can be waited for. Between this look and the signal
// another part of the process could collect the child, and the kernel could give the number to another
// process. That is the price where the kernel offers no better call.
int PidFdWatch::signalByNumber(pid_t target, int signal) const noexcept
{
    siginfo_t info;
    // Without a number kill(2) would mean other processes.
    if (pid() <= 0 || waitid(descriptor(), &info, WEXITED | WNOHANG | WNOWAIT, nullptr) != 0)
        return ESRCH;
    return ::kill(target, signal) == 0 ? 0 : errno;
}

} // namespace ForkFd::Internal
