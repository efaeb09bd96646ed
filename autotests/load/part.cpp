// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "part.h"

#include "belongings.h"

#include "../support/thief.h"

#include <QtCore/QCoreApplication>

#include <atomic>
#include <csignal>
#include <thread>

#include <poll.h>
#include <unistd.h>

namespace Load {

namespace {

constexpr std::chrono::seconds reportLimit{300};

/// Ends this process with an error if a report does not come, because the thread that waits for it
/// hangs.
class Watchdog
{
public:
    explicit Watchdog(Judge &judge)
        : m_judge(judge)
        , m_thread([this] { watch(); })
    {
    }
    ~Watchdog()
    {
        m_isDone = true;
        m_thread.join();
    }
    Watchdog(const Watchdog &) = delete;
    Watchdog &operator=(const Watchdog &) = delete;

private:
    void watch()
    {
        sigset_t all; // The soak chooses which threads get SIGCHLD.
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, nullptr);
        for (int i = 1; !m_isDone; ++i) {
            ::poll(nullptr, 0, 100);
            if (i % 100 != 0)
                continue;
            m_judge.checkOverdue(reportLimit);
            if (!m_judge.isContent() && ++m_grace > 6)
                ::_exit(1); // The threads had a minute to end.
        }
    }

    Judge &m_judge;
    int m_grace = 0;
    std::atomic<bool> m_isDone = false;
    std::thread m_thread;
};

void playPart(const Part &part, Judge &judge, Figures &figures)
{
    if (part.name == "ends")
        playEnds(part, judge, figures);
    else if (part.name == "alive")
        playAlive(part, judge, figures);
    else if (part.name == "copies")
        playCopies(part, judge, figures);
    else
        playSoak(part, judge, figures);
}

void addCounts(const Judge &judge, Figures &figures)
{
    figures.add("children", static_cast<std::int64_t>(judge.children));
    figures.add("accounted", static_cast<std::int64_t>(judge.accounted));
    figures.add("failedStarts", static_cast<std::int64_t>(judge.failedStarts));
    figures.add("unknown", static_cast<std::int64_t>(judge.unknown));
    figures.add("abandoned", static_cast<std::int64_t>(judge.abandoned));
    figures.add("copies", static_cast<std::int64_t>(judge.copies));
    figures.add("otherChildren", static_cast<std::int64_t>(judge.outsiders));
    figures.add("thefts", static_cast<std::int64_t>(judge.thefts));
    figures.add("signals", static_cast<std::int64_t>(judge.sentSignals));
    figures.add("longestLatencyMicroseconds", static_cast<std::int64_t>(judge.longestLatency));
}

} // namespace

std::string Part::text() const
{
    return name + '.' + backend + " --seed " + std::to_string(seed) + " --amount "
        + std::to_string(amount);
}

void Figures::add(const char *name, const std::string &value)
{
    m_text += (m_text.empty() ? "\"" : ", \"") + std::string(name) + "\": \"" + value + '"';
}

void Figures::add(const char *name, std::int64_t value)
{
    m_text += (m_text.empty() ? "\"" : ", \"") + std::string(name) + "\": " + std::to_string(value);
}

int play(const Part &part, int report)
{
    int argc = 1;
    char name[] = "load";
    char *argv[] = {name, nullptr};
    const QCoreApplication application(argc, argv);
    Judge judge(isStolenStatusRecoverable());
    Figures figures;
    figures.add("part", part.name);
    figures.add("backend", part.backend);
    figures.add("seed", part.seed);
    const auto begin = Account::Clock::now();
    {
        const PeakWatch peaks;
        const Watchdog watchdog(judge);
        playPart(part, judge, figures);
        figures.add("peakDescriptors", peaks.descriptors);
        figures.add("peakThreads", peaks.threads);
        figures.add("peakResidentKiB", peaks.residentKiB);
    }
    const auto seconds =
        std::chrono::duration_cast<std::chrono::seconds>(Account::Clock::now() - begin).count();
    figures.add("seconds", seconds);
    addCounts(judge, figures);
    if (judge.children != judge.accounted)
        judge.fail("some children were not accounted for");
    const std::string line = figures.text() + '\n';
    const bool isWritten =
        ::write(report, line.data(), line.size()) == static_cast<ssize_t>(line.size());
    return judge.isContent() && isWritten ? 0 : 1;
}

} // namespace Load
