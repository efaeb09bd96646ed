// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// A program that calls run() for the first time in a special situation, and exits with code 0 if the
// child ran. Its argument names the situation:
//
//   copy      in a forked copy, while another thread of the parent is in its first run()
//   handler   after a signal handler has called fork() inside fork(), in both processes
//   lock      with a lock for which another thread waits inside fork()

#include <ForkFd/run.h>

#include <QtCore/QThreadPool>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <mutex>
#include <new>
#include <string>
#include <thread>

#include <pthread.h>
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

namespace {

bool exitsWithZero(pid_t pid)
{
    int status = -1;
    return waitpid(pid, &status, 0) == pid && status == 0;
}

int runInCopy()
{
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
    return exitsWithZero(copy) ? 0 : 1;
}

std::atomic<void (*)()> insideFork;
std::mutex lock;
std::atomic<bool> isForking;
volatile pid_t innerCopy;

void unlockAfterFork()
{
    if (isForking)
        lock.unlock();
}

// Handlers that are registered before those of the library run inside them.
void registerForkHandlers(int, char **, char **)
{
    pthread_atfork(
        [] {
            if (const auto function = insideFork.exchange(nullptr))
                function();
        },
        unlockAfterFork, unlockAfterFork);
}
[[gnu::used, gnu::section(".preinit_array")]] void (*early)(int, char **,
                                                            char **) = registerForkHandlers;

// glibc supports fork() in a handler that interrupts fork() as long as there is one thread.
int runAfterForkInHandler()
{
    std::signal(SIGUSR1, [](int) { innerCopy = fork(); });
    insideFork = [] { raise(SIGUSR1); };
    const pid_t copy = fork(); // The inner copy completes it, too.
    if (copy == 0)
        _exit(0);
    if (innerCopy == 0) {
        alarm(20);
        _exit(exitsWithZero(copy) && runsOne() ? 0 : 1);
    }
    return exitsWithZero(copy) && exitsWithZero(innerCopy) && runsOne() ? 0 : 1;
}

int runWithLock()
{
    lock.lock();
    insideFork = [] {
        isForking = true;
        lock.lock();
    };
    std::thread forker([] {
        if (const pid_t copy = fork(); copy == 0)
            _exit(0);
        else
            waitpid(copy, nullptr, 0);
    });
    while (!isForking)
        usleep(100);
    const bool isRun = runsOne();
    lock.unlock();
    forker.join();
    return isRun ? 0 : 1;
}

} // namespace

int main(int argc, char **argv)
{
    alarm(30); // Ends the program if it hangs.
    const std::string mode = argc > 1 ? argv[1] : "";
    if (mode == "copy")
        return runInCopy();
    if (mode == "handler")
        return runAfterForkInHandler();
    return mode == "lock" ? runWithLock() : 2;
}
