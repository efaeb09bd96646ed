// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "expected.h"

#include "calls.h"

#include <iterator>

#include <fnmatch.h>

namespace Faults {

namespace {

/// What happens in another way than by a right result or a start error, and why that is right, too.
struct Expected
{
    const char *scenario; ///< Patterns as the shell has them: the scenario …
    const char *place; ///< … "ACTOR/CALL" …
    const char *errors; ///< … names of errno values, or "" for all …
    const char *whatHappens; ///< … and what the walker says of it.
    const char *reason;
};

// What the walker writes of the library's own descriptors, as a pattern.
constexpr Expected table[] = {
    // Another way is taken, and what that needs is kept.
    {"*/auto", "*/waitid:P_PIDFD", "", "left: +1 anon_inode:?eventfd?; ",
     "the kernel says that it has no pidfds to wait for: SIGCHLD takes over, and its sweeper's event "
     "stays"},
    {"*/auto", "*/waitid:P_PIDFD", "", "left: +1 anon_inode:?eventfd? +1 threads; ",
     "the kernel says that it has no pidfds to wait for: SIGCHLD takes over, with its sweeper"},
    {"*/auto", "*/pidfd_open", "", "left: +1 anon_inode:?eventfd? +1 threads; ",
     "no pidfd for a child that is known by its number: SIGCHLD takes over, with its sweeper"},
    {"*/auto", "*/clone", "", "left: +1 anon_inode:?eventfd? +1 threads; ",
     "no clone that gives a pidfd is left: SIGCHLD takes over, with its sweeper"},
    {"*/auto", "*/clone", "", "left: +1 threads; ",
     "no clone that gives a pidfd is left: SIGCHLD takes over, with its sweeper"},
    {"run*/auto", "*/waitid:P_PIDFD", "", "left: +1 anon_inode:?eventfd?; ",
     "the kernel says that it has no pidfds to wait for: SIGCHLD takes over, with its sweeper"},
    {"*", "*/epoll_*", "", "left: +? anon_inode:?eventfd?; ",
     "poll(2) takes the place of epoll, and an eventfd tells it of a change to its set"},
    {"*", "*/eventfd2", "", "left: +? socket; ", "a socket pair takes the place of an eventfd"},
    {"*", "*/write", "", "left: +? socket; ", "a socket pair takes the place of an eventfd"},
    {"*", "*/read", "", "left: +? socket; ", "a socket pair takes the place of an eventfd"},
    {"modifierInSharedMemory/*", "*", "", "left: +1 anon_inode:?eventpoll?; ",
     "a thread keeps its second poll set, which it makes if it reads output before the child has ended"},

    // A thread that cannot be made.
    {"*/sigchld", "*/clone3", "ENOMEM", "result \"start: * EAGAIN*",
     "pthread_create(3) says EAGAIN when the kernel says ENOMEM"},
    {"*/sigchld", "*/mmap:stack", "ENOMEM", "result \"start: * EAGAIN*",
     "pthread_create(3) says EAGAIN when the kernel says ENOMEM"},
    {"run*", "*/clone3", "", "result \"start: clone EAGAIN*",
     "std::thread: without one run() says EAGAIN"},
    {"run*", "*/mmap:stack", "", "result \"start: clone EAGAIN*",
     "std::thread: without one run() says EAGAIN"},
    {"dieWithParent/*", "*/clone3", "", "result \"start: dieWithParent EAGAIN*",
     "without a thread that makes it such a child is refused with EAGAIN"},
    {"dieWithParent/*", "*/mmap:stack", "", "result \"start: dieWithParent EAGAIN*",
     "without a thread that makes it such a child is refused with EAGAIN"},
    {"dropped/auto", "*/clone3", "", "result \"left\"*",
     "R1: collected with the next child that is left"},
    {"dropped/auto", "*/mmap:stack", "", "*result \"left\"*",
     "R1: collected with the next child that is left"},
    {"closed/auto", "*/clone3", "", "result \"closed, left\"*",
     "R1: collected with the next child that is left"},
    {"closed/auto", "*/mmap:stack", "", "*result \"closed, left\"*",
     "R1: collected with the next child that is left"},
    {"destroyedWith*/*", "*/clone3", "", "result \"left\"*",
     "R1: collected with the next child that is left"},
    {"destroyedWith*/*", "*/mmap:stack", "", "*result \"left\"*",
     "R1: collected with the next child that is left"},

    {"dropped/auto", "any/*", "", "next start \"left\"*",
     "R1: collected with the next child that is left"},
    {"dropped/auto", "any/*", "", "left: * (Z (zombie)); result \"left\"*",
     "R1: collected with the next child that is left"},
    {"closed/auto", "any/*", "", "next start \"closed, left\"*",
     "R1: collected with the next child that is left"},
    {"closed/auto", "any/*", "", "left: * (Z (zombie)); result \"closed, left\"*",
     "R1: collected with the next child that is left"},
    {"destroyedWith*/*", "any/*", "", "next start \"left\"*",
     "R1: collected with the next child that is left"},
    {"destroyedWith*/*", "any/*", "", "left: * (Z (zombie)); *",
     "R1: collected with the next child that is left"},

    // Bytes that are lost, and told of.
    {"*", "*/write", "", "result \"*, errors*4*", "WriteError: the child has not got its input"},
    {"*", "*/writev", "", "result \"*, errors*4*", "WriteError: the child has not got its input"},
    {"run/*", "*/writev", "", "result \"exited with code 3, , xxxxx\"*",
     "run() has no word for input that the child has not got; that it is missing shows in what the "
     "child makes of it"},
    {"*", "*/read", "", "result \"*, errors*3*", "ReadError: the output, or the rest of it, is lost"},
    {"*", "*/read", "EAGAIN", "result \"exited with code 3, *",
     "after the end of the child a pipe that says that it is empty is believed"},
    {"pseudoTerminal/*", "*/read", "EIO", "result \"exited with code 3, *",
     "EIO is how a terminal says that all others have closed it"},
    {"run*", "*/read", "", "result \"exited with code 3*",
     "run() has no word for output that cannot be read"},

    // The kernel says what is not so, and nothing contradicts it.
    {"*", "*/wait4", "ECHILD", "*", "another thread may have collected the child"},
    {"*", "*/waitid*", "ECHILD", "*", "another thread may have collected the child"},
    {"*", "*/wait4", "EINTR", "*",
     "wait(2): only without WNOHANG and with a signal, which none of these calls is"},
    {"*/sigchld", "*/waitid", "EINTR", "*",
     "wait(2): only without WNOHANG and with a signal, which none of these calls is"},
    {"*", "*/pidfd_open", "ESRCH", "*",
     "no process has that number: another thread has collected the child"},
    {"*", "*/pidfd_send_signal", "ESRCH", "*",
     "the child has ended, and nobody is left to be signalled"},
    {"*", "*/kill", "ESRCH", "*", "the child has ended, and nobody is left to be signalled"},
    {"*", "*/newfstatat", "EBADF", "*", "the user has closed the descriptor"},
    {"*", "*/fcntl:F_GETFD", "EBADF", "*not closed*", "the user has closed the descriptor"},

    // The child has nothing else to talk with.
    {"forkfdUseFork/*", "*/read", "", "result \"1 125\"*",
     "a copy that may not read cannot hear that it may begin; no program lives where read(2) is "
     "refused"},
    {"forkfdUseFork/*", "*/sendto", "", "result \"1 125\"*",
     "a copy that is not told that it may begin ends"},
    {"modifier*/*", "*/read", "", "result \"exited with code 125*",
     "a copy that may not read cannot hear that it may begin; no program lives where read(2) is "
     "refused"},
    {"modifier*/*", "*/sendto", "EPIPE ECONNRESET", "result \"exited with code 125*",
     "a copy that lives although the kernel says that it has ended is ended"},
    {"detachedAfterFork/*", "*/read", "", "result \"start: clone ECHILD*",
     "a report that cannot be read counts as none; no program lives where read(2) is refused"},
    {"detachedAfterFork/*", "*/write", "", "result \"start: clone ECHILD*",
     "a copy that cannot report counts as killed; no program lives where write(2) is refused"},

    // A signal that does not get through.
    {"killed/*", "main/pidfd_send_signal", "EBADF EPERM EINVAL", "result \"does not finish\"*",
     "the kernel itself says so of another identity, of a signal that it does not have and of a "
     "descriptor that the user has closed; a filter says so of each call"},
    {"killed/sigchld", "main/kill", "", "result \"does not finish\"*",
     "nobody may be signalled by number, and there is no other way"},
    {"escalated/*", "*/kill", "", "*result \"does not finish\"*",
     "a refused kill is not repeated: who may signal whom does not change"},
    {"escalated/*", "*/pidfd_send_signal", "EBADF EPERM EINVAL", "*result \"does not finish\"*",
     "a refused kill is not repeated: who may signal whom does not change"},
    {"signalled/*", "*", "", "result \"no signal; killed by SIGTERM\"*",
     "the caller is told that there was no signal"},
    {"destroyedWithKill/auto", "*/pidfd_send_signal", "EBADF EPERM EINVAL", "left: *",
     "a refused kill is not repeated: who may signal whom does not change"},
    {"destroyedWithKill/sigchld", "*/kill", "", "left: *",
     "a refused kill is not repeated: who may signal whom does not change"},
    {"*", "*/kill", "", "result \"killed by SIGKILL*",
     "the first signal is refused, and the grace ends in another one"},
    {"*", "*/pidfd_send_signal", "", "result \"killed by SIGKILL*",
     "the first signal is refused, and the grace ends in another one"},
    {"*/sigchld", "any/kill", "", "*", "nobody may be signalled by number, and there is no other way"},
    {"*", "any/kill", "", "result \"no signal*", "the caller is told that there was no signal"},

    {"stopTree/*", "*/openat", "", "result \"killed by SIGKILL*",
     "the tree cannot be read for the first signal, and the grace ends in another look"},
    {"stopTree/*", "*/read", "", "result \"killed by SIGKILL*",
     "the tree cannot be read for the first signal, and the grace ends in another look"},
    {"runLimited/*", "*", "", "*\"start: canceled ECANCELED\" instead*",
     "run(): the time limit was over before there was a child, on a busy machine"},
    {"runLimited/*", "*/kill", "", "*result \"exited with code 5, , , limit\"*",
     "the first signal is refused, and the program ends before the grace does"},
    {"runLimited/*", "*/pidfd_send_signal", "", "*result \"exited with code 5, , , limit\"*",
     "the first signal is refused, and the program ends before the grace does"},
    {"stop*/*", "*", "", "left: +1 /proc/*/stat; ",
     "the thread that looks for members of the group has one of these files open at a time"},

    {"run*", "*", "", "left: +1 anon_inode:?eventfd?; ",
     "the idle thread's hub keeps the event that it opens when first needed: a matter of time"},
    {"run*", "*", "", "left: +1 anon_inode:?eventfd? +1 anon_inode:?eventpoll?; ",
     "the idle thread's hub keeps the event and the second poll set that it opens when first needed: a "
     "matter of time"},
    {"run*", "*", "", "left: +1 anon_inode:?eventpoll?; ",
     "the idle thread's hub keeps the second poll set that it opens when first needed: a matter of "
     "time"},
    {"runCanceled/*", "*", "", "left: +*",
     "whether the program begins before it is cancelled is a matter of time; then the stopper's thread "
     "is there, too"},

    // Told to the caller with the errno.
    {"pseudoTerminal/*", "main/ioctl", "ENOTTY", "result \"start: pseudoTerminal EINVAL\"*",
     "the C library says EINVAL of a terminal that its kernel does not know"},
    {"*", "*/fcntl:F_GETFL", "", "result \"*-1*",
     "whether a wait may block cannot be known: it says why"},
    {"*", "any/fcntl:F_GETFL", "", "*result \"*wait: *",
     "whether a wait may block cannot be known: it says why"},
};

bool matches(const char *pattern, const std::string &text)
{
    return fnmatch(pattern, text.c_str(), 0) == 0;
}

} // namespace

std::optional<std::size_t> expectedRow(const Fault &fault, const std::string &whatHappens)
{
    for (std::size_t row = 0; row < std::size(table); ++row) {
        const Expected &expected = table[row];
        if (matches(expected.scenario, fault.scenario + '/' + fault.backend)
            && matches(expected.place, fault.place.actor + '/' + fault.place.call)
            && (*expected.errors == '\0' || hasWord(expected.errors, fault.error))
            && matches(expected.whatHappens, whatHappens))
            return row;
    }
    return std::nullopt;
}

std::size_t expectedRowCount()
{
    return std::size(table);
}

std::string expectedRowText(std::size_t row)
{
    const Expected &expected = table[row];
    return std::string(expected.scenario) + ' ' + expected.place + ' ' + expected.errors + ": "
        + expected.whatHappens + " (" + expected.reason + ')';
}

} // namespace Faults
