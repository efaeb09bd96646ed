// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "ways.h"

#include <ForkFd/forkfd.h>

#include <cerrno>
#include <csignal>

#include <dlfcn.h>
#include <poll.h>
#include <unistd.h>

namespace Load {

namespace {

class RunningChild : public Running
{
public:
    RunningChild(std::unique_ptr<Account> account, ForkFd::Child child, bool polls)
        : Running(std::move(account))
        , m_child(std::move(child))
        , m_polls(polls)
    {
    }

    bool sendSignal(int signal) override
    {
        account().expect(signal);
        return m_child.sendSignal(signal);
    }

    // The descriptor may be readable before the end can be collected: while a tracer holds the child.
    void finish() override
    {
        std::optional<ForkFd::ExitInfo> info;
        while (m_polls && !info) {
            pollfd entry = {m_child.descriptor(), POLLIN, 0};
            ::poll(&entry, 1, 1000);
            info = m_child.wait(std::chrono::milliseconds(0));
        }
        if (!info)
            info = m_child.wait();
        if (info)
            account().report(Ending::of(*info));
        else
            account().fail("has no end, but wait() has returned");
        if (m_child.wait(std::chrono::milliseconds(0)) != info)
            account().fail("has another end the second time");
    }
    pid_t pid() const override { return m_child.pid(); }

private:
    ForkFd::Child m_child;
    const bool m_polls;
};

class RunningDescriptor : public Running
{
public:
    RunningDescriptor(std::unique_ptr<Account> account, int ffd, pid_t pid)
        : Running(std::move(account))
        , m_ffd(ffd)
        , m_pid(pid)
    {
    }
    ~RunningDescriptor() override
    {
        if (ForkFd::forkfd_close(m_ffd) != 0)
            account().fail("cannot close its descriptor");
    }

    bool sendSignal(int signal) override
    {
        account().expect(signal);
        return m_pid > 0 && ::kill(m_pid, signal) == 0; // 0: stolen at once.
    }

    void finish() override
    {
        ForkFd::forkfd_info info;
        int result;
        do {
            result = ForkFd::forkfd_wait(m_ffd, &info, nullptr);
        } while (result < 0 && errno == EINTR);
        if (result == 0)
            account().report(Ending::of(info));
        else if (errno == ECHILD)
            account().report(Ending());
        else
            account().fail("cannot be waited for: errno " + std::to_string(errno));
    }
    pid_t pid() const override { return m_pid; }

private:
    const int m_ffd;
    const pid_t m_pid;
};

// Runs in the child: async-signal-safe calls only.
[[noreturn]] void performInCopy(const Deed &deed, int input)
{
    if (input >= 0)
        ::dup2(input, STDIN_FILENO);
    ::_exit(deed.perform());
}

// Runs in the child: async-signal-safe calls only.
int performInVFork(void *deed)
{
    return static_cast<const Deed *>(deed)->perform();
}

int spawnProgram(const Deed &deed, int input, pid_t *pid)
{
    std::vector<std::string> command = commandFor(deed);
    std::vector<char *> argv;
    for (std::string &word : command)
        argv.push_back(word.data());
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    if (input >= 0)
        posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    const int ffd =
        ForkFd::spawnfd(ForkFd::FFD_CLOEXEC, pid, argv[0], &actions, nullptr, argv.data(), nullptr);
    const int error = errno;
    posix_spawn_file_actions_destroy(&actions);
    errno = error;
    return ffd;
}

// glibc 2.39 has posix_spawn(3) with a pidfd in place of the number.
bool hasPidFdSpawn()
{
    static const bool has = ::dlsym(RTLD_DEFAULT, "pidfd_spawn") != nullptr;
    return has;
}

int startDescriptor(const Deed &deed, Way way, int input, pid_t *pid)
{
    if (way == Way::SpawnFd)
        return spawnProgram(deed, input, pid);
    if (way == Way::VForkFd) {
        Deed copy = deed;
        return ForkFd::vforkfd(ForkFd::FFD_CLOEXEC, pid, performInVFork, &copy);
    }
    const int flags = ForkFd::FFD_CLOEXEC | (deed.doze % 2 == 1 ? ForkFd::FFD_USE_FORK : 0);
    const int ffd = ForkFd::forkfd(flags, pid);
    if (ffd == ForkFd::FFD_CHILD_PROCESS)
        performInCopy(deed, input);
    return ffd;
}

std::unique_ptr<Running> startChild(std::unique_ptr<Account> account, bool polls,
                                    const StartOptions &options)
{
    ForkFd::LaunchOptions launch;
    launch.processGroup = options.group;
    if (options.input >= 0)
        launch.fileDescriptors = {{STDIN_FILENO, options.input}};
    ForkFd::StartError error;
    auto child = ForkFd::spawn({commandFor(account->deed())}, launch, &error);
    if (child)
        return std::make_unique<RunningChild>(std::move(account), std::move(*child), polls);
    account->reportFailure(error);
    return nullptr;
}

} // namespace

std::unique_ptr<Running> startInCore(std::unique_ptr<Account> account, Way way,
                                     const StartOptions &options)
{
    if (way == Way::Wait || way == Way::Poll)
        return startChild(std::move(account), way == Way::Poll, options);
    if (way == Way::SpawnFd && !hasPidFdSpawn())
        account->setOpenedByNumber();
    pid_t pid = -1;
    const int ffd = startDescriptor(account->deed(), way, options.input, &pid);
    if (ffd >= 0)
        return std::make_unique<RunningDescriptor>(std::move(account), ffd, pid);
    account->reportFailure(errno);
    return nullptr;
}

} // namespace Load
