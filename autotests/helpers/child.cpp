// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// The child that the tests start. Its arguments are words that it acts on one after another:
//
//   exit N        exits with code N
//   signal N      dies of signal N, whatever was done to it
//   sleep         sleeps until a signal kills it
//   echo          copies standard input to standard output until end of file
//   write N FD    writes N bytes of 'x' to descriptor FD
//   args …        prints each of the remaining arguments on a line of its own
//   env NAME      prints the value of the variable, or "(unset)"
//   cwd           prints the working directory
//   fds           prints the numbers of the open descriptors, on one line
//   signals       prints the masks of blocked, ignored and caught signals, as /proc has them
//   leave FD      closes descriptor FD
//   fork          leaves a grandchild behind that sleeps and keeps every descriptor; prints its pid

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include <dirent.h>
#include <sys/resource.h>
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
    std::raise(signal);
}

[[noreturn]] void sleepForEver()
{
    while (true)
        pause();
}

void echo()
{
    char buffer[65536];
    ssize_t count;
    while ((count = read(STDIN_FILENO, buffer, sizeof buffer)) > 0) {
        for (ssize_t done = 0; done < count;) {
            const ssize_t written = write(STDOUT_FILENO, buffer + done, static_cast<size_t>(count - done));
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
        const ssize_t written = write(fd, block.data(), std::min<size_t>(block.size(), static_cast<size_t>(count)));
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
        } else if (word == "cwd") {
            char directory[4096];
            std::puts(getcwd(directory, sizeof directory));
        } else if (word == "fds") {
            printDescriptors();
        } else if (word == "signals") {
            printSignalMasks();
        } else if (word == "leave") {
            close(numberOf(next()));
        } else if (word == "fork") {
            leaveGrandchild();
        } else {
            std::fprintf(stderr, "child: what is \"%s\"?\n", word.c_str());
            return 99;
        }
    }
    return 0;
}
