// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "belongings.h"
#include "outsiders.h"
#include "part.h"
#include "ways.h"

#include <QtCore/QEventLoop>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <iterator>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

namespace Load {

namespace {

constexpr int starterCount = 4;

// In a copy. It must not ask the judge, whose mutex another thread may have held when the process was
// copied.
bool endsRightInCopy(std::uint64_t number)
{
    const Deed deed = Deed::numbered(number);
    if (number % 2 == 0) {
        auto child = ForkFd::spawn({commandFor(deed)});
        const auto info = child ? child->wait() : std::nullopt;
        return info && Ending::of(*info) == deed.end;
    }
    const int ffd = ForkFd::forkfd(ForkFd::FFD_CLOEXEC, nullptr);
    if (ffd == ForkFd::FFD_CHILD_PROCESS)
        ::_exit(deed.perform());
    ForkFd::forkfd_info info = {};
    const bool isRight =
        ffd >= 0 && ForkFd::forkfd_wait(ffd, &info, nullptr) == 0 && Ending::of(info) == deed.end;
    return ForkFd::forkfd_close(ffd) == 0 && isRight;
}

bool allEndRightInCopy(std::uint64_t number)
{
    for (std::uint64_t i = 0; i < 3; ++i) {
        if (!endsRightInCopy(number + i))
            return false;
    }
    return true;
}

/// What a copy does: it ends with code 0 if all is well.
using CopyBody = void (*)(std::uint64_t number);

void useAndExit(std::uint64_t number)
{
    ::_exit(allEndRightInCopy(number) ? 0 : 1);
}

void exitAtOnce(std::uint64_t)
{
    ::_exit(0);
}

void execute(std::uint64_t)
{
    ::execl(FORKFD_LOAD_CHILD, FORKFD_LOAD_CHILD, "exit", "0", nullptr);
    ::_exit(1);
}

// Its children live when it goes, and end by themselves.
void leaveChildren(std::uint64_t number)
{
    Deed deed = Deed::numbered(number);
    deed.doze = 1 + static_cast<int>(number % 5);
    const auto first = ForkFd::spawn({commandFor(deed)});
    const auto second = ForkFd::spawn({commandFor(deed)});
    ::_exit(first && second ? 0 : 1);
}

// Another thread is in the middle of a start.
void exitBesideThread(std::uint64_t number)
{
    std::thread([number] {
        for (std::uint64_t i = number;; ++i)
            endsRightInCopy(i);
    }).detach();
    endsRightInCopy(number);
    ::_exit(0);
}

void copyAgain(std::uint64_t number)
{
    const pid_t pid = ::fork();
    if (pid == 0)
        useAndExit(number + 100);
    const bool isRight = allEndRightInCopy(number);
    int status = -1;
    ::_exit(::waitpid(pid, &status, 0) == pid && status == 0 && isRight ? 0 : 1);
}

void startForEver(std::uint64_t number)
{
    while (allEndRightInCopy(number))
        ++number;
    ::_exit(1);
}

/// Copies this process again and again while its other threads start children.
class Copier
{
public:
    Copier(Judge &judge, std::uint32_t seed)
        : m_judge(judge)
        , m_random(seed)
    {
    }

    void copyOnce()
    {
        constexpr CopyBody bodies[] = {useAndExit,    exitAtOnce,       execute,
                                       leaveChildren, exitBesideThread, copyAgain};
        const auto kind = m_random() % (std::size(bodies) + 3);
        if (kind < std::size(bodies))
            expectEnd(kind, bodies[kind], 0, 0);
        else if (kind == std::size(bodies))
            expectEnd(kind, startForEver, static_cast<int>(m_random() % 20), SIGKILL);
        else if (kind == std::size(bodies) + 1)
            copyWithChild();
        else
            daemonize();
        ++m_judge.copies;
    }

private:
    pid_t copy(CopyBody body)
    {
        const std::uint64_t number = m_random();
        const pid_t pid = ::fork();
        if (pid != 0)
            return pid;
        ::alarm(300);
        body(number);
        ::_exit(1);
    }

    void expectEnd(std::size_t kind, CopyBody body, int delay, int signal)
    {
        const pid_t pid = copy(body);
        if (signal != 0) {
            ::poll(nullptr, 0, delay);
            ::kill(pid, signal);
        }
        check(kind, pid, signal);
    }

    void check(std::size_t kind, pid_t pid, int expected)
    {
        int status = -1;
        while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) { }
        if (status != expected)
            m_judge.fail("copy of kind " + std::to_string(kind) + " has wait status "
                         + std::to_string(status) + " instead of " + std::to_string(expected));
    }

    // The copy cannot end this process's child, or learn of its end.
    void copyWithChild()
    {
        Account account(m_judge, Deed::sleeping(), "spawn()");
        ForkFd::StartError error;
        auto child = ForkFd::spawn({commandFor(account.deed())}, {}, &error);
        if (!child)
            return account.reportFailure(error);
        const pid_t pid = ::fork();
        if (pid == 0) {
            const auto info = child->wait(std::chrono::milliseconds(0));
            const bool hasEnd = info && info->reason != ForkFd::ExitInfo::Unknown;
            const bool isSignalled = child->sendSignal(SIGKILL);
            child.reset();
            ::_exit(hasEnd ? 2 : isSignalled ? 3 : endsRightInCopy(1) ? 0 : 4);
        }
        check(100, pid, 0);
        if (child->wait(std::chrono::milliseconds(0)))
            account.fail("ended, although only a copy has sent a signal");
        account.expect(SIGKILL);
        if (!child->sendSignal(SIGKILL))
            account.fail("was not there for a signal");
        account.report(Ending::of(child->wait().value_or(ForkFd::ExitInfo())));
    }

    // The daemon tells by a pipe that all is well.
    void daemonize()
    {
        int pipe[2];
        if (::pipe2(pipe, O_CLOEXEC) != 0)
            return m_judge.fail("there is no pipe");
        const pid_t pid = ::fork();
        if (pid == 0)
            detach(pipe[1], m_random());
        ::close(pipe[1]);
        check(200, pid, 0);
        char byte = 0;
        if (::read(pipe[0], &byte, 1) != 1 || byte != 'y')
            m_judge.fail("a daemon's children did not end as they should");
        ::close(pipe[0]);
    }

    [[noreturn]] static void detach(int pipe, std::uint64_t number)
    {
        ::setsid();
        if (::fork() != 0)
            ::_exit(0);
        ::alarm(300);
        const char answer = allEndRightInCopy(number) ? 'y' : 'n';
        ::_exit(::write(pipe, &answer, 1) == 1 ? 0 : 1);
    }

    Judge &m_judge;
    std::mt19937 m_random;
};

void keepStarting(Judge &judge, std::uint32_t seed, const std::atomic<bool> &isDone)
{
    const QEventLoop dispatcher;
    std::mt19937 random(seed);
    while (!isDone) {
        std::vector<std::unique_ptr<Running>> running;
        for (int i = 0; i < 5; ++i) {
            const Deed deed = Deed::numbered(random());
            if (auto one = start(judge, static_cast<Way>(random() % wayCount), deed))
                running.push_back(std::move(one));
        }
        for (const auto &one : running)
            one->finish();
    }
}

} // namespace

void playCopies(const Part &part, Judge &judge, Figures &)
{
    LeftoverCheck check(judge, "copies");
    std::atomic<bool> isDone = false;
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < starterCount; ++i)
        threads.emplace_back([&, i] { keepStarting(judge, part.seed + i, isDone); });
    for (unsigned i = 0; i < 2; ++i)
        threads.emplace_back([&, i] { keepStartingOutsiders(judge, part.seed + 100 + i, isDone); });
    const auto end = Account::Clock::now() + std::chrono::seconds(part.amount);
    Copier copier(judge, part.seed + 200);
    while (Account::Clock::now() < end && judge.isContent())
        copier.copyOnce();
    isDone = true;
    for (std::thread &thread : threads)
        thread.join();
    check.look();
}

} // namespace Load
