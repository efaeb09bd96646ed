// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// The program that the scenarios start. It is linked statically and at a fixed address, so that the
// filter of the walker can tell its system calls from those of the library by the instruction pointer.
// Its arguments:
//
//   check FDS     exits with 91 unless exactly these descriptors are open ("0,1,2"), with 92 if a
//                 signal is blocked, with 93 if a signal is ignored
//   exit N        exits with code N
//   sleep         sleeps until a signal kills it
//   doze          sleeps 3 s
//   echo          copies standard input to standard output until end of file
//   write N FD    writes N bytes of 'x' to descriptor FD
//   heir          leaves a sleeping grandchild that keeps every descriptor
//   deaf          ignores SIGTERM

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

namespace {

constexpr int descriptorsDiffer = 91;
constexpr int signalIsBlocked = 92;
constexpr int signalIsIgnored = 93;

// The alarm ends the child of a walker that was killed.
[[noreturn]] void sleepForEver()
{
    alarm(120);
    while (true)
        pause();
}

bool isListed(const char *list, int fd)
{
    for (const char *at = list; at && *at != '\0';
         at = std::strchr(at, ',') ? std::strchr(at, ',') + 1 : nullptr) {
        if (std::atoi(at) == fd)
            return true;
    }
    return false;
}

void checkDescriptors(const char *list)
{
    for (const char *at = list; at && *at != '\0';
         at = std::strchr(at, ',') ? std::strchr(at, ',') + 1 : nullptr) {
        if (fcntl(std::atoi(at), F_GETFD) < 0)
            _exit(descriptorsDiffer);
    }
    DIR *directory = opendir("/proc/self/fd");
    while (const dirent *entry = directory ? readdir(directory) : nullptr) {
        const int fd = std::atoi(entry->d_name);
        if (entry->d_name[0] != '.' && fd != dirfd(directory) && !isListed(list, fd))
            _exit(descriptorsDiffer);
    }
    closedir(directory);
}

void checkSignals()
{
    sigset_t mask;
    sigprocmask(SIG_SETMASK, nullptr, &mask);
    for (int signal = 1; signal < NSIG; ++signal) {
        if (sigismember(&mask, signal) == 1)
            _exit(signalIsBlocked);
        struct sigaction action = {};
        if (sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN)
            _exit(signalIsIgnored);
    }
}

void writeAll(int fd, const char *data, size_t size)
{
    while (size > 0) {
        const ssize_t count = write(fd, data, size);
        if (count < 0 && errno != EINTR)
            _exit(94);
        if (count > 0) {
            data += count;
            size -= static_cast<size_t>(count);
        }
    }
}

void echo()
{
    char buffer[65536];
    ssize_t count;
    while ((count = read(STDIN_FILENO, buffer, sizeof buffer)) > 0)
        writeAll(STDOUT_FILENO, buffer, static_cast<size_t>(count));
}

void writeBytes(long count, int fd)
{
    char block[16384];
    std::memset(block, 'x', sizeof block);
    for (; count > 0; count -= static_cast<long>(sizeof block))
        writeAll(fd, block,
                 static_cast<size_t>(count) < sizeof block ? static_cast<size_t>(count) : sizeof block);
}

} // namespace

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; ++i) {
        const char *word = argv[i];
        const auto next = [&] { return i + 1 < argc ? argv[++i] : ""; };
        if (std::strcmp(word, "check") == 0) {
            checkDescriptors(next());
            checkSignals();
        } else if (std::strcmp(word, "exit") == 0) {
            _exit(std::atoi(next()));
        } else if (std::strcmp(word, "sleep") == 0) {
            sleepForEver();
        } else if (std::strcmp(word, "doze") == 0) {
            sleep(3);
        } else if (std::strcmp(word, "echo") == 0) {
            echo();
        } else if (std::strcmp(word, "write") == 0) {
            const long count = std::atol(next());
            writeBytes(count, std::atoi(next()));
        } else if (std::strcmp(word, "heir") == 0) {
            if (fork() == 0)
                sleepForEver();
        } else if (std::strcmp(word, "deaf") == 0) {
            std::signal(SIGTERM, SIG_IGN);
        } else {
            _exit(99);
        }
    }
    return 0;
}
