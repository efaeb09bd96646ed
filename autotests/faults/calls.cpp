// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "calls.h"

#include <cerrno>
#include <cstring>
#include <iterator>
#include <sstream>

#include <fcntl.h>
#include <linux/sched.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

namespace Faults {

namespace {

constexpr std::string_view fcntlErrors = "EBADF EINVAL EMFILE EINTR EAGAIN EACCES EPERM";
constexpr std::string_view openErrors = "EACCES EBUSY EDQUOT EFBIG EINTR EINVAL EISDIR ELOOP EMFILE "
                                        "ENAMETOOLONG ENFILE ENODEV ENOENT ENOMEM ENOSPC "
                                        "ENOTDIR ENXIO EOVERFLOW EPERM EROFS ETXTBSY EWOULDBLOCK";
constexpr std::string_view pathErrors = "EACCES EIO ELOOP ENAMETOOLONG ENOENT ENOMEM ENOTDIR";
constexpr std::string_view cloneErrors =
    "EAGAIN EINVAL ENOMEM ENOSPC EPERM EUSERS E2BIG EBUSY EOPNOTSUPP EMFILE ENFILE";
constexpr std::string_view idErrors = "EAGAIN EINVAL EPERM";
constexpr std::string_view readErrors = "EAGAIN EBADF EFAULT EINTR EINVAL EIO";
constexpr std::string_view writeErrors =
    "EAGAIN EBADF EDQUOT EFAULT EFBIG EINTR EINVAL EIO ENOSPC EPIPE EPERM";
constexpr std::string_view socketErrors =
    "EAGAIN EBADF ECONNREFUSED ECONNRESET EINTR EINVAL ENOBUFS ENOMEM ENOTCONN EPIPE";
constexpr std::string_view pollErrors = "EFAULT EINTR EINVAL ENOMEM";
constexpr std::string_view statErrors =
    "EACCES EBADF ELOOP ENAMETOOLONG ENOENT ENOMEM ENOTDIR EOVERFLOW";
constexpr std::string_view descriptorSteps =
    "channels descriptors fileDescriptors controllingTerminal controlGroup pseudoTerminal";
constexpr std::string_view creationSteps = "clone descriptors dieWithParent controlGroup";

// Where an entry for one thing and one for all have the same number, the first that matches counts.
constexpr KnownCall knownCalls[] = {
    // Creating children and threads
    {.name = "clone:thread",
     .number = SYS_clone,
     .argument = 0,
     .mask = CLONE_THREAD,
     .value = CLONE_THREAD,
     .errors = "EAGAIN EINVAL ENOMEM EPERM",
     .steps = "dieWithParent"},
    {.name = "clone", .number = SYS_clone, .errors = cloneErrors, .steps = creationSteps},
    {.name = "clone3", .number = SYS_clone3, .errors = cloneErrors, .steps = creationSteps},
    {.name = "execve",
     .number = SYS_execve,
     .errors = "E2BIG EACCES EAGAIN EFAULT EINVAL EIO EISDIR ELIBBAD ELOOP EMFILE ENAMETOOLONG ENFILE "
               "ENOENT ENOEXEC "
               "ENOMEM ENOTDIR EPERM ETXTBSY",
     .steps = "exec"},
    // Waiting and signals
    {.name = "waitid:P_PIDFD",
     .number = SYS_waitid,
     .argument = 0,
     .mask = ~0U,
     .value = 3,
     .errors = "EAGAIN ECHILD EINTR EINVAL EBADF",
     .steps = "clone"},
    {.name = "waitid", .number = SYS_waitid, .errors = "ECHILD EINTR EINVAL"},
    {.name = "wait4", .number = SYS_wait4, .errors = "ECHILD EINTR EINVAL"},
    {.name = "kill", .number = SYS_kill, .errors = "EINVAL EPERM ESRCH"},
    {.name = "tgkill", .number = SYS_tgkill, .errors = "EINVAL EPERM ESRCH EAGAIN"},
    {.name = "pidfd_open",
     .number = SYS_pidfd_open,
     .errors = "EINVAL EMFILE ENFILE ENODEV ENOMEM ESRCH",
     .steps = "clone descriptors"},
    {.name = "pidfd_send_signal", .number = SYS_pidfd_send_signal, .errors = "EBADF EINVAL EPERM ESRCH"},
    // Descriptors
    {.name = "fcntl:F_DUPFD_CLOEXEC",
     .number = SYS_fcntl,
     .argument = 1,
     .mask = ~0U,
     .value = F_DUPFD_CLOEXEC,
     .errors = fcntlErrors,
     .steps = descriptorSteps},
    {.name = "fcntl:F_SETFD",
     .number = SYS_fcntl,
     .argument = 1,
     .mask = ~0U,
     .value = F_SETFD,
     .errors = fcntlErrors,
     .steps = descriptorSteps},
    {.name = "fcntl:F_GETFD",
     .number = SYS_fcntl,
     .argument = 1,
     .mask = ~0U,
     .value = F_GETFD,
     .errors = fcntlErrors,
     .steps = descriptorSteps},
    {.name = "fcntl:F_SETFL",
     .number = SYS_fcntl,
     .argument = 1,
     .mask = ~0U,
     .value = F_SETFL,
     .errors = fcntlErrors,
     .steps = descriptorSteps},
    {.name = "fcntl:F_GETFL",
     .number = SYS_fcntl,
     .argument = 1,
     .mask = ~0U,
     .value = F_GETFL,
     .errors = fcntlErrors,
     .steps = descriptorSteps},
    {.name = "fcntl:F_SETPIPE_SZ",
     .number = SYS_fcntl,
     .argument = 1,
     .mask = ~0U,
     .value = F_SETPIPE_SZ,
     .errors = fcntlErrors},
    {.name = "fcntl:F_GETPIPE_SZ",
     .number = SYS_fcntl,
     .argument = 1,
     .mask = ~0U,
     .value = F_GETPIPE_SZ,
     .errors = fcntlErrors},
    {.name = "fcntl", .number = SYS_fcntl, .errors = fcntlErrors, .steps = descriptorSteps},
    {.name = "dup2",
     .number = SYS_dup2,
     .errors = "EBADF EBUSY EINTR EINVAL EMFILE",
     .steps = descriptorSteps},
    {.name = "dup3",
     .number = SYS_dup3,
     .errors = "EBADF EBUSY EINTR EINVAL EMFILE",
     .steps = descriptorSteps},
    {.name = "pipe2",
     .number = SYS_pipe2,
     .errors = "EFAULT EINVAL EMFILE ENFILE",
     .steps = "channels descriptors"},
    {.name = "socketpair",
     .number = SYS_socketpair,
     .errors = "EAFNOSUPPORT EFAULT EMFILE ENFILE EOPNOTSUPP EPROTONOSUPPORT",
     .steps = "channels descriptors clone"},
    {.name = "eventfd2",
     .number = SYS_eventfd2,
     .errors = "EINVAL EMFILE ENFILE ENODEV ENOMEM",
     .steps = "descriptors clone"},
    {.name = "memfd_create",
     .number = SYS_memfd_create,
     .errors = "EFAULT EINVAL EMFILE ENFILE ENOMEM EPERM",
     .steps = "descriptors"},
    {.name = "close_range",
     .number = SYS_close_range,
     .errors = "EINVAL EMFILE ENOMEM",
     .steps = "unixProcessParameters closeDescriptors"},
    {.name = "read", .number = SYS_read, .errors = readErrors, .steps = descriptorSteps},
    {.name = "readv", .number = SYS_readv, .errors = readErrors},
    {.name = "write",
     .number = SYS_write,
     .errors = writeErrors,
     .steps = "controlGroup oomScoreAdjust"},
    {.name = "writev", .number = SYS_writev, .errors = writeErrors},
    {.name = "recvfrom", .number = SYS_recvfrom, .errors = socketErrors, .steps = "descriptors clone"},
    {.name = "recvmsg", .number = SYS_recvmsg, .errors = socketErrors, .steps = "descriptors clone"},
    {.name = "sendto", .number = SYS_sendto, .errors = socketErrors, .steps = "descriptors clone"},
    {.name = "sendmsg", .number = SYS_sendmsg, .errors = socketErrors, .steps = "descriptors clone"},
    {.name = "shutdown", .number = SYS_shutdown, .errors = "EBADF EINVAL ENOTCONN ENOTSOCK"},
    {.name = "poll", .number = SYS_poll, .errors = pollErrors},
    {.name = "ppoll", .number = SYS_ppoll, .errors = pollErrors},
    {.name = "epoll_create1",
     .number = SYS_epoll_create1,
     .errors = "EINVAL EMFILE ENFILE ENOMEM",
     .steps = "descriptors"},
    {.name = "epoll_ctl:ADD",
     .number = SYS_epoll_ctl,
     .argument = 1,
     .mask = ~0U,
     .value = EPOLL_CTL_ADD,
     .errors = "EBADF EEXIST EINVAL ELOOP ENOMEM ENOSPC EPERM"},
    {.name = "epoll_ctl:MOD",
     .number = SYS_epoll_ctl,
     .argument = 1,
     .mask = ~0U,
     .value = EPOLL_CTL_MOD,
     .errors = "EBADF EINVAL ENOENT ENOMEM"},
    {.name = "epoll_ctl:DEL",
     .number = SYS_epoll_ctl,
     .argument = 1,
     .mask = ~0U,
     .value = EPOLL_CTL_DEL,
     .errors = "EBADF EINVAL ENOENT ENOMEM"},
    {.name = "epoll_wait", .number = SYS_epoll_wait, .errors = "EBADF EFAULT EINTR EINVAL"},
    {.name = "epoll_pwait", .number = SYS_epoll_pwait, .errors = "EBADF EFAULT EINTR EINVAL"},
    {.name = "timerfd_create",
     .number = SYS_timerfd_create,
     .errors = "EINVAL EMFILE ENFILE ENODEV ENOMEM EPERM"},
    {.name = "timerfd_settime", .number = SYS_timerfd_settime, .errors = "EBADF EFAULT EINVAL"},
    // Files
    {.name = "openat",
     .number = SYS_openat,
     .errors = openErrors,
     .steps = "channels descriptors controlGroup oomScoreAdjust unixProcessParameters pseudoTerminal "
              "workingDirectory "
              "signalScope"},
    {.name = "open",
     .number = SYS_open,
     .errors = openErrors,
     .steps = "channels controlGroup oomScoreAdjust"},
    {.name = "access", .number = SYS_access, .errors = pathErrors, .steps = "program exec"},
    {.name = "faccessat", .number = SYS_faccessat, .errors = pathErrors, .steps = "program exec"},
    {.name = "faccessat2", .number = SYS_faccessat2, .errors = pathErrors, .steps = "program exec"},
    {.name = "chdir", .number = SYS_chdir, .errors = pathErrors, .steps = "workingDirectory"},
    {.name = "fchdir", .number = SYS_fchdir, .errors = pathErrors, .steps = "workingDirectory"},
    {.name = "stat", .number = SYS_stat, .errors = statErrors, .steps = "program exec workingDirectory"},
    {.name = "newfstatat",
     .number = SYS_newfstatat,
     .errors = statErrors,
     .steps = "program exec workingDirectory"},
    {.name = "fstat", .number = SYS_fstat, .errors = "EBADF EFAULT EOVERFLOW"},
    {.name = "statx", .number = SYS_statx, .errors = statErrors},
    {.name = "statfs", .number = SYS_statfs, .errors = pathErrors},
    {.name = "fstatfs",
     .number = SYS_fstatfs,
     .errors = "EBADF EFAULT EINTR EIO ENOMEM ENOSYS EOVERFLOW",
     .steps = "controlGroup"},
    {.name = "readlink", .number = SYS_readlink, .errors = pathErrors},
    {.name = "readlinkat", .number = SYS_readlinkat, .errors = pathErrors},
    {.name = "getdents64", .number = SYS_getdents64, .errors = "EBADF EFAULT EINVAL ENOENT ENOTDIR"},
    {.name = "lseek", .number = SYS_lseek, .errors = "EBADF EINVAL ENXIO EOVERFLOW ESPIPE"},
    {.name = "pread64", .number = SYS_pread64, .errors = readErrors},
    {.name = "mkdir",
     .number = SYS_mkdir,
     .errors =
         "EACCES EDQUOT EEXIST ELOOP EMLINK ENAMETOOLONG ENOENT ENOMEM ENOSPC ENOTDIR EPERM EROFS"},
    {.name = "mkdirat",
     .number = SYS_mkdirat,
     .errors =
         "EACCES EDQUOT EEXIST ELOOP EMLINK ENAMETOOLONG ENOENT ENOMEM ENOSPC ENOTDIR EPERM EROFS"},
    {.name = "rmdir",
     .number = SYS_rmdir,
     .errors = "EACCES EBUSY ELOOP ENOENT ENOMEM ENOTDIR ENOTEMPTY EPERM EROFS"},
    {.name = "unlinkat",
     .number = SYS_unlinkat,
     .errors = "EACCES EBUSY EIO ELOOP ENOENT ENOMEM ENOTDIR ENOTEMPTY EPERM EROFS"},
    // Terminals
    {.name = "ioctl:TIOCSCTTY",
     .number = SYS_ioctl,
     .argument = 1,
     .mask = ~0U,
     .value = TIOCSCTTY,
     .errors = "EBADF EINVAL ENOTTY EPERM",
     .steps = "controllingTerminal"},
    {.name = "ioctl:TIOCNOTTY",
     .number = SYS_ioctl,
     .argument = 1,
     .mask = ~0U,
     .value = TIOCNOTTY,
     .errors = "EBADF EINVAL ENOTTY EPERM",
     .steps = "unixProcessParameters signalScope"},
    {.name = "ioctl:PIDFD_GET_INFO",
     .number = SYS_ioctl,
     .argument = 1,
     .mask = 0xFFFF,
     .value = 0xFF0B,
     .errors = "EBADF EINVAL ENOTTY ESRCH"},
    {.name = "ioctl",
     .number = SYS_ioctl,
     .errors = "EBADF EFAULT EINVAL ENOTTY EIO",
     .steps = "pseudoTerminal"},
    // What a child becomes
    {.name = "setsid",
     .number = SYS_setsid,
     .errors = "EPERM",
     .steps = "newSession unixProcessParameters"},
    {.name = "setpgid",
     .number = SYS_setpgid,
     .errors = "EACCES EINVAL EPERM ESRCH",
     .steps = "processGroup signalScope"},
    {.name = "setresuid", .number = SYS_setresuid, .errors = idErrors, .steps = "userId"},
    {.name = "setresgid", .number = SYS_setresgid, .errors = idErrors, .steps = "groupId"},
    {.name = "setuid", .number = SYS_setuid, .errors = idErrors, .steps = "unixProcessParameters"},
    {.name = "setgid", .number = SYS_setgid, .errors = idErrors, .steps = "unixProcessParameters"},
    {.name = "setgroups",
     .number = SYS_setgroups,
     .errors = "EINVAL ENOMEM EPERM",
     .steps = "supplementaryGroups"},
    {.name = "prlimit64",
     .number = SYS_prlimit64,
     .errors = "EFAULT EINVAL EPERM ESRCH",
     .steps = "resourceLimits unixProcessParameters"},
    {.name = "setpriority",
     .number = SYS_setpriority,
     .errors = "EACCES EINVAL EPERM ESRCH",
     .steps = "niceValue"},
    {.name = "getpriority",
     .number = SYS_getpriority,
     .errors = "EINVAL ESRCH",
     .steps = "dieWithParent"},
    {.name = "sched_setaffinity",
     .number = SYS_sched_setaffinity,
     .errors = "EFAULT EINVAL EPERM ESRCH",
     .steps = "cpuAffinity"},
    {.name = "sched_getaffinity", .number = SYS_sched_getaffinity, .errors = "EFAULT EINVAL ESRCH"},
    {.name = "sched_getattr", .number = SYS_sched_getattr, .errors = "EINVAL ESRCH"},
    {.name = "sched_getscheduler", .number = SYS_sched_getscheduler, .errors = "EINVAL EPERM ESRCH"},
    {.name = "sched_getparam", .number = SYS_sched_getparam, .errors = "EINVAL EPERM ESRCH"},
    {.name = "ioprio_get", .number = SYS_ioprio_get, .errors = "EINVAL ESRCH"},
    {.name = "prctl:PDEATHSIG",
     .number = SYS_prctl,
     .argument = 0,
     .mask = ~0U,
     .value = PR_SET_PDEATHSIG,
     .errors = "EINVAL",
     .steps = "dieWithParent"},
    {.name = "prctl:NO_NEW_PRIVS",
     .number = SYS_prctl,
     .argument = 0,
     .mask = ~0U,
     .value = PR_SET_NO_NEW_PRIVS,
     .errors = "EINVAL",
     .steps = "noNewPrivileges"},
    {.name = "prctl", .number = SYS_prctl, .errors = "EINVAL EACCES EPERM"},
    {.name = "capget", .number = SYS_capget, .errors = "EFAULT EINVAL EPERM ESRCH"},
    // Memory for stacks; what malloc() asks for is no matter of system calls.
    {.name = "mmap:stack",
     .number = SYS_mmap,
     .argument = 3,
     .mask = MAP_STACK,
     .value = MAP_STACK,
     .errors = "EAGAIN ENOMEM",
     .steps = "clone dieWithParent"},
    {.name = "mmap",
     .number = SYS_mmap,
     .errors = "EAGAIN ENOMEM EINVAL EPERM",
     .steps = "clone descriptors"},
    {.name = "mprotect",
     .number = SYS_mprotect,
     .errors = "EACCES ENOMEM",
     .steps = "clone dieWithParent"},
    {.name = "madvise", .number = SYS_madvise, .errors = "EACCES EAGAIN EINVAL EIO ENOMEM EPERM"},
};

} // namespace

const KnownCall *findCall(const seccomp_data &data)
{
    for (const KnownCall &call : knownCalls) {
        if (call.number == data.nr
            && (call.argument < 0
                || (static_cast<unsigned>(data.args[call.argument]) & call.mask) == call.value))
            return &call;
    }
    return nullptr;
}

const KnownCall *findCall(std::string_view name)
{
    for (const KnownCall &call : knownCalls) {
        if (call.name == name)
            return &call;
    }
    return nullptr;
}

std::vector<std::string> errorsOf(const KnownCall &call)
{
    std::istringstream stream{std::string(call.errors)};
    std::vector<std::string> errors{std::istream_iterator<std::string>(stream), {}};
    for (const char *name : {"ENOSYS", "EPERM", "EACCES"}) {
        if (!hasWord(call.errors, name))
            errors.emplace_back(name);
    }
    return errors;
}

const std::vector<long> &exemptNumbers()
{
    static const std::vector<long> numbers = {
        // They do what they do whatever they return: an injected failure would itself be the leak.
        SYS_close,
        SYS_munmap,
        // They cannot fail, or do not return.
        SYS_exit,
        SYS_exit_group,
        SYS_rt_sigreturn,
        SYS_restart_syscall,
        SYS_getpid,
        SYS_gettid,
        SYS_getppid,
        SYS_getuid,
        SYS_geteuid,
        SYS_getgid,
        SYS_getegid,
        SYS_getpgrp,
        SYS_umask,
        SYS_sched_yield,
        SYS_alarm,
        SYS_pause,
        SYS_getpgid,
        SYS_getsid,
        // They fail for wrong arguments alone. A filter that refuses them ends every program in libc's
        // start.
        SYS_rt_sigaction,
        SYS_rt_sigprocmask,
        SYS_sigaltstack,
        SYS_clock_gettime,
        SYS_clock_nanosleep,
        SYS_nanosleep,
        SYS_gettimeofday,
        SYS_uname,
        SYS_getresuid,
        SYS_getresgid,
        SYS_getgroups,
        SYS_getrusage,
        SYS_rt_sigtimedwait,
        SYS_rt_sigpending,
        // Libc's own: of locks, threads and its heap. It ends the program, or does without, on any
        // failure.
        SYS_futex,
        SYS_set_robust_list,
        SYS_set_tid_address,
        SYS_rseq,
        SYS_brk,
        SYS_mremap,
        SYS_getrandom,
    };
    return numbers;
}

int errorNumber(std::string_view name)
{
    for (int number = 1; number < 134; ++number) {
        if (errorName(number) == name)
            return number;
    }
    return name == "EWOULDBLOCK" ? EWOULDBLOCK : 0;
}

std::string errorName(int number)
{
    const char *name = strerrorname_np(number);
    return name ? name : std::to_string(number);
}

bool hasWord(std::string_view words, std::string_view word)
{
    for (std::size_t at = 0; (at = words.find(word, at)) != std::string_view::npos; ++at) {
        const std::size_t end = at + word.size();
        if ((at == 0 || words[at - 1] == ' ') && (end == words.size() || words[end] == ' '))
            return true;
    }
    return false;
}

} // namespace Faults
