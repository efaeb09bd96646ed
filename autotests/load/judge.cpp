// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "judge.h"

#include <cerrno>
#include <csignal>
#include <cstdio>

namespace Load {

namespace {

constexpr int printedFailures = 20;

std::uint64_t bitOf(int signal)
{
    return std::uint64_t(1) << (signal - 1);
}

} // namespace

void Judge::fail(const std::string &message)
{
    if (++m_failures <= printedFailures)
        std::fprintf(stderr, "load: %s\n", message.c_str());
}

void Judge::checkOverdue(std::chrono::seconds limit)
{
    std::string late;
    {
        const std::lock_guard lock(m_mutex);
        for (const Account *account : m_open) {
            if (Account::Clock::now() - account->begin() > limit && account->mayEnd())
                late += "\n  " + account->text();
        }
    }
    if (!late.empty())
        fail("no report for " + std::to_string(limit.count()) + " s:" + late);
}

std::size_t Judge::openCount() const
{
    const std::lock_guard lock(m_mutex);
    return m_open.size();
}

Account::Account(Judge &judge, const Deed &deed, const char *starter)
    : m_judge(judge)
    , m_deed(deed)
    , m_starter(starter)
    , m_number(++judge.children)
    , m_thefts(judge.theft.mark())
    , m_shortages(judge.shortage.mark())
{
    const std::lock_guard lock(m_judge.m_mutex);
    m_judge.m_open.insert(this);
}

Account::~Account()
{
    if (m_isOpen)
        fail("got no report");
    const std::lock_guard lock(m_judge.m_mutex);
    m_judge.m_open.erase(this);
}

void Account::expect(int signal)
{
    ++m_judge.sentSignals;
    const bool isFatal = signal != SIGSTOP && signal != SIGCONT && signal != 0;
    if (isFatal) // A deaf child, too, dies of SIGTERM before its program ignores it.
        m_signals |= bitOf(signal);
    if (signal == SIGKILL && m_killed == Clock::time_point())
        m_killed = Clock::now();
}

bool Account::isPermitted(const Ending &ending) const
{
    switch (ending.reason) {
    case ForkFd::ExitInfo::Unknown:
        return (!m_judge.m_isStatusRecoverable || m_isOpenedByNumber) && mayEnd()
            && m_judge.theft.wasSince(m_thefts);
    case ForkFd::ExitInfo::Signaled:
        return m_deed.end == ending || (m_signals & bitOf(ending.value)) != 0;
    case ForkFd::ExitInfo::Exited:
        return m_deed.end == ending;
    }
    return false;
}

bool Account::isOwn(const Ending &ending) const
{
    return m_deed.end == ending
        && (ending.reason != ForkFd::ExitInfo::Signaled || !(m_signals & bitOf(ending.value)));
}

bool Account::close()
{
    if (!m_isOpen)
        fail("got a second report");
    const bool wasOpen = m_isOpen;
    m_isOpen = false;
    m_judge.accounted += wasOpen ? 1 : 0;
    return wasOpen;
}

void Account::report(const Ending &ending)
{
    if (!close())
        return;
    if (ending.reason == ForkFd::ExitInfo::Unknown)
        ++m_judge.unknown;
    if (!isPermitted(ending))
        fail("got the wrong end: " + ending.text());
    if (m_killed == Clock::time_point())
        return;
    const auto latency =
        std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - m_killed).count();
    std::uint64_t longest = m_judge.longestLatency;
    while (longest < static_cast<std::uint64_t>(latency)
           && !m_judge.longestLatency.compare_exchange_weak(longest,
                                                            static_cast<std::uint64_t>(latency))) { }
}

void Account::reportFailure(const ForkFd::StartError &error)
{
    if (!close())
        return;
    ++m_judge.failedStarts;
    const bool isShort = error.errorCode == EMFILE && m_judge.shortage.wasSince(m_shortages);
    const bool isCanceled = error.step == "canceled" && (m_signals & (bitOf(SIGTERM) | bitOf(SIGKILL)));
    if (!isShort && !isCanceled)
        fail("could not start: " + error.toString());
}

void Account::reportFailure(int error)
{
    reportFailure(ForkFd::StartError("forkfd", error));
}

void Account::abandon()
{
    if (close())
        ++m_judge.abandoned;
}

void Account::fail(const std::string &message) const
{
    m_judge.fail(text() + ' ' + message);
}

std::string Account::text() const
{
    std::string words;
    for (const std::string &word : m_deed.words())
        words += ' ' + word;
    char bits[32];
    std::snprintf(bits, sizeof bits, "%llx", static_cast<unsigned long long>(m_signals));
    return "child " + std::to_string(m_number) + " of " + m_starter + " [" + words.substr(1)
        + "; signals " + bits + ']';
}

} // namespace Load
