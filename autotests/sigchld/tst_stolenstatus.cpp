// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "forkfdtest.h"
#include "processtest.h"
#include "temporarychange.h"
#include "testpipe.h"
#include "thief.h"

#include <ForkFd/forkfd.h>

#include <QtCore/QMap>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <deque>
#include <list>
#include <optional>

#include <poll.h>
#include <sys/syscall.h>

using ForkFd::ExitInfo;
using std::chrono::nanoseconds;

namespace {

nanoseconds now()
{
    timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return std::chrono::seconds(time.tv_sec) + nanoseconds(time.tv_nsec);
}

/// A pipe into which each child writes its pid and the time of its end.
class Stamps
{
public:
    int writeEnd() const { return m_pipe.writeEnd(); }

    /// Blocks until the child has written. Other children may have written before it.
    nanoseconds endOf(pid_t pid)
    {
        while (!m_ends.contains(pid)) {
            std::int64_t stamp[2];
            if (::read(m_pipe.readEnd(), stamp, sizeof stamp) == sizeof stamp)
                m_ends[stamp[0]] = nanoseconds(stamp[1]);
        }
        return m_ends.take(pid);
    }

private:
    TestPipe m_pipe;
    QMap<std::int64_t, nanoseconds> m_ends;
};

struct Stamped
{
    ForkFd::Child process;
    pid_t pid;
    int code;
};

bool waitForAny(const std::list<Stamped> &running)
{
    std::vector<pollfd> entries;
    for (const Stamped &one : running)
        entries.push_back({one.process.descriptor(), POLLIN, 0});
    int ready;
    while ((ready = poll(entries.data(), entries.size(), 10'000)) < 0 && errno == EINTR) { }
    return ready > 0;
}

std::atomic<bool> isNumberGivenOutAgain;

} // namespace

#ifdef FORKFD_TEST_INTERPOSES
// Replaces wait4() for the library, too: another child has the number now, and has exited with 0.
extern "C" __attribute__((visibility("default"))) pid_t wait4(pid_t pid, int *status, int options,
                                                              rusage *usage) noexcept
{
    const auto result = static_cast<pid_t>(syscall(SYS_wait4, pid, status, options, usage));
    if (result > 0 && isNumberGivenOutAgain)
        *status = 0;
    return result;
}
#endif

/// Other code reaps the children, or keeps the kernel from remembering them. Each end is reported with
/// the right status or as Unknown, and never with a wrong one.
/// Holds: P4, S9, S15, L6.
class tst_StolenStatus : public ProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void thief();
    void everyEndIsReported();
    void ignored();
    void notKept();
    void numberGivenOutAgain_data();
    void numberGivenOutAgain();
    void failedStarts_data();
    void failedStarts();

private:
    void startAndCompare();

    int m_count = isUnderThreadSanitizer ? 100 : 500;
    bool m_canRecover = false;
};

void tst_StolenStatus::initTestCase()
{
    if (qEnvironmentVariableIsSet("FORKFD_TEST_CHILDREN"))
        m_count = qEnvironmentVariableIntValue("FORKFD_TEST_CHILDREN");
    m_canRecover = isStolenStatusRecoverable();
}

void tst_StolenStatus::startAndCompare()
{
    struct Started
    {
        ForkFd::Child process;
        QByteArray expected;
    };
    std::deque<Started> running;
    int right = 0;
    int unknown = 0;
    const auto waitForFirst = [&] {
        const auto info = running.front().process.wait();
        QVERIFY(info);
        QVERIFY(running.front().process.wait() == info);
        if (info->reason == ExitInfo::Unknown)
            ++unknown;
        else if (text(*info) == running.front().expected)
            ++right;
        else
            QFAIL(text(*info) + " instead of " + running.front().expected);
        running.pop_front();
    };
    for (int i = 0; i < m_count && !QTest::currentTestFailed(); ++i) {
        const bool dies = i % 5 == 4;
        auto process = ForkFd::spawn(dies ? child({"signal", "9"}) : child({"exit", "42"}));
        QVERIFY(process);
        running.push_back({std::move(*process), dies ? "killed by SIGKILL" : "exited with code 42"});
        if (running.size() > 20)
            waitForFirst();
    }
    while (!running.empty() && !QTest::currentTestFailed())
        waitForFirst();
    qInfo("of %d children, %d right and %d unknown", m_count, right, unknown);
    QCOMPARE(right + unknown, m_count);
    if (m_canRecover)
        QCOMPARE(unknown, 0);
}

void tst_StolenStatus::thief()
{
    Thief thief;
    startAndCompare();
    const int stolen = thief.stop();
    qInfo("%d were stolen", stolen);
    if (ForkFd::backend() == ForkFd::Backend::PidFd) // With SIGCHLD we are often faster.
        QVERIFY(stolen > 0);
}

// The exit descriptors of children that live at the same time become readable soon after each end.
void tst_StolenStatus::everyEndIsReported()
{
    constexpr int count = isUnderThreadSanitizer ? 300 : 1000;
    constexpr std::size_t aliveAtOnce = 16;
    Stamps stamps;
    std::list<Stamped> running;
    int started = 0;
    int unknown = 0;
    nanoseconds latest(0);
    Thief thief(Thief::Mask::Full);
    while (started < count || !running.empty()) {
        while (started < count && running.size() < aliveAtOnce) {
            const int code = started++ % 256;
            auto process = ForkFd::spawn(child({"stamp", "3", "exit", std::to_string(code)}),
                                         {.fileDescriptors = {{3, stamps.writeEnd()}}});
            QVERIFY(process);
            const pid_t pid = process->pid();
            running.push_back({std::move(*process), pid, code});
        }
        QVERIFY2(waitForAny(running), "an end is missing");
        for (auto it = running.begin(); it != running.end();) {
            const auto info = it->process.wait(std::chrono::milliseconds(0));
            if (!info) {
                ++it;
                continue;
            }
            const nanoseconds reportedAt = now();
            latest = std::max(latest, reportedAt - stamps.endOf(it->pid));
            if (info->reason == ExitInfo::Unknown)
                ++unknown;
            else
                QCOMPARE(info->code, it->code);
            it = running.erase(it);
        }
    }
    const int stolen = thief.stop();
    qInfo("%d stolen, %d of %d unknown, latest report %lld ms after the end", stolen, unknown, count,
          static_cast<long long>(latest.count() / 1'000'000));
    QVERIFY(unknown <= stolen);
    QVERIFY(latest < std::chrono::seconds(5)); // Without events the library looks every 250 ms.
}

void tst_StolenStatus::ignored()
{
    const TemporaryAction ignore(SIGCHLD, SIG_IGN);
    startAndCompare();
}

void tst_StolenStatus::notKept()
{
    const TemporaryAction keepNone(SIGCHLD, SIG_DFL, SA_NOCLDWAIT);
    startAndCompare();
}

void tst_StolenStatus::numberGivenOutAgain_data()
{
    QTest::addColumn<bool>("leadsGroup");
    QTest::newRow("a child") << false;
    QTest::newRow("the leader of a group") << true;
}

// Other code takes the child between the look and the wait, and the kernel gives its number to another
// child. With SIGCHLD that one's exit code was once the answer.
void tst_StolenStatus::numberGivenOutAgain()
{
#ifndef FORKFD_TEST_INTERPOSES
    QSKIP("A sanitizer has its own wait4().");
#endif
    QFETCH(bool, leadsGroup);
    ForkFd::LaunchOptions options;
    if (leadsGroup)
        options.processGroup = 0;
    auto process = ForkFd::spawn(child({"exit", "3"}), options);
    QVERIFY(process);
    isNumberGivenOutAgain = true;
    const auto info = process->wait();
    isNumberGivenOutAgain = false;
    QVERIFY(info);
    QCOMPARE(text(*info), "exited with code 3");
}

void tst_StolenStatus::failedStarts_data()
{
    QTest::addColumn<bool>("isIgnored");
    QTest::newRow("a thief") << false;
    QTest::newRow("SIGCHLD ignored") << true;
}

void tst_StolenStatus::failedStarts()
{
    QFETCH(bool, isIgnored);
    std::optional<Thief> thief;
    std::optional<TemporaryAction> ignore;
    if (isIgnored)
        ignore.emplace(SIGCHLD, SIG_IGN);
    else
        thief.emplace();
    for (int i = 0; i < 200; ++i)
        QCOMPARE(outcomeOf({{"/no/such/program"}}), text(ForkFd::StartError{"exec", ENOENT}));
}

QTEST_GUILESS_MAIN(tst_StolenStatus)
#include "tst_stolenstatus.moc"
