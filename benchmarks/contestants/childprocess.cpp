// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "qtchild.h"
#include "table.h"

#include <ForkFd/ChildProcess>
#include <ForkFd/forkfd.h>
#include <ForkFd/runqueue.h>

#include <csignal>
#include <cstdlib>
#include <deque>
#include <vector>

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
    using StartMode = ForkFd::ChildProcess::StartMode;

    explicit OurChild(StartMode mode = StartMode::Direct) { process().setStartMode(mode); }

    void start(const Task &task) override
    {
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

std::string versionWith(const char *backend)
{
    return std::string("ForkFd " FORKFD_BENCHMARKS_VERSION ", ") + backend + ", Qt " + qVersion();
}

/// ForkFd::ChildProcess with pidfds.
class OurOwn : public Contestant
{
public:
    std::unique_ptr<Child> makeChild() override { return std::make_unique<OurChild>(); }
    std::unique_ptr<DeviceChild> makeDevice() override { return std::make_unique<OurChild>(); }
    std::string version() const override { return versionWith("pidfd"); }
    Skills skills() const override { return skillsOfQtChild | Skill::Thousands | Skill::Options; }
};

/// The same, where the environment asks for the SIGCHLD backend. The backend is that of the whole
/// process.
class OnSigChld : public OurOwn
{
public:
    OnSigChld()
    {
        if (ForkFd::backend() != ForkFd::Backend::SigChld)
            throw Failure("ChildProcess-sigchld needs FORKFD_BACKEND=sigchld");
    }

    std::string version() const override { return versionWith("SIGCHLD"); }
    Skills skills() const override { return OurOwn::skills() | Skill::SigChld; }
};

/// StartMode::Background.
class InBackground : public OurOwn
{
public:
    std::unique_ptr<Child> makeChild() override { return makeDevice(); }
    std::unique_ptr<DeviceChild> makeDevice() override
    {
        return std::make_unique<OurChild>(OurChild::StartMode::Background);
    }
    Skills skills() const override
    {
        return Skill::Single | Skill::Wait | Skill::Hold | Skill::Background;
    }
};

void awaitRun(const QFuture<ForkFd::RunResult> &future)
{
    if (future.result().exitInfo.code != exitCodeOfExiting)
        throw Failure("a child did not exit as expected");
}

/// ForkFd::run(): the caller keeps so many runs in flight.
class Run : public OurOwn
{
public:
    Skills skills() const override { return Skill::Many | Skill::Threads; }
    void runMany(const Task &task, int count, int inFlight) override
    {
        std::deque<QFuture<ForkFd::RunResult>> futures;
        for (int i = 0; i < count; ++i) {
            if (static_cast<int>(futures.size()) == inFlight) {
                awaitRun(futures.front());
                futures.pop_front();
            }
            futures.push_back(ForkFd::run(task.program(), task.arguments()));
        }
        for (const auto &future : futures)
            awaitRun(future);
    }
};

/// ForkFd::RunQueue: the queue keeps so many runs in flight.
class Queued : public OurOwn
{
public:
    Skills skills() const override { return Skill::Many | Skill::Threads; }
    void runMany(const Task &task, int count, int inFlight) override
    {
        ForkFd::RunQueue queue(inFlight);
        std::vector<QFuture<ForkFd::RunResult>> futures;
        for (int i = 0; i < count; ++i)
            futures.push_back(queue.run(task.program(), task.arguments()));
        for (const auto &future : futures)
            awaitRun(future);
    }
};

} // namespace

std::unique_ptr<Contestant> makeChildProcess()
{
    return std::make_unique<OurOwn>();
}

std::unique_ptr<Contestant> makeSigChld()
{
    return std::make_unique<OnSigChld>();
}

std::unique_ptr<Contestant> makeBackground()
{
    return std::make_unique<InBackground>();
}

std::unique_ptr<Contestant> makeRun()
{
    return std::make_unique<Run>();
}

std::unique_ptr<Contestant> makeRunQueue()
{
    return std::make_unique<Queued>();
}

} // namespace Benchmarks
