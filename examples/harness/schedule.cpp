// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "schedule.h"

#include <QtCore/QMultiHash>

#include <algorithm>
#include <tuple>

Schedule::Schedule(const TestList &tests, int jobs, const QList<Group> &groups)
    : m_tests(tests)
    , m_jobs(jobs)
    , m_groups(groups)
    , m_entries(tests.size())
    , m_groupCounts(static_cast<std::size_t>(groups.size()))
{
    for (std::size_t i = 0; i < tests.size(); ++i) {
        m_entries[i].processors = std::min(tests[i].processors, jobs);
        for (qsizetype group = 0; group < groups.size(); ++group) {
            if (groups[group].filter(tests[i]))
                m_entries[i].groups.push_back(static_cast<std::size_t>(group));
        }
        m_order.push_back(i);
    }
    addDependencies(tests);
    sort();
}

void Schedule::addDependencies(const TestList &tests)
{
    using Places = QMultiHash<NameInFolder, std::size_t>;
    Places byName;
    Places setups;
    Places users;
    for (std::size_t i = 0; i < tests.size(); ++i) {
        const Test &test = tests[i];
        byName.insert({test.folder, test.nameInFolder}, i);
        if (!test.wholeName.isEmpty())
            byName.insert({test.folder, test.wholeName}, i);
        for (const QString &fixture : test.fixturesSetUp)
            setups.insert({test.folder, fixture}, i);
        for (const QString &fixture : test.fixturesRequired)
            users.insert({test.folder, fixture}, i);
    }
    for (std::size_t i = 0; i < tests.size(); ++i) {
        const auto add = [&folder = tests[i].folder](std::vector<std::size_t> &list, const Places &from,
                                                     const QStringList &names) {
            for (const QString &name : names) {
                for (const std::size_t test : from.values({folder, name}))
                    list.push_back(test);
            }
        };
        add(m_entries[i].after, byName, tests[i].after);
        add(m_entries[i].after, users, tests[i].fixturesCleanedUp);
        add(m_entries[i].after, setups, tests[i].fixturesCleanedUp);
        add(m_entries[i].setups, setups, tests[i].fixturesRequired);
    }
}

void Schedule::sort()
{
    std::vector<bool> isAwaited(m_tests.size());
    for (const Entry &entry : m_entries) {
        for (const std::size_t test : entry.after)
            isAwaited[test] = true;
        for (const std::size_t test : entry.setups)
            isAwaited[test] = true;
    }
    const auto key = [&](std::size_t i) {
        return std::make_tuple(!isAwaited[i], m_tests[i].isSerial, -m_tests[i].cost);
    };
    std::stable_sort(m_order.begin(), m_order.end(),
                     [&](std::size_t a, std::size_t b) { return key(a) < key(b); });
}

bool Schedule::isOver(std::size_t test) const
{
    return m_entries[test].state == State::Passed || m_entries[test].state == State::Failed;
}

bool Schedule::areResourcesFree(std::size_t test) const
{
    const Entry &entry = m_entries[test];
    if (m_usedProcessors + entry.processors > m_jobs || m_isSerialRunning
        || (m_tests[test].isSerial && m_runningCount != 0))
        return false;
    for (const std::size_t group : entry.groups) {
        if (m_groupCounts[group] >= m_groups[static_cast<qsizetype>(group)].limit)
            return false;
    }
    for (const QString &lock : m_tests[test].locks) {
        if (m_locks.value(lock) != 0)
            return false;
    }
    return true;
}

bool Schedule::mayStart(std::size_t test) const
{
    const Entry &entry = m_entries[test];
    return areResourcesFree(test)
        && std::all_of(entry.after.begin(), entry.after.end(), [&](auto i) { return isOver(i); })
        && std::all_of(entry.setups.begin(), entry.setups.end(),
                       [&](auto i) { return m_entries[i].state == State::Passed; });
}

// A running test takes its resources (1) and gives them back (-1).
void Schedule::change(std::size_t test, int by)
{
    m_runningCount += by;
    m_usedProcessors += by * m_entries[test].processors;
    if (m_tests[test].isSerial)
        m_isSerialRunning = by > 0;
    for (const std::size_t group : m_entries[test].groups)
        m_groupCounts[group] += by;
    for (const QString &lock : m_tests[test].locks)
        m_locks[lock] += by;
}

std::size_t Schedule::take(std::size_t place, State state)
{
    const std::size_t test = m_order[place];
    m_order.erase(m_order.begin() + static_cast<std::ptrdiff_t>(place));
    m_entries[test].state = state;
    return test;
}

std::optional<std::size_t> Schedule::takeNext()
{
    if (m_usedProcessors >= m_jobs)
        return {};
    for (std::size_t place = 0; place < m_order.size(); ++place) {
        if (mayStart(m_order[place])) {
            const std::size_t test = take(place, State::Running);
            change(test, 1);
            return test;
        }
    }
    return {};
}

std::optional<std::size_t> Schedule::takeUnrunnable()
{
    for (std::size_t place = 0; place < m_order.size(); ++place) {
        for (const std::size_t setup : m_entries[m_order[place]].setups) {
            if (m_entries[setup].state == State::Failed)
                return take(place, State::Failed);
        }
    }
    return {};
}

std::optional<std::size_t> Schedule::takeWaiting()
{
    if (m_runningCount != 0 || m_order.empty())
        return {};
    return take(0, State::Failed);
}

void Schedule::finish(std::size_t test, bool hasPassed)
{
    change(test, -1);
    m_entries[test].state = hasPassed ? State::Passed : State::Failed;
}
