// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// The child that the tests start. It carries out its arguments one after another:
//
//   exit N        exits with code N
//   signal N      dies of signal N, even if the signal was blocked or ignored
//   sleep         sleeps until a signal kills it
//   await FIFO    waits until a process opens and closes the fifo for writing
//   eof FD        waits for end of file on descriptor FD
//   stamp FD      writes its pid and CLOCK_MONOTONIC in ns to descriptor FD, as two 64-bit integers
//   echo          copies standard input to standard output until end of file
//   write N FD    writes N bytes of 'x' to descriptor FD
//   args …        prints the remaining arguments, one line each
//   env NAME      prints the value of the variable, or "(unset)"
//   environment   prints all variables, one line each
//   name          prints its argv[0]
//   cwd           prints the working directory
//   fds           prints the numbers of the open descriptors, on one line
//   inodes        prints each open descriptor and its inode, one line each
//   signals       prints the masks of blocked, ignored and caught signals as in /proc
//   burn N        uses N milliseconds of processor time
//   touch N       uses N MiB of memory
//   leave FD      closes descriptor FD
//   fork          leaves a grandchild that sleeps and keeps every descriptor; prints its pid
//   branch HOW    leaves a grandchild that sleeps and keeps every descriptor: in the "same" group, in a
//                 new "group" or "session", or as a "daemon", whose parent has ended
//   ignore N      ignores signal N
//   stop          stops itself
//   heir N        exits with code N; after that a grandchild carries out the remaining arguments
//   traced        is traced from now on, so that no process can reap it while its tracer lives: a
//                 grandchild that sleeps and keeps every descriptor; prints its pid, or 0
//   capacity FD   prints how many bytes the pipe FD holds, on standard error
//   grow N FD     makes the pipe FD hold N bytes
//   session       prints the numbers of its parent, process group and session, on one line
//   ids           prints its real and effective user, real and effective group, on one line
//   terminal      prints whether it has a controlling terminal: "yes" or "no"
//   foreground    prints whether its group is in the foreground there: "yes" or "no"
//   prompt        asks on the controlling terminal, and prints the answer, or why it cannot
//   ask FD        asks on the terminal FD, and prints the answer
//   identity      prints its real, effective and saved user and group, and its supplementary groups
//   limit N       prints its soft and hard limit of resource N
//   nice          prints its nice value
//   umask         prints its file mode creation mask, in octal
//   processors    prints the numbers of the processors that it may run on, on one line
//   oomscore      prints its oom_score_adj
//   cgroup        prints the path of its cgroup (v2)
//   privileges    prints whether it may gain privileges by an exec: "yes" or "no"
//   deathsignal   prints the signal that it gets when the thread that made it ends
//   cores         prints its soft and hard limit of a core, in bytes

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>

#include <dirent.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

namespace {

int numberOf(const char *argument)
{
    return argument ? std::atoi(argument) : 0;
}

void dieOf(int signal)
{
    std::signal(signal, SIG_DFL);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, signal);
    sigprocmask(SIG_UNBLOCK, &set, nullptr);
    kill(getpid(), signal); // raise() refuses the two signals that libc uses itself.
}

// Sleeps longer than a test lasts. If the test is killed, the alarm ends the child, which keeps the
// test's output open.
[[noreturn]] void sleepForEver()
{
    alarm(280);
    while (true)
        pause();
}

void awaitEndOfFile(int fd)
{
    char buffer[64];
    ssize_t count;
    while ((count = read(fd, buffer, sizeof buffer)) > 0 || (count < 0 && errno == EINTR)) { }
}

void writeStamp(int fd)
{
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    const std::int64_t stamp[] = {getpid(), now.tv_sec * 1'000'000'000LL + now.tv_nsec};
    if (write(fd, stamp, sizeof stamp) != sizeof stamp)
        std::exit(1);
}

void echo()
{
    char buffer[65536];
    ssize_t count;
    while ((count = read(STDIN_FILENO, buffer, sizeof buffer)) > 0) {
        for (ssize_t done = 0; done < count;) {
            const ssize_t written =
                write(STDOUT_FILENO, buffer + done, static_cast<size_t>(count - done));
            if (written < 0)
                std::exit(1);
            done += written;
        }
    }
}

void writeBytes(long count, int fd)
{
    const std::string block(65536, 'x');
    while (count > 0) {
        const ssize_t written =
            write(fd, block.data(), std::min<size_t>(block.size(), static_cast<size_t>(count)));
        if (written < 0)
            std::exit(1);
        count -= written;
    }
}

void printDescriptors()
{
    DIR *directory = opendir("/proc/self/fd");
    while (const dirent *entry = readdir(directory)) {
        if (entry->d_name[0] != '.' && numberOf(entry->d_name) != dirfd(directory))
            std::printf("%s ", entry->d_name);
    }
    closedir(directory);
    std::puts("");
}

void printInodes()
{
    DIR *directory = opendir("/proc/self/fd");
    while (const dirent *entry = readdir(directory)) {
        const int fd = numberOf(entry->d_name);
        struct stat status;
        if (entry->d_name[0] != '.' && fd != dirfd(directory) && fstat(fd, &status) == 0)
            std::printf("%d %lu\n", fd, static_cast<unsigned long>(status.st_ino));
    }
    closedir(directory);
}

void burnProcessorTime(long milliseconds)
{
    while (std::clock() < milliseconds * (CLOCKS_PER_SEC / 1000)) { }
}

void touchMemory(std::size_t mebibytes)
{
    const std::size_t size = mebibytes * 1024 * 1024;
    char *memory = static_cast<char *>(std::malloc(size));
    for (std::size_t i = 0; i < size; i += 4096)
        *static_cast<volatile char *>(memory + i) = 1;
    std::free(memory);
}

void printSignalMasks()
{
    std::FILE *status = std::fopen("/proc/self/status", "re");
    char line[256];
    while (std::fgets(line, sizeof line, status)) {
        for (const char *name : {"SigBlk:", "SigIgn:", "SigCgt:"}) {
            if (std::strncmp(line, name, std::strlen(name)) == 0)
                std::fputs(line, stdout);
        }
    }
    std::fclose(status);
}

void leaveGrandchild()
{
    const pid_t pid = fork();
    if (pid == 0)
        sleepForEver();
    std::printf("%d\n", static_cast<int>(pid));
}

// Returns when the grandchild has its group or session, or is a daemon.
void leaveBranch(const std::string &how)
{
    int isReady[2];
    if (pipe(isReady) != 0)
        std::exit(1);
    const pid_t pid = fork();
    if (pid == 0) {
        close(isReady[0]);
        if (how == "daemon" && (setsid() < 0 || fork() != 0))
            _exit(0);
        if ((how == "group" && setpgid(0, 0) != 0) || (how == "session" && setsid() < 0))
            _exit(1);
        close(isReady[1]);
        sleepForEver();
    }
    close(isReady[1]);
    awaitEndOfFile(isReady[0]);
    close(isReady[0]);
    if (how == "daemon")
        waitpid(pid, nullptr, 0);
}

// Returns in the grandchild, after the child has exited.
void exitAndLeaveAnHeir(int code)
{
    int life[2];
    if (pipe(life) != 0)
        std::exit(98);
    if (fork() != 0)
        _exit(code);
    close(life[1]);
    awaitEndOfFile(life[0]);
    close(life[0]);
}

void letGrandchildTrace()
{
    prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY); // Otherwise Yama lets no child trace its parent.
    int isReady[2];
    if (pipe(isReady) != 0 || fork() == 0) {
        const bool traces = ptrace(PTRACE_SEIZE, getppid(), nullptr, nullptr) == 0;
        std::printf("%d\n", traces ? static_cast<int>(getpid()) : 0);
        std::fflush(stdout);
        close(isReady[0]);
        close(isReady[1]);
        sleepForEver();
    }
    close(isReady[1]);
    char none;
    while (read(isReady[0], &none, 1) < 0) { }
    close(isReady[0]);
}

void printSession()
{
    std::printf("%d %d %d\n", static_cast<int>(getppid()), static_cast<int>(getpgrp()),
                static_cast<int>(getsid(0)));
    std::fflush(stdout);
}

void printIds()
{
    std::printf("%u %u %u %u\n", getuid(), geteuid(), getgid(), getegid());
}

void printTerminal()
{
    const int terminal = open("/dev/tty", O_RDONLY | O_NOCTTY | O_NONBLOCK);
    std::puts(terminal >= 0 ? "yes" : "no");
    close(terminal);
}

void printForeground()
{
    const int terminal = open("/dev/tty", O_RDONLY | O_NOCTTY | O_NONBLOCK);
    std::puts(tcgetpgrp(terminal) == getpgrp() ? "yes" : "no");
    close(terminal);
}

// Turns the echo off, as ssh, git and sudo do. That call alone stops a child in the background
// (SIGTTOU).
void ask(int terminal)
{
    termios settings;
    if (terminal < 0 || tcgetattr(terminal, &settings) != 0) {
        std::printf("no terminal: %s\n", std::strerror(errno));
        return;
    }
    termios silent = settings;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    tcsetattr(terminal, TCSAFLUSH, &silent);
    const char question[] = "Password: ";
    char answer[64] = "";
    if (write(terminal, question, sizeof question - 1) < 0
        || read(terminal, answer, sizeof answer - 1) < 0)
        std::printf("no answer: %s\n", std::strerror(errno));
    tcsetattr(terminal, TCSAFLUSH, &settings);
    std::fputs(answer, stdout);
}

void printIdentity()
{
    uid_t users[3];
    gid_t groups[3];
    getresuid(&users[0], &users[1], &users[2]);
    getresgid(&groups[0], &groups[1], &groups[2]);
    gid_t others[64];
    const int count = getgroups(64, others);
    std::printf("%u %u %u, %u %u %u,", users[0], users[1], users[2], groups[0], groups[1], groups[2]);
    for (int i = 0; i < count; ++i)
        std::printf(" %u", others[i]);
    std::puts("");
}

void printProcessors()
{
    cpu_set_t set;
    CPU_ZERO(&set);
    sched_getaffinity(0, sizeof set, &set);
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
        if (CPU_ISSET(cpu, &set))
            std::printf("%d ", cpu);
    }
    std::puts("");
}

// Prints the lines that begin with `beginning`, without it, of a file in /proc.
void printLines(const char *file, const char *beginning)
{
    std::FILE *lines = std::fopen(file, "re");
    char line[4096];
    while (lines && std::fgets(line, sizeof line, lines)) {
        if (std::strncmp(line, beginning, std::strlen(beginning)) == 0)
            std::fputs(line + std::strlen(beginning), stdout);
    }
    if (lines)
        std::fclose(lines);
}

void printDeathSignal()
{
    int signal = 0;
    prctl(PR_GET_PDEATHSIG, &signal);
    std::printf("%d\n", signal);
}

void printLimit(int resource)
{
    rlimit limit = {};
    getrlimit(static_cast<__rlimit_resource_t>(resource), &limit);
    std::printf("%lld %lld\n", static_cast<long long>(limit.rlim_cur),
                static_cast<long long>(limit.rlim_max));
}

} // namespace

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; ++i) {
        const std::string word = argv[i];
        const auto next = [&] { return i + 1 < argc ? argv[++i] : nullptr; };
        if (word == "exit") {
            std::fflush(stdout);
            _exit(numberOf(next()));
        } else if (word == "signal") {
            dieOf(numberOf(next()));
        } else if (word == "sleep") {
            std::fflush(stdout);
            sleepForEver();
        } else if (word == "await") {
            awaitEndOfFile(open(next(), O_RDONLY));
        } else if (word == "eof") {
            awaitEndOfFile(numberOf(next()));
        } else if (word == "stamp") {
            writeStamp(numberOf(next()));
        } else if (word == "echo") {
            echo();
        } else if (word == "write") {
            const long count = std::atol(next());
            writeBytes(count, numberOf(next()));
        } else if (word == "args") {
            while (const char *argument = next())
                std::puts(argument);
        } else if (word == "env") {
            const char *value = std::getenv(next());
            std::puts(value ? value : "(unset)");
        } else if (word == "environment") {
            for (char **variable = environ; *variable; ++variable)
                std::puts(*variable);
        } else if (word == "name") {
            std::puts(argv[0]);
        } else if (word == "cwd") {
            char directory[4096];
            std::puts(getcwd(directory, sizeof directory));
        } else if (word == "fds") {
            printDescriptors();
        } else if (word == "inodes") {
            printInodes();
        } else if (word == "burn") {
            burnProcessorTime(numberOf(next()));
        } else if (word == "touch") {
            touchMemory(static_cast<std::size_t>(numberOf(next())));
        } else if (word == "signals") {
            printSignalMasks();
        } else if (word == "leave") {
            close(numberOf(next()));
        } else if (word == "fork") {
            leaveGrandchild();
        } else if (word == "branch") {
            leaveBranch(next());
        } else if (word == "ignore") {
            std::signal(numberOf(next()), SIG_IGN);
        } else if (word == "stop") {
            std::fflush(stdout);
            raise(SIGSTOP);
        } else if (word == "heir") {
            std::fflush(stdout);
            exitAndLeaveAnHeir(numberOf(next()));
        } else if (word == "traced") {
            letGrandchildTrace();
        } else if (word == "capacity") {
            std::fprintf(stderr, "%d\n", fcntl(numberOf(next()), F_GETPIPE_SZ));
        } else if (word == "grow") {
            const int size = numberOf(next());
            fcntl(numberOf(next()), F_SETPIPE_SZ, size);
        } else if (word == "session") {
            printSession();
        } else if (word == "ids") {
            printIds();
        } else if (word == "terminal") {
            printTerminal();
        } else if (word == "cores") {
            printLimit(RLIMIT_CORE);
        } else if (word == "limit") {
            printLimit(numberOf(next()));
        } else if (word == "foreground") {
            printForeground();
        } else if (word == "prompt") {
            ask(open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC));
        } else if (word == "ask") {
            ask(numberOf(next()));
        } else if (word == "identity") {
            printIdentity();
        } else if (word == "nice") {
            std::printf("%d\n", getpriority(PRIO_PROCESS, 0));
        } else if (word == "umask") {
            std::printf("%o\n", umask(0));
        } else if (word == "processors") {
            printProcessors();
        } else if (word == "oomscore") {
            printLines("/proc/self/oom_score_adj", "");
        } else if (word == "cgroup") {
            printLines("/proc/self/cgroup", "0::");
        } else if (word == "privileges") {
            std::puts(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? "no" : "yes");
        } else if (word == "deathsignal") {
            printDeathSignal();
        } else {
            std::fprintf(stderr, "child: what is \"%s\"?\n", word.c_str());
            return 99;
        }
    }
    return 0;
}
