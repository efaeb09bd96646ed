// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// A program that starts its first child in a special situation, and exits with code 0 if it could. Its
// argument names the situation:
//
//   fork          in a forked copy, while another thread of the parent is inside its first start
//   loader FILE   in a thread, while another thread loads the plug-in FILE and waits for the first
//   fifo          in a working directory where a fifo has the program's name

#include <ForkFd/spawn.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>

#include <dlfcn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

std::atomic<bool> isInFirstStart;
std::atomic<bool> mayGoOn = true;

bool startsOne()
{
    auto process = ForkFd::spawn({{FORKFD_TEST_CHILD, "exit", "7"}});
    const auto info = process ? process->wait() : std::nullopt;
    return info && info->code == 7;
}

int startInFork()
{
    mayGoOn = false;
    std::thread first(startsOne);
    while (!isInFirstStart)
        usleep(100);
    const pid_t copy = fork();
    mayGoOn = true;
    if (copy == 0) {
        alarm(20);
        _exit(startsOne() ? 0 : 1);
    }
    first.join();
    int status = 0;
    waitpid(copy, &status, 0);
    return status == 0 ? 0 : 1;
}

int startWhileLoading(const char *plugin)
{
    return dlopen(plugin, RTLD_NOW) ? 0 : 1;
}

int startBesideFifo(const char *program)
{
    char directory[] = "/tmp/forkfd-XXXXXX";
    if (!mkdtemp(directory) || chdir(directory) != 0)
        return 2;
    const std::string name = std::strrchr(program, '/') + 1;
    const bool isMade = mkfifo(name.c_str(), 0600) == 0;
    const bool isStarted = isMade && startsOne();
    unlink(name.c_str());
    rmdir(directory);
    return isStarted ? 0 : 1;
}

} // namespace

// Interposes libc's function, to hold the first start at its first call.
extern "C" char *getenv(const char *name) noexcept
{
    if (std::strcmp(name, "FORKFD_BACKEND") == 0) {
        isInFirstStart = true;
        while (!mayGoOn)
            usleep(100);
    }
    for (char **entry = environ; entry && *entry; ++entry) {
        const std::size_t length = std::strlen(name);
        if (std::strncmp(*entry, name, length) == 0 && (*entry)[length] == '=')
            return *entry + length + 1;
    }
    return nullptr;
}

// The plug-in calls this.
extern "C" void startFromPlugin()
{
    if (!startsOne())
        _exit(1);
}

int main(int argc, char **argv)
{
    alarm(30); // Ends the program if it hangs.
    const std::string mode = argc > 1 ? argv[1] : "";
    if (mode == "fork")
        return startInFork();
    if (mode == "loader" && argc > 2)
        return startWhileLoading(argv[2]);
    return mode == "fifo" ? startBesideFifo(argv[0]) : 2;
}
