// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "exitwatch_pidfd.h"

#include <cerrno>
#include <climits>

#include <fcntl.h>
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
// From the same file of Linux 6.9: PIDFD_SIGNAL_PROCESS_GROUP.
constexpr unsigned signalProcessGroup = 1U << 2;

// The raw call, because its fifth argument gives the resource usage of exactly this child
// (waitid(2), "C library/kernel differences"). __WALL finds a child that ended before its exec, too:
// until then it has no exit signal (see launcher_linux.cpp).
int waitid(int pidfd, siginfo_t *info, int options, rusage *usage) noexcept
{
    return static_cast<int>(::syscall(SYS_waitid, waitPidFd, pidfd, info, options | __WALL, usage));
}

bool isReaped(int pidfd) noexcept
{
    pollfd entry = {pidfd, POLLIN, 0};
    return ::poll(&entry, 1, 0) == 1 && (entry.revents & POLLHUP);
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

std::optional<ExitInfo> PidFdWatch::waitForEnd(int options) noexcept
{
    if (m_endIsUnknown)
        return ExitInfo{};
    siginfo_t info = {};
    rusage usage = {};
    if (waitid(descriptor(), &info, WEXITED | WNOHANG | options, &usage) == 0) {
        if (info.si_pid == 0)
            return std::nullopt;
        ExitInfo result = exitInfoOf(info);
        result.hasUsage = true;
        result.usage = usage;
        return result;
    }
    // ECHILD: somebody else's wait has taken the status, or SIGCHLD is ignored. Anything else means
    // that the descriptor was closed behind our back; the next step turns that into Unknown.
    return recoverStolenStatus();
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
    if (!fresh)
        return;
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
    if (::syscall(SYS_pidfd_send_signal, descriptor(), signal, nullptr, 0) == 0)
        return 0;
    if (errno != ENOSYS)
        return errno;
    // A filter or an emulator knows the other calls and not this one.
    if (!mayUseNumber())
        return ESRCH;
    return ::kill(pid(), signal) == 0 ? 0 : errno;
}

int PidFdWatch::trySendSignalToGroup(int signal) noexcept
{
    if (m_endIsUnknown)
        return ESRCH;
    if (::syscall(SYS_pidfd_send_signal, descriptor(), signal, nullptr, signalProcessGroup) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return errno;
    // Before Linux 6.9, or no such signal.
    if (!mayUseNumber())
        return ESRCH;
    return ::kill(-pid(), signal) == 0 ? 0 : errno;
}

// The number is the child's as long as it can be waited for. Without one, kill(2) would mean others.
bool PidFdWatch::mayUseNumber() const noexcept
{
    siginfo_t info;
    return pid() > 0 && waitid(descriptor(), &info, WEXITED | WNOHANG | WNOWAIT, nullptr) == 0;
}

} // namespace ForkFd::Internal
