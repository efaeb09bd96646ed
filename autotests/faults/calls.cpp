// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "calls.h"

#include <cerrno>
#include <cstring>
#include <iterator>
#include <sstream>

#include <sys/syscall.h>

namespace Faults {

const KnownCall *findCall(const seccomp_data &data)
{
    for (const KnownCall &call : knownCalls()) {
        if (call.number == data.nr
            && (call.argument < 0
                || (static_cast<unsigned>(data.args[call.argument]) & call.mask) == call.value))
            return &call;
    }
    return nullptr;
}

const KnownCall *findCall(std::string_view name)
{
    for (const KnownCall &call : knownCalls()) {
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
        // These do their work even if they return an error: an injected failure would itself be the
        // leak.
        SYS_close,
        SYS_munmap,
        // These cannot fail, or do not return.
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
        // These fail for wrong arguments only. A filter that refuses them ends every program while libc
        // starts.
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
        // Libc's own calls for locks, threads and its heap. On a failure libc ends the program or does
        // without.
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
