// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include <ForkFd/spawn.h>

#include "core/base/cgroup.h"
#include "core/base/deadline.h"
#include "core/base/wait.h"
#include "core/start/description.h"
#include "core/start/guardedstart.h"
#include "core/start/plan.h"
#include "core/start/programsearch.h"
#include "core/start/start.h"
#include "core/watch/exitwatch.h"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace ForkFd {

using namespace Internal;

using std::chrono::milliseconds;

namespace {

std::string programOf(const Command &command)
{
    return command.program.empty() && !command.argv.empty() ? command.argv.front() : command.program;
}

// The request has no executable if the program is not found.
StartRequest requestOf(const Command &command, const LaunchOptions &options, int &searchError)
{
    StartRequest request;
    const std::string program = programOf(command);
    request.executable =
        findExecutable(searchPathFor(program), program, EmptyEntry::CurrentDirectory, &searchError)
            .value_or(std::string());
    request.command = command;
    if (command.argv.empty())
        request.command.argv.push_back(program);
    request.options = options;
    return request;
}

} // namespace

Child::Child(ExitWatchPtr watch) noexcept
    : m_watch(std::move(watch))
    , m_pid(m_watch->pid())
{
}

/// \since 0.1
Child::Child(Child &&other) noexcept
    : m_watch(std::move(other.m_watch))
    , m_exitInfo(std::exchange(other.m_exitInfo, std::nullopt))
    , m_pid(std::exchange(other.m_pid, -1))
{
}

/// \since 0.1
Child &Child::operator=(Child &&other) noexcept
{
    m_watch = std::move(other.m_watch);
    m_exitInfo = std::exchange(other.m_exitInfo, std::nullopt);
    m_pid = std::exchange(other.m_pid, -1);
    return *this;
}

/// A child that still runs continues, and the library reaps it when it ends. Never blocks and never
/// fails. If there is no memory or thread for that, a later call to the library reaps the child. \since
/// 0.1
Child::~Child() = default;

/// The id names this child until it is reaped, by wait() or by other code of the process. After that
/// another process may get the number, so use sendSignal() rather than kill(2). Returns -1 if the object
/// was moved from.
///
/// Never blocks. **Errors:** none. \since 0.1
pid_t Child::pid() const noexcept
{
    return m_pid;
}

/// Use it with poll(2), select(2) or an event loop. It becomes readable when wait() is likely to have a
/// result. It belongs to this object: do not read from it, close it or wait for it (waitid(2)). It is
/// close-on-exec. Returns -1 once wait() has returned a result, or if the object was moved from.
///
/// Never blocks. **Errors:** none. \since 0.1
int Child::descriptor() const noexcept
{
    return m_watch ? m_watch->descriptor() : -1;
}

/// Returns how the child ended, or nothing if it still runs after the timeout. The first call that sees
/// the end reaps the child; later calls return the same result at once. If other code of the process has
/// reaped the child, its wait status is still known on Linux 6.15 and newer, without resource usage;
/// elsewhere the result is ExitInfo::Unknown.
///
/// Blocks for the timeout at most, and is a cancellation point while it does. Not async-signal-safe;
/// one thread at a time.
/// **Errors:** none; an object that was moved from returns nothing at once.
/// \since 0.1
std::optional<ExitInfo> Child::wait(milliseconds timeout)
{
    const CancellationBlocker blocker;
    const Deadline deadline = Deadline::unlessNegative(timeout);
    RetryDelay retryDelay;
    while (!m_exitInfo && m_watch && m_watch->isWatching()) {
        const int rest = deadline.pollTimeout();
        if (sleepUntilReadable(m_watch->descriptor(), rest, blocker)) {
            m_exitInfo = m_watch->collect();
            if (m_exitInfo)
                m_watch.reset();
            else if (rest != 0)
                pauseFor(rest < 0 ? retryDelay.next() : std::min(retryDelay.next(), milliseconds(rest)));
        }
        if (rest == 0)
            break;
    }
    return m_exitInfo;
}

/// Returns true if the signal was sent. Signal 0 only checks whether the child can be signalled. The
/// signal cannot reach another process that got the number, with one exception: if a filter refuses
/// pidfd_send_signal(2), this function uses the number, right after a check that the child still exists
/// (docs/sandboxes.md).
///
/// Never blocks. Not async-signal-safe; one thread at a time. **Errors** (errno): EINVAL, no such
/// signal; EPERM, the child has taken another identity; ESRCH, the child has ended and was reaped (with
/// Backend::SigChld: has ended), or the object was moved from, or this process is a forked copy. Until
/// an ended child is reaped, this function returns true for it and does nothing. \since 0.1
bool Child::sendSignal(int signal) noexcept
{
    const CancellationBlocker blocker;
    const int errorCode = m_watch ? m_watch->sendSignal(signal) : ESRCH;
    if (errorCode != 0)
        errno = errorCode;
    return errorCode == 0;
}

/// Starts `command.program` or, if that is empty, `command.argv[0]`. Returns when the child has executed
/// the program, or was killed before its exec. So a failure of the exec is reported, too. The child gets
/// the calling thread's signal mask unless `options` has one, the default action of SIGPIPE and of every
/// signal that the parent catches, ignored signals as they are, and the descriptors that are not
/// close-on-exec.
///
/// A login shell or a multi-call program learns from `argv[0]` what to do:
/// \code
/// ForkFd::spawn({.argv = {"-sh"}, .program = "/bin/sh", .environmentChanges = {{"TERM", "dumb"}}});
/// \endcode
/// The interpreter of a script gets the path of the script in its place (execve(2)). If `argv` is empty,
/// the child gets the name of the program there. A PATH in `environmentChanges` is only for the child:
/// the program is looked up in the parent's PATH.
///
/// Blocks until the exec, for a time that does not depend on the size of this process. While the program
/// is open for writing (ETXTBSY), the exec is tried again for at least 20 ms. May be called
/// from any thread; not async-signal-safe. Installs no SIGCHLD handler on Linux 5.4 and newer.
///
/// **Errors:** no result; `error` has the step, its errno and its subject, and nothing was started.
/// - `program`: EINVAL, the program is empty or has an embedded NUL.
/// - `argument`, `environment`: EINVAL, a string has an embedded NUL, or a name in `environmentChanges`
///   is empty or has a "=".
/// - `workingDirectory`: EINVAL, an embedded NUL; otherwise the errno of chdir(2).
/// - the name of a LaunchOptions member: see docs/options.md. Also EINVAL, the value is invalid;
///   ENOTSUP, this system does not support the option, or it is `pseudoTerminal`, which only
///   ChildProcess supports.
/// - `fileDescriptors`: EINVAL, a `childFd` is listed twice; EBADF, a negative number, a `parentFd`
///   that is not open, a `childFd` above RLIMIT_NOFILE.
/// - `backend`: EINVAL, FORKFD_BACKEND names an unknown or unavailable backend.
/// - `descriptors`: EMFILE or ENFILE, no descriptor is left for the child.
/// - `clone`: EAGAIN, a limit on processes was reached, or a thread that the library needs could not be
///   made; ENOMEM.
/// - `exec`: the errno of execve(2). If PATH has no such program: EACCES if this process may not
///   execute a program of that name, else the error of an entry that could not be searched (ELOOP, EIO,
///   …), else ENOENT. Such an entry does not end the search, as it would in execvp(3). The subject is
///   the program, or "interpreter … of …" if the interpreter of its "#!" line or its dynamic loader
///   cannot be executed.
///
/// Does not change errno. Throws std::bad_alloc for lack of memory, before there is a child. \since 0.1
std::optional<Child> spawn(const Command &command, const LaunchOptions &options, StartError *error)
{
    const CancellationBlocker blocker;
    const int savedErrno = errno;
    StartResult result;
    int searchError = 0;
    StartRequest request = requestOf(command, options, searchError);
    if (!request.executable.empty()) {
        PrivateCgroup none;
        result = startGuarded(none, std::move(request));
    } else {
        const std::string program = programOf(command);
        result.failure = program.empty() ? StartFailure(Step::Program, EINVAL)
                                         : StartFailure(Step::Exec, searchError, program);
    }
    errno = savedErrno;
    if (error)
        *error = result.failure.error();
    if (!result.watch)
        return std::nullopt;
    return Child(std::move(result.watch));
}

/// Each line consists of a name, a colon and a text. The lines tell the library's version, the kernel,
/// the backend, the result of rung(), the program and where it was found, how many arguments it gets,
/// the directory, how the environment differs from the parent's, and the options. Starts nothing.
///
/// You can publish the text: it contains no argument and no value of a variable, only the names of
/// variables that are set or removed. But it contains the names of the program and of directories, and
/// the numbers of users and groups.
/// \code
/// std::fputs(ForkFd::describe({.argv = {"make", "-j4"}}, {.niceValue = 10}).c_str(), stderr);
/// \endcode
/// The text is for people: programs must not depend on it.
///
/// Looks the program up as spawn() does, and blocks as long as the file system does. May be called from
/// any thread; not async-signal-safe. Does not change errno. **Errors:** none. The text says whether the
/// program is not found or an option is wrong, but not what only a start can find out. Throws
/// std::bad_alloc. \since 0.1
std::string describe(const Command &command, const LaunchOptions &options)
{
    const CancellationBlocker blocker;
    const int savedErrno = errno;
    int searchError = 0;
    const StartRequest request = requestOf(command, options, searchError);
    std::string text = Internal::describe(request, searchError);
    errno = savedErrno;
    return text;
}

} // namespace ForkFd
