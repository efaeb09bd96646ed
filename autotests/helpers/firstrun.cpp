// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// A program that calls run() for the first time in a forked copy, while another thread of the parent is
// in its first run(). Exits with code 0 if the copy's child ran.

#include <ForkFd/run.h>

#include <QtCore/QThreadPool>

#include <atomic>
#include <cstdlib>
#include <new>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

namespace {

std::atomic<bool> isHeld;
std::atomic<bool> mayGoOn;
thread_local bool isToBeHeld;

bool runsOne()
{
    auto future =
        ForkFd::run(QStringLiteral(FORKFD_TEST_CHILD), {QStringLiteral("exit"), QStringLiteral("7")});
    return future.result().exitInfo.code == 7;
}

} // namespace

// Interposes the C++ library's operator. Holds the thread that creates the pool of run()'s futures.
void *operator new(std::size_t size)
{
    if (isToBeHeld && size == sizeof(QThreadPool)) {
        isHeld = true;
        while (!mayGoOn)
            usleep(100);
    }
    if (void *memory = std::malloc(size))
        return memory;
    throw std::bad_alloc();
}

void operator delete(void *memory) noexcept
{
    std::free(memory);
}

void operator delete(void *memory, std::size_t) noexcept
{
    std::free(memory);
}

int main()
{
    alarm(30); // Ends the program if it hangs.
    std::thread first([] {
        isToBeHeld = true;
        runsOne();
    });
    while (!isHeld)
        usleep(100);
    const pid_t copy = fork();
    mayGoOn = true;
    if (copy == 0) {
        alarm(20);
        _exit(runsOne() ? 0 : 1);
    }
    first.join();
    int status = 0;
    waitpid(copy, &status, 0);
    return status == 0 ? 0 : 1;
}
