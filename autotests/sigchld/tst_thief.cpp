// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "processtest.h"

#include <QtCore/QMap>

#include <atomic>
#include <cerrno>
#include <map>
#include <thread>

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

/// Another thread waits for every child all the time. Each end is still reported, with the right status
/// or as Unknown.
/// Holds: S9, S15.
class tst_Thief : public ProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void everyEndIsReported();
};

namespace {

std::int64_t now()
{
    timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1'000'000'000LL + time.tv_nsec;
}

/// waitpid(-1) in a loop, as some event libraries do it.
class Thief
{
public:
    ~Thief()
    {
        m_isDone = true;
        m_thread.join();
    }
    int count() const { return m_count; }

private:
    std::atomic<bool> m_isDone = false;
    std::atomic<int> m_count = 0;
    std::thread m_thread{[this] {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, nullptr);
        while (!m_isDone) {
            if (waitpid(-1, nullptr, WNOHANG) > 0)
                ++m_count;
            else
                std::this_thread::yield();
        }
    }};
};

struct Running
{
    ForkFd::Child child;
    int code;
};

} // namespace

void tst_Thief::everyEndIsReported()
{
    constexpr int count = 1000;
    constexpr std::size_t aliveAtOnce = 16;
    // Each child writes the time of its end there.
    int stamps[2];
    QCOMPARE(pipe2(stamps, O_CLOEXEC), 0);
    ForkFd::LaunchOptions options;
    options.fileDescriptors = {{3, stamps[1]}};

    std::map<pid_t, Running> running;
    int started = 0;
    int reported = 0;
    int unknown = 0;
    std::int64_t latest = 0;
    {
        Thief thief;
        while (reported < count) {
            while (started < count && running.size() < aliveAtOnce) {
                const int code = started++ % 256;
                auto process =
                    ForkFd::spawn(child({"stamp", "3", "exit", std::to_string(code)}), options);
                QVERIFY(process);
                const pid_t pid = process->pid();
                running.emplace(pid, Running{std::move(*process), code});
            }
            std::vector<pollfd> entries;
            for (auto &[pid, one] : running)
                entries.push_back({one.child.descriptor(), POLLIN, 0});
            int ready;
            while ((ready = poll(entries.data(), entries.size(), 10'000)) < 0 && errno == EINTR) { }
            QVERIFY2(ready > 0, "an end is missing");
            for (auto it = running.begin(); it != running.end();) {
                const auto info = it->second.child.wait(std::chrono::milliseconds(0));
                if (!info) {
                    ++it;
                    continue;
                }
                const std::int64_t reportedAt = now();
                ++reported;
                if (info->reason == ForkFd::ExitInfo::Unknown)
                    ++unknown;
                else
                    QCOMPARE(info->code, it->second.code);
                // Its stamp is in the pipe, maybe behind those of other children.
                static QMap<std::int64_t, std::int64_t> ends;
                while (!ends.contains(it->first)) {
                    std::int64_t stamp[2];
                    QCOMPARE(::read(stamps[0], stamp, sizeof stamp), ssize_t(sizeof stamp));
                    ends[stamp[0]] = stamp[1];
                }
                latest = std::max(latest, reportedAt - ends.take(it->first));
                it = running.erase(it);
            }
        }
        qInfo("%d stolen, %d of %d unknown, latest report %lld ms after the end", thief.count(), unknown,
              count, static_cast<long long>(latest / 1'000'000));
    }
    close(stamps[0]);
    close(stamps[1]);
    QCOMPARE(reported, count);
}

QTEST_GUILESS_MAIN(tst_Thief)
#include "tst_thief.moc"
