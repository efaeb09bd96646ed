// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "forkfdtest.h"

#include <QtCore/QElapsedTimer>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <thread>

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace ForkFd;

namespace {

constexpr int threadCount = 8;
/// The number of children that are alive at a time, in all threads together.
constexpr int aliveCount = 500;

int childCount()
{
    bool isGiven = false;
    const int given = qEnvironmentVariableIntValue("FORKFD_STRESS_CHILDREN", &isGiven);
    return isGiven ? given : 2000;
}

std::atomic<int> foreignSignals;

/// The work of a child. Async-signal-safe.
struct Deed
{
    int code;
    bool isKilled; ///< Ends by signal 9; otherwise it exits with the code.
    int leash; ///< The child first reads one byte from this descriptor, unless it is -1.

    int run() const
    {
        char byte;
        while (leash >= 0 && ::read(leash, &byte, 1) < 0 && errno == EINTR) { }
        if (isKilled)
            ::kill(::getpid(), SIGKILL);
        return code;
    }
    static int call(void *deed) { return static_cast<const Deed *>(deed)->run(); }
    QByteArray end() const
    {
        return isKilled ? QByteArray("killed 9") : "exited " + QByteArray::number(code);
    }
};

struct RunningChild
{
    int ffd;
    QByteArray end;
};

/// The share of one thread: batches of children that are alive at the same time.
class Worker
{
public:
    Worker(int index, int count)
        : m_index(index)
        , m_left(count)
    {
    }

    void run()
    {
        while (m_left > 0 && m_failure.isEmpty())
            runBatch(std::min(m_left, aliveCount / threadCount));
    }

    int reported() const { return m_reported; }
    QByteArray failure() const { return m_failure; }

private:
    void runBatch(int count)
    {
        std::vector<RunningChild> children;
        // One byte per child and no end of file, because children of other threads have copies of both
        // ends.
        int leash[2];
        if (::pipe2(leash, O_CLOEXEC) != 0)
            m_failure = "no pipe";
        for (int i = 0; i < count && m_failure.isEmpty(); ++i)
            start(children, leash[0]);
        const QByteArray bytes(count, 'x');
        if (::write(leash[1], bytes.constData(), static_cast<std::size_t>(count)) != count)
            m_failure = "no write";
        while (!children.empty() && m_failure.isEmpty())
            collectReadable(children);
        ::close(leash[0]);
        ::close(leash[1]);
        m_left -= count;
    }

    void start(std::vector<RunningChild> &children, int leash)
    {
        const int number = m_number++;
        Deed deed = {(number * threadCount + m_index) % 256, number % 11 == 0, -1};
        int ffd = -1;
        if (number % 50 == 0) {
            deed.isKilled = false;
            ffd = ForkFdTest::startChild(Starter::Spawn, FFD_CLOEXEC, nullptr,
                                         {"exit", std::to_string(deed.code)});
        } else if (number % 4 == 0) {
            ffd = vforkfd(FFD_CLOEXEC, nullptr, Deed::call, &deed);
        } else {
            deed.leash = number % 8 == 3 ? -1 : leash;
            ffd = forkfd(FFD_CLOEXEC | (number % 10 == 1 ? FFD_USE_FORK : 0), nullptr);
            if (ffd == FFD_CHILD_PROCESS)
                ::_exit(deed.run());
        }
        if (ffd < 0)
            m_failure = QByteArray("cannot start: ") + ::strerrorname_np(errno);
        else
            children.push_back({ffd, deed.end()});
    }

    void collectReadable(std::vector<RunningChild> &children)
    {
        std::vector<pollfd> entries;
        for (const RunningChild &child : children)
            entries.push_back({child.ffd, POLLIN, 0});
        if (::poll(entries.data(), entries.size(), 60000) == 0)
            m_failure = "an ending is missing";
        std::vector<RunningChild> rest;
        for (std::size_t i = 0; i < entries.size(); ++i) {
            const QByteArray answer =
                entries[i].revents ? ForkFdTest::wait(entries[i].fd, FFDW_NOHANG) : QByteArray("EAGAIN");
            if (answer == "EAGAIN")
                rest.push_back(children[i]);
            else
                finish(children[i], answer);
        }
        children = rest;
    }

    void finish(const RunningChild &child, const QByteArray &answer)
    {
        if (answer != child.end)
            m_failure = answer + " in place of " + child.end;
        else if (ForkFdTest::wait(child.ffd) != answer || forkfd_close(child.ffd) != 0)
            m_failure = "another answer the second time";
        else
            ++m_reported;
    }

    const int m_index;
    int m_left;
    int m_number = 0;
    int m_reported = 0;
    QByteArray m_failure;
};

} // namespace

/// Many children from many threads, beside a foreign handler and a foreign zombie.
/// Holds: S4, S5.
class tst_ForkFdStress : public ForkFdTest
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void everyEndingOnce();
};

// Installs the handler before the first child, so that it becomes the predecessor of our handler.
void tst_ForkFdStress::initTestCase()
{
    struct sigaction action = {};
    action.sa_sigaction = [](int, siginfo_t *, void *) { ++foreignSignals; };
    action.sa_flags = SA_SIGINFO | SA_RESTART;
    ::sigaction(SIGCHLD, &action, nullptr);
}

void tst_ForkFdStress::everyEndingOnce()
{
    const pid_t zombie = ::fork();
    if (zombie == 0)
        ::_exit(99);
    const int total = childCount();
    foreignSignals = 0;
    std::vector<Worker> workers;
    for (int i = 0; i < threadCount; ++i)
        workers.emplace_back(i, total / threadCount + (i < total % threadCount ? 1 : 0));
    QElapsedTimer timer;
    timer.start();
    std::vector<std::thread> threads;
    for (Worker &worker : workers)
        threads.emplace_back(&Worker::run, &worker);
    int reported = 0;
    for (int i = 0; i < threadCount; ++i) {
        threads[static_cast<std::size_t>(i)].join();
        reported += workers[static_cast<std::size_t>(i)].reported();
    }
    qInfo("%d of %d endings in %lld ms, %d foreign signals", reported, total,
          static_cast<long long>(timer.elapsed()), foreignSignals.load());
    for (const Worker &worker : workers)
        QCOMPARE(worker.failure(), QByteArray());
    QCOMPARE(reported, total);
    QVERIFY(foreignSignals > 0);
    int status = 0;
    QCOMPARE(::waitpid(zombie, &status, 0), zombie);
    QCOMPARE(WEXITSTATUS(status), 99);
}

QTEST_GUILESS_MAIN(tst_ForkFdStress)
#include "tst_forkfd_stress.moc"
