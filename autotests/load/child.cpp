// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// The program that the load starts, tens of thousands of times. It is small, and static where that is
// possible. Its arguments:
//
//   leash         reads one byte from standard input
//   doze N        sleeps N milliseconds
//   deaf          ignores SIGTERM
//   write N       writes N bytes of 'x' to standard output
//   sleep         sleeps until a signal kills it
//   die N         dies of signal N
//   exit N        exits with code N

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include <unistd.h>

namespace {

constexpr int wrongWord = 99;

// The alarm ends the child of a load that was killed.
[[noreturn]] void sleepForEver()
{
    alarm(1800);
    while (true)
        pause();
}

void awaitByte()
{
    char byte;
    while (read(STDIN_FILENO, &byte, 1) < 0 && errno == EINTR) { }
}

// A stopped child sleeps longer.
void doze(long milliseconds)
{
    timespec rest = {milliseconds / 1000, milliseconds % 1000 * 1'000'000};
    while (nanosleep(&rest, &rest) < 0 && errno == EINTR) { }
}

void writeBytes(long count)
{
    char block[4096];
    std::memset(block, 'x', sizeof block);
    while (count > 0) {
        const auto size =
            static_cast<size_t>(count) < sizeof block ? static_cast<size_t>(count) : sizeof block;
        const ssize_t written = write(STDOUT_FILENO, block, size);
        if (written < 0 && errno != EINTR)
            _exit(98);
        if (written > 0)
            count -= written;
    }
}

// The parent may block signals.
void dieOf(int number)
{
    sigset_t all;
    sigfillset(&all);
    signal(number, SIG_DFL);
    sigprocmask(SIG_UNBLOCK, &all, nullptr);
    kill(getpid(), number);
}

} // namespace

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; ++i) {
        const char *word = argv[i];
        const auto number = [&] { return i + 1 < argc ? std::atol(argv[++i]) : 0; };
        if (std::strcmp(word, "leash") == 0)
            awaitByte();
        else if (std::strcmp(word, "doze") == 0)
            doze(number());
        else if (std::strcmp(word, "deaf") == 0)
            signal(SIGTERM, SIG_IGN);
        else if (std::strcmp(word, "write") == 0)
            writeBytes(number());
        else if (std::strcmp(word, "sleep") == 0)
            sleepForEver();
        else if (std::strcmp(word, "die") == 0)
            dieOf(static_cast<int>(number()));
        else if (std::strcmp(word, "exit") == 0)
            _exit(static_cast<int>(number()));
        else
            _exit(wrongWord);
    }
    return 0;
}
