// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// A child that does what its first argument says:
//
//   sleep              sleeps until it is killed
//   output N           writes N bytes to standard output
//   lines N            writes N lines of 16 bytes to standard output
//   swallow            reads standard input until end of file
//   echo               copies standard input to standard output until end of file
//   streams DEV INO …  compares its three standard streams with these files; the exit code is a mask of
//                      the streams that differ

#include <cstdlib>
#include <cstring>

#include <csignal>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

char buffer[128 << 10]; // The size that cat(1) uses.

bool writeAll(size_t size)
{
    for (size_t done = 0; done < size;) {
        const ssize_t count = write(STDOUT_FILENO, buffer + done, size - done);
        if (count < 0)
            return false;
        done += static_cast<size_t>(count);
    }
    return true;
}

// Writes the buffer again and again, until these are so many bytes.
int writeBuffer(long long size)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (; size > 0; size -= static_cast<long long>(sizeof buffer)) {
        const auto rest = static_cast<size_t>(size);
        if (!writeAll(rest < sizeof buffer ? rest : sizeof buffer))
            return 1;
    }
    return 0;
}

int output(long long size)
{
    std::memset(buffer, 'x', sizeof buffer); // Otherwise every page would map the kernel's zero page.
    return writeBuffer(size);
}

int lines(long long count)
{
    constexpr char line[] = "fifteen letters\n";
    constexpr size_t length = sizeof line - 1;
    for (size_t i = 0; i < sizeof buffer; i += length)
        std::memcpy(buffer + i, line, length);
    return writeBuffer(count * static_cast<long long>(length));
}

int swallow()
{
    ssize_t count;
    while ((count = read(STDIN_FILENO, buffer, sizeof buffer)) > 0) { }
    return count == 0 ? 0 : 1;
}

int echo()
{
    ssize_t count;
    while ((count = read(STDIN_FILENO, buffer, sizeof buffer)) > 0) {
        if (!writeAll(static_cast<size_t>(count)))
            return 1;
    }
    return 0;
}

[[noreturn]] void sleepForEver()
{
    prctl(PR_SET_PDEATHSIG, SIGKILL); // An interrupted benchmark leaves no child behind.
    for (;;)
        pause();
}

int otherStreams(char *const identities[])
{
    int mask = 0;
    for (int fd = 0; fd < 3; ++fd) {
        struct stat status;
        if (fstat(fd, &status) != 0)
            return -1;
        if (status.st_dev != std::strtoull(identities[2 * fd], nullptr, 10)
            || status.st_ino != std::strtoull(identities[2 * fd + 1], nullptr, 10))
            mask |= 1 << fd;
    }
    return mask;
}

} // namespace

int main(int argc, char *argv[])
{
    const char *word = argc > 1 ? argv[1] : "";
    if (std::strcmp(word, "sleep") == 0)
        sleepForEver();
    if (std::strcmp(word, "swallow") == 0)
        return swallow();
    if (std::strcmp(word, "echo") == 0)
        return echo();
    if (std::strcmp(word, "output") == 0 && argc == 3)
        return output(std::atoll(argv[2]));
    if (std::strcmp(word, "lines") == 0 && argc == 3)
        return lines(std::atoll(argv[2]));
    if (std::strcmp(word, "streams") == 0 && argc == 8)
        return otherStreams(argv + 2);
    return 2;
}
