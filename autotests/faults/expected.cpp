// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "expected.h"

#include "calls.h"

#include <algorithm>
#include <iterator>
#include <string_view>

#include <fnmatch.h>

namespace Faults {

namespace {

/// A result that is neither right nor a start error, and the reason why the library may give it.
/// Patterns are those of the shell, with @(this|that).
struct Expected
{
    const char *scenario; ///< "SCENARIO/BACKEND" …
    const char *place; ///< … "ACTOR/CALL" …
    const char *errors; ///< … names of errno values, or "" for all …
    const char *whatHappens; ///< … and one message of the walker.
    const char *reason;
    bool leavesChildren = false; ///< They stay until the end, so the walker waits less.
    Kind kind = Kind::Calls; ///< With Calls also for either failure of a pair.
};

constexpr Expected table[] = {
    // Another way is taken, and keeps what it needs.
    {"*/auto", "*/@(waitid:P_PIDFD|pidfd_open|clone)", "",
     "left:?( +1 anon_inode:?eventfd?)?( +1 threads)?( +@(9|1?) mappings)",
     "the kernel gives no pidfds, or has none to wait for: SIGCHLD takes over, with its sweeper"},
    {"*", "*/epoll_*", "", "left: +? anon_inode:?eventfd?",
     "poll(2) takes the place of epoll, and an eventfd tells it of a change to its set"},
    {"*", "*/@(eventfd2|read|write)", "", "left: +@(?|1?) socket",
     "a socket pair takes the place of an eventfd"},
    {"modifierInSharedMemory/*", "@(any|main)/@(clone|mmap:stack|mprotect)", "",
     "left: +1 anon_inode:?eventpoll?",
     "a copied child lives when its output comes, so that the thread has its second poll set, as in "
     "\"modifier\""},
    {"run*/*", "@(run1|main|any)/@(epoll_*|eventfd2|clone3|mmap:stack)", "",
     "left: +1 anon_inode:?eventfd? +1 anon_inode:?eventpoll?",
     "a job that fails while its start is under way leaves the child to the keeper, which keeps its "
     "poll set"},

    {"*/auto", "*/@(eventfd2|pipe2)", "",
     "left: +1 anon_inode:?eventfd? +1 threads?( +@(9|1?) mappings)",
     "without a spare descriptor SIGCHLD takes over, with its sweeper", false, Kind::Pairs},

    // An errno that says more takes its place.
    {"*", "*/fcntl:F_DUPFD_CLOEXEC", "EINVAL", "@(result|next start) \"start: * EMFILE\" instead*",
     "fcntl(2): the number exceeds RLIMIT_NOFILE"},

    {"modifier*/auto", "*/pipe2", "EFAULT", "@(result|next start) \"start: clone EFAULT\" instead*",
     "without an eventfd a pipe is the spare descriptor", false, Kind::Pairs},

    {"searched/*", "*/access", "", "@(result|next start) \"start: exec EACCES\" instead*",
     "if access(2) fails, too, the program counts as not executable", false, Kind::Pairs},

    // A thread cannot be created.
    {"*/sigchld", "*/@(clone3|mmap:stack)", "ENOMEM",
     "result \"start: @(-|clone|dieWithParent) EAGAIN\" instead*",
     "pthread_create(3) says EAGAIN when the kernel says ENOMEM"},
    {"*/auto", "*/@(clone3|mmap:stack)", "ENOMEM",
     "@(result|next start) \"start: @(-|clone|dieWithParent|treeDiesWithParent) EAGAIN\" instead*",
     "the same, if the first failure leads to SIGCHLD", false, Kind::Pairs},
    {"run*", "*/@(clone3|mmap:stack)", "", "@(result|next start) \"start: clone EAGAIN\" instead*",
     "std::thread: without one run() says EAGAIN"},
    {"background*/*", "*/@(clone3|mmap:stack)", "ENOMEM",
     "@(result|next start) \"start: clone EAGAIN\" instead*",
     "pthread_create(3) says EAGAIN when the kernel says ENOMEM"},
    {"dieWithParent/*", "*/@(clone3|mmap:stack)", "",
     "@(result|next start) \"start: dieWithParent EAGAIN\" instead*",
     "without a thread that makes it such a child is refused with EAGAIN"},
    {"@(dropped|closed|destroyedWith*)/*", "*/@(clone3|mmap:stack)", "",
     "@(left: *zombie*|@(result|next start) \"?(closed, )left\" instead*|left: +? anon_inode:?pidfd?)",
     "R1: collected with the next child that is left", true},
    {"@(dropped|closed)/auto", "main/malloc", "", "result \"?(closed, )left\" instead*",
     "R1: the keeper lacks memory, and collects the child when it gets the next one", true,
     Kind::Allocations},
    {"@(stopGroup|stopTree)/*", "*/@(clone3|mmap:stack)", "", "left: +@(1|2) anon_inode:?pidfd?",
     "R1: a group whose last member is still a zombie is let go with the next child that is left"},

    // The guardian.
    {"guarded*/*", "*", "", "left:?( +1 anon_inode:?eventfd?)?( +1 anon_inode:?eventpoll?)",
     "the cgroup of a guardian that has not begun goes to the keeper, which keeps its poll set"},
    {"guarded*/*", "*/@(clone3|mmap:stack)", "ENOMEM",
     "@(result|next start) \"start: treeDiesWithParent EAGAIN\" instead*",
     "pthread_create(3) says EAGAIN when the kernel says ENOMEM"},
    {"guarded*/*", "any/@(openat|read|readlink|newfstatat|getdents64|kill|pread64)", "",
     "outlives the process: *", "what a guardian cannot find out counts as alive, and it tries for 10 s",
     true},
    {"guarded*/*", "guardian?/@(openat|read|readlink|newfstatat|getdents64|kill|pread64)", "",
     "outlives the process: *", "the same", true, Kind::Pairs},
    {"guarded*/*", "any/@(waitid|waitid:P_PIDFD)", "", "outlives the process: *",
     "a leader that is reaped at once may end before the guardian has read when it began; its number is "
     "not trusted then",
     true},
    {"guarded*/*", "child?/openat", "EACCES ENOENT", "outlives the process: *",
     "a leader without pidfd and without /proc cannot say when it began; its number is not trusted then",
     true},
    {"guarded*/*", "any/sendto", "", "@(result|next start) \"start: treeDiesWithParent EPIPE\" instead*",
     "the guardian cannot say that it listens, and ends"},
    {"guarded*/*", "guardian?/recvmsg", "ECONNRESET", "@(result|next start) *",
     "the kernel itself says so when the program has ended"},
    {"guarded*/*", "guardian?/getdents64", "ENOENT", "outlives the process: *",
     "readdir(3) takes ENOENT for the end of a directory"},
    {"guarded*/*", "guardian?/@(openat|readlink|newfstatat)", "ENOENT", "outlives the process: *",
     "there is no /proc, or the process has ended: the guardian forgets what it cannot see"},

    // Bytes are lost, and the caller learns of it.
    {"*", "*/@(write|writev|pwritev2)", "", "@(result|next start) \"*, errors*4*\" instead*",
     "WriteError: the child has not got its input"},
    {"run/*", "*/@(writev|pwritev2)", "",
     "@(result|next start) \"exited with code 3, , xxxxx\" instead*",
     "run() has no word for input that the child has not got; that it is missing shows in what the "
     "child makes of it"},
    {"*", "*/read", "", "@(result|next start) \"*, errors*3*\" instead*",
     "ReadError: the output, or the rest of it, is lost"},
    {"*", "*/read", "EAGAIN", "result \"exited with code 3, *\" instead*",
     "after the end of the child a pipe that says that it is empty is believed"},
    {"pseudoTerminal/*", "*/read", "EIO", "result \"exited with code 3, , \" instead*",
     "EIO is how a terminal says that all others have closed it"},
    {"run*", "*/read", "", "@(result|next start) \"exited with code 3*\" instead*",
     "run() has no word for output that cannot be read"},

    // The kernel reports something untrue, and nothing contradicts it.
    {"backgroundCanceled/sigchld", "*/wait4", "ECHILD",
     "@(left: *zombie*|@(result|next start) \"left\" instead*)",
     "another thread may have collected the child that ended before its exec", true},
    {"backgroundCanceled/sigchld", "*/waitid", "ECHILD", "@(result|next start) \"left\" instead*",
     "the same, if the first failure leads to a copy", true, Kind::Pairs},
    {"*", "*/@(wait4|waitid|waitid:P_PIDFD)", "ECHILD",
     "@(left: *@(zombie|sleeping)*|left: +1 anon_inode:?eventfd?|outlives the process: *)",
     "another thread may have collected the child: then it has ended, and gets no signal", true},
    {"*", "*/@(wait4|waitid|waitid:P_PIDFD)", "ECHILD",
     "result \"@(-1|*exit status unknown*|an end too early|no end|*wait: 10|exited with code 5, , , "
     "limit|does not finish|no signal; *|killed by SIGKILL*|?(closed, )left)\" instead*",
     "another thread may have collected the child: then it has ended, and gets no signal"},
    {"dieWithParent/*", "*/waitid*", "ECHILD", "result \"killed by SIGTERM\" instead*",
     "the same: the thread that has created the child ends, and its end sends the signal", false,
     Kind::Pairs},
    {"*", "main/wait4", "EINTR", "@(left: *zombie*|next start \"closed, left\" instead*)",
     "posix_spawn(3) blocks all signals and does not repeat its wait for a failed child", true,
     Kind::Pairs},
    {"*", "*/waitid:P_PIDFD", "EAGAIN",
     "@(left: *zombie*|result \"@(-1|wait: 10|*exit status unknown*|*errors 5)\" instead*|"
     "@(result|next start) \"?(closed, )left\" instead*)",
     "the kernel says that the child lives, its descriptor that it has ended, and nothing tells its "
     "status",
     true, Kind::Pairs},
    {"@(closed|dropped|destroyedWith*|runCanceled)/*",
     "*/@(wait4|waitid*|pidfd_open|newfstatat|fcntl:F_GETFD)", "ECHILD ESRCH EBADF",
     "next start \"?(closed, )@(left|canceled)\" instead*",
     "the child that the first start has left is still there"},
    {"*", "*/pidfd_open", "ESRCH",
     "@(left: *zombie*|result \"@(wait: 10|closed, left|ended, exit status unknown*)\" instead*)",
     "no process has that number: another thread has collected the child", true},
    {"*", "*/@(kill|pidfd_send_signal)", "ESRCH",
     "@(left: *|outlives the process: *|@(result|next start) \"@(does not finish|left|killed by "
     "SIGKILL*|no signal; *)\" instead*)",
     "the child has ended, and no process is left to signal", true},
    {"*", "*/@(newfstatat|fcntl:F_GETFD)", "EBADF",
     "@(left: *zombie*|left: +1 anon_inode:?pidfd?|left: +[12] socket|result \"@(*wait: 22|*not "
     "closed*|-1 *)\" instead*)",
     "the user has closed the descriptor", true},

    // The child has no other way to talk to its parent.
    {"@(forkfdUseFork|modifier*)/*", "*/read", "",
     "@(result|next start) \"@(1 125|exited with code 125*)\" instead*",
     "a copy that may not read cannot hear that it may begin; no program lives where read(2) is "
     "refused"},
    {"*", "child?/read", "",
     "@(result|next start) \"@(1 125|*exited with code 125*|an end too early)\" instead*",
     "the same, if the first failure leads to a copy", false, Kind::Pairs},
    {"modifier*/*", "main/read", "", "result \"killed by SIGPIPE, , , errors 1\" instead*",
     "a copy has no reader for its report; of such a socket the kernel says no error"},
    {"@(forkfdUseFork|modifier*)/*", "*/sendto", "",
     "@(result|next start) \"@(1 125|exited with code 125*)\" instead*",
     "a copy that lives although the kernel says that it has ended, or is not told that it may begin, "
     "ends"},
    {"treeEnded/auto", "*/ioctl:PIDFD_GET_INFO", "",
     "@(result|next start) \"killed by SIGTERM, , , errors 5\" instead*",
     "the kernel does not know the status any more, but gives it when the leader is reaped", false,
     Kind::Pairs},
    {"@(modifier|missing)*/*", "*/@(read|write)", "",
     "@(result|next start) \"exited with code 127?(, , )\" instead*",
     "a copy whose report cannot be written or read ends like a shell that finds no program", false,
     Kind::Pairs},
    {"guarded*/*", "*/@(read|write)", "",
     "@(result|next start) \"start: treeDiesWithParent ECHILD\" instead*",
     "a report that cannot be read or written counts as none", false, Kind::Pairs},
    {"detached*/*", "*/@(read|write)", "", "@(result|next start) \"start: clone ECHILD\" instead*",
     "a report that cannot be read or written counts as none; no program lives where both are refused"},

    // A signal does not reach its process.
    {"@(killed|escalated)/*", "*/pidfd_send_signal", "EBADF EPERM EINVAL",
     "@(result \"does not finish\" instead*|left: +1 anon_inode:?eventfd? +1 anon_inode:?eventpoll?"
     "?( +1 threads)?( +@(9|1?) mappings))",
     "the kernel itself says so of another identity, of a signal that it does not have and of a "
     "descriptor that the user has closed: a refused kill is not repeated. The object kills the child "
     "when it goes, and leaves it to the keeper, which keeps its poll set, if it has not ended at once",
     true},
    {"@(killed|escalated|pipeline|stopProcess|limited|destroyedWithStop)/*", "*/pidfd_send_signal",
     "EBADF EPERM EINVAL",
     "@(left: *|outlives the process: *|@(result|next start) \"@(does not finish|left)\" instead*)",
     "the same of both signals", true, Kind::Pairs},
    {"escalated/*", "*/kill", "", "@(left: *|result \"does not finish\" instead*)",
     "the same of a child without a pidfd", true, Kind::Pairs},
    {"destroyedWithKill/auto", "*/pidfd_send_signal", "EBADF EPERM EINVAL",
     "@(left: *|outlives the process: *|@(result|next start) \"left\" instead*)",
     "the kernel itself says so of another identity: a refused kill is not repeated", true},
    {"@(killed|escalated)/sigchld", "*/kill", "", "result \"does not finish\" instead*",
     "the filter refuses signals by number, and there is no other way", true},
    {"destroyedWithKill/sigchld", "*/kill", "",
     "@(left: *|outlives the process: *|@(result|next start) \"left\" instead*)",
     "the filter refuses signals by number, and there is no other way", true},
    {"signalled/*", "main/@(kill|pidfd_send_signal)", "",
     "result \"no signal; killed by SIGTERM\" instead*", "the caller is told that there was no signal"},
    {"*", "*/@(kill|pidfd_send_signal)", "", "@(result|next start) \"killed by SIGKILL*\" instead*",
     "the first signal is refused, and the grace ends in another one"},
    {"*/sigchld", "any/kill", "",
     "@(left: *|outlives the process: *|@(result|next start) \"@(does not finish|no signal; "
     "*|left|*limit)\" instead*)",
     "the filter refuses signals by number, and there is no other way", true},
    {"*/sigchld", "*/kill", "",
     "@(left: *|outlives the process: *|@(result|next start) \"@(does not finish|left)\" instead*)",
     "both signals by number are refused, and there is no other way", true, Kind::Pairs},
    {"@(stopTree|treeEnded)/auto", "*/pidfd_open", "",
     "@(result|next start) \"killed by SIGKILL*\" instead*",
     "the process cannot be named for the first signal, and the grace ends in another look", false,
     Kind::Pairs},
    {"@(stopTree|treeEnded)/*", "*/@(openat|read|readlink)", "",
     "@(result|next start) \"killed by SIGKILL*\" instead*",
     "the tree cannot be read for the first signal, and the grace ends in another look"},
    {"runLimited/*", "*/@(kill|pidfd_send_signal)", "",
     "result \"exited with code 5, , , limit\" instead*",
     "the first signal is refused, and the program ends before the grace does"},

    // The caller gets the errno.
    {"pseudoTerminal/*", "main/ioctl", "ENOTTY", "result \"start: pseudoTerminal EINVAL\" instead*",
     "grantpt(3) and unlockpt(3) say EINVAL where the kernel says ENOTTY"},
    {"*", "*/fcntl:F_GETFL", "", "@(result|next start) \"@(*-1*|*wait: *)\" instead*",
     "whether a wait may block cannot be known: it says why"},
    {"*", "any/fcntl:F_GETFL", "", "left: +1 anon_inode:?eventfd? +1 anon_inode:?eventpoll?*",
     "a child that cannot be waited for goes to the keeper, which keeps its poll set"},
};

bool matches(const char *pattern, const std::string &text)
{
    return fnmatch(pattern, text.c_str(), FNM_EXTMATCH) == 0;
}

bool concerns(const Expected &expected, const Fault &fault)
{
    return matches(expected.scenario, fault.scenario + '/' + fault.backend)
        && std::any_of(fault.failures.begin(), fault.failures.end(), [&](const Failure &failure) {
               return (expected.kind == failure.kind() || expected.kind == fault.kind())
                   && matches(expected.place, failure.place.actor + '/' + failure.place.call)
                   && (*expected.errors == '\0' || hasWord(expected.errors, failure.error));
           });
}

} // namespace

std::optional<std::size_t> expectedRow(const Fault &fault, const std::string &whatHappens)
{
    for (std::size_t row = 0; row < std::size(table); ++row) {
        if (concerns(table[row], fault) && matches(table[row].whatHappens, whatHappens))
            return row;
    }
    // Of what a pair leaves, one failure may explain one part and the other failure the rest.
    constexpr std::string_view left = "left:";
    const std::size_t plus = whatHappens.rfind(" +");
    if (fault.kind() != Kind::Pairs || !whatHappens.starts_with(left) || plus <= left.size()
        || plus == std::string::npos)
        return std::nullopt;
    const auto row = expectedRow(fault, std::string(left) + whatHappens.substr(plus));
    return row ? expectedRow(fault, whatHappens.substr(0, plus)) : std::nullopt;
}

bool mayLeaveChildren(const Fault &fault)
{
    return std::any_of(std::begin(table), std::end(table), [&](const Expected &expected) {
        return expected.leavesChildren && concerns(expected, fault);
    });
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
