// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "qtchild.h"

#include <ForkFd/ChildProcess>
#include <ForkFd/forkfd.h>
#include <ForkFd/runqueue.h>

#include <csignal>
#include <cstdlib>
#include <utility>

#include <fcntl.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

namespace Benchmarks {

namespace {

// A terminal that the children use one after another. When a session ends, the kernel hangs the terminal
// up and its open descriptors become useless. So open() returns a new descriptor for each child.
class Terminal
{
public:
    Terminal()
        : m_master(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC))
    {
        if (m_master < 0 || ::grantpt(m_master) != 0 || ::unlockpt(m_master) != 0)
            throw Failure("no terminal for a child");
    }
    ~Terminal() { ::close(m_master); }
    Terminal(const Terminal &) = delete;
    Terminal &operator=(const Terminal &) = delete;

    int open() const { return ::open(::ptsname(m_master), O_RDWR | O_NOCTTY | O_CLOEXEC); }

private:
    const int m_master;
};

std::vector<int> allowedProcessors()
{
    std::vector<int> processors;
    cpu_set_t set;
    if (::sched_getaffinity(0, sizeof set, &set) != 0)
        return {0};
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
        if (CPU_ISSET(cpu, &set))
            processors.push_back(cpu);
    }
    return processors;
}

// Sets every option that can be combined with the others and needs neither a thread nor a control group.
// Options that could slow the child down get the value that it would have anyway.
ForkFd::LaunchOptions allOptions()
{
    constexpr uid_t nobody = 65534;
    sigset_t none;
    sigemptyset(&none);
    ForkFd::LaunchOptions options;
    options.fileDescriptors = {{5, STDERR_FILENO}};
    options.newSession = true;
    options.processGroup = 0;
    options.resourceLimits = {{RLIMIT_CORE, 0, 0}};
    options.niceValue = ::getpriority(PRIO_PROCESS, 0);
    options.umask = 077;
    options.cpuAffinity = allowedProcessors();
    options.oomScoreAdjust = 500;
    options.userId = nobody;
    options.groupId = nobody;
    options.supplementaryGroups = {{nobody}};
    options.noNewPrivileges = true;
    options.signalMask = none;
    return options;
}

class OurChild : public QtChild<ForkFd::ChildProcess>
{
public:
    void start(const Task &task) override
    {
        if (task.startsInBackground)
            process().setStartMode(ForkFd::ChildProcess::StartMode::Background);
        if (!task.hasOptions) {
            QtChild::start(task);
            return;
        }
        static ForkFd::LaunchOptions options = allOptions();
        static const Terminal terminal;
        const int ownTerminal = terminal.open();
        options.controllingTerminal = ownTerminal;
        process().setLaunchOptions(options);
        QtChild::start(task);
        ::close(ownTerminal);
    }
};

class OurOwn : public Contestant
{
public:
    std::unique_ptr<Child> makeChild() override { return std::make_unique<OurChild>(); }
    std::unique_ptr<DeviceChild> makeDevice() override { return std::make_unique<OurChild>(); }
    bool hasDevices() const override { return true; }
    bool runAll(const Task &task, int count, int inFlight) override
    {
        ForkFd::RunQueue queue(inFlight);
        QList<QFuture<ForkFd::RunResult>> futures;
        for (int i = 0; i < count; ++i)
            futures += queue.run(task.program(), task.arguments());
        for (const auto &future : std::as_const(futures)) {
            if (future.result().exitInfo.code != exitCodeOfExiting)
                throw Failure("a child did not exit as expected");
        }
        return true;
    }
    std::string version() const override
    {
        return std::string("ForkFd " FORKFD_BENCHMARKS_VERSION ", ")
            + (usesSigChldBackend() ? "SIGCHLD" : "pidfd") + ", Qt " + qVersion();
    }
    bool canWait() const override { return true; }
    bool hasOptions() const override { return true; }
    bool startsInBackground() const override { return true; }
    bool usesSigChldBackend() const override { return ForkFd::backend() == ForkFd::Backend::SigChld; }
};

} // namespace

std::unique_ptr<Contestant> makeContestant()
{
    return std::make_unique<OurOwn>();
}

} // namespace Benchmarks
