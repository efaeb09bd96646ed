// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// The words that do something.

#include "child_words.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <string>
#include <thread>

#include <fcntl.h>
#include <pthread.h>
#include <termios.h>
#include <unistd.h>

// Sleeps longer than a test lasts. If the test is killed, the alarm ends the child, which keeps the
// test's output open.
void sleepForEver()
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

namespace {

void exitNow(Arguments &arguments)
{
    std::fflush(stdout);
    _exit(arguments.number());
}

void dieOfSignal(Arguments &arguments)
{
    const int signal = arguments.number();
    std::signal(signal, SIG_DFL);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, signal);
    sigprocmask(SIG_UNBLOCK, &set, nullptr);
    kill(getpid(), signal); // raise() refuses the two signals that libc uses itself.
}

void sleepFlushed(Arguments &)
{
    std::fflush(stdout);
    sleepForEver();
}

void stopItself(Arguments &)
{
    std::fflush(stdout);
    raise(SIGSTOP);
}

void ignoreSignal(Arguments &arguments)
{
    std::signal(arguments.number(), SIG_IGN);
}

void tellSignal(Arguments &arguments)
{
    static int output;
    const int signal = arguments.number();
    output = arguments.number();
    std::signal(signal, [](int) {
        if (write(output, "!", 1) < 0)
            _exit(1);
    });
}

void obeySignal(Arguments &arguments)
{
    std::signal(arguments.number(), [](int) { _exit(write(STDOUT_FILENO, "!", 1) == 1 ? 0 : 1); });
}

void awaitFifo(Arguments &arguments)
{
    awaitEndOfFile(open(arguments.next(), O_RDONLY));
}

void awaitDescriptor(Arguments &arguments)
{
    awaitEndOfFile(arguments.number());
}

void echo(Arguments &)
{
    static char buffer[65536]; // The stack may be smaller.
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

void writeBytes(Arguments &arguments)
{
    long count = std::atol(arguments.next());
    const int fd = arguments.number();
    const std::string block(65536, 'x');
    while (count > 0) {
        const ssize_t written =
            write(fd, block.data(), std::min<size_t>(block.size(), static_cast<size_t>(count)));
        if (written < 0)
            std::exit(1);
        count -= written;
    }
}

void writeStamp(Arguments &arguments)
{
    const int fd = arguments.number();
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    const std::int64_t stamp[] = {getpid(), now.tv_sec * 1'000'000'000LL + now.tv_nsec};
    if (write(fd, stamp, sizeof stamp) != sizeof stamp)
        std::exit(1);
}

void closeDescriptor(Arguments &arguments)
{
    close(arguments.number());
}

void growPipe(Arguments &arguments)
{
    const int size = arguments.number();
    fcntl(arguments.number(), F_SETPIPE_SZ, size);
}

void burnProcessorTime(Arguments &arguments)
{
    const int milliseconds = arguments.number();
    while (std::clock() < milliseconds * (CLOCKS_PER_SEC / 1000)) { }
}

void touchMemory(Arguments &arguments)
{
    const std::size_t size = static_cast<std::size_t>(arguments.number()) * 1024 * 1024;
    char *memory = static_cast<char *>(std::malloc(size));
    for (std::size_t i = 0; i < size; i += 4096)
        *static_cast<volatile char *>(memory + i) = 1;
    std::free(memory);
}

void holdMemory(Arguments &arguments)
{
    const std::size_t size = static_cast<std::size_t>(arguments.number()) * 1024 * 1024;
    char *memory = static_cast<char *>(std::malloc(size));
    for (std::size_t i = 0; i < size; i += 4096)
        *static_cast<volatile char *>(memory + i) = 1;
}

void addThread(Arguments &)
{
    std::thread(sleepForEver).detach();
}

void endFirstThread(Arguments &arguments)
{
    static const int fd = arguments.number();
    std::thread([] {
        awaitEndOfFile(fd);
        _exit(0);
    }).detach();
    pthread_exit(nullptr);
}

void say(Arguments &arguments)
{
    const char *word = arguments.next();
    if (write(STDOUT_FILENO, word, std::strlen(word)) < 0)
        std::exit(1);
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

void askOnControllingTerminal(Arguments &)
{
    ask(open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC));
}

void askOnTerminal(Arguments &arguments)
{
    ask(arguments.number());
}

constexpr Word words[] = {
    {"exit", "N", exitNow, "exits with code N"},
    {"signal", "N", dieOfSignal, "dies of signal N, even if the signal was blocked or ignored"},
    {"sleep", "", sleepFlushed, "sleeps until a signal kills it"},
    {"stop", "", stopItself, "stops itself"},
    {"ignore", "N", ignoreSignal, "ignores signal N"},
    {"tell", "N FD", tellSignal, "writes '!' to descriptor FD each time signal N comes"},
    {"obey", "N", obeySignal, "writes '!' to standard output and exits when signal N comes"},
    {"await", "FIFO", awaitFifo, "waits until a process opens and closes the fifo for writing"},
    {"eof", "FD", awaitDescriptor, "waits for end of file on descriptor FD"},
    {"echo", "", echo, "copies standard input to standard output until end of file"},
    {"write", "N FD", writeBytes, "writes N bytes of 'x' to descriptor FD"},
    {"stamp", "FD", writeStamp,
     "writes its pid and CLOCK_MONOTONIC in ns to descriptor FD, as two 64-bit integers"},
    {"leave", "FD", closeDescriptor, "closes descriptor FD"},
    {"grow", "N FD", growPipe, "makes the pipe FD hold N bytes"},
    {"burn", "N", burnProcessorTime, "uses N milliseconds of processor time"},
    {"touch", "N", touchMemory, "uses N MiB of memory"},
    {"hold", "N", holdMemory, "uses N MiB of memory until its end"},
    {"thread", "", addThread, "makes a thread that sleeps"},
    {"survive", "FD", endFirstThread,
     "ends its first thread; the second waits for end of file on descriptor FD, and exits"},
    {"say", "WORD", say, "writes the word to standard output, in one piece"},
    {"prompt", "", askOnControllingTerminal,
     "asks on the controlling terminal, and prints the answer, or why it cannot"},
    {"ask", "FD", askOnTerminal, "asks on the terminal FD, and prints the answer"},
};

} // namespace

std::span<const Word> actionWords()
{
    return words;
}
