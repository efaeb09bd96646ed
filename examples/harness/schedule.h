// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_EXAMPLES_SCHEDULE_H
#define FORKFD_EXAMPLES_SCHEDULE_H

#include "options.h"
#include "test.h"

#include <QtCore/QHash>

#include <cstddef>
#include <optional>
#include <vector>

/// Decides which test may start next. It knows tests by their place in the list.
///
/// The longest tests come first, and before them those that others wait for. A test that has to run
/// alone comes last, unless others wait for it.
class Schedule
{
public:
    /// The tests must live as long as this object.
    Schedule(const TestList &tests, int jobs, const QList<Group> &groups);

    /// A test that may start now. It counts as running from here on.
    std::optional<std::size_t> takeNext();
    /// A test that will never run, because a fixture that it requires was not set up. It counts as over.
    std::optional<std::size_t> takeUnrunnable();
    /// When nothing runs and nothing may start: a test that waits for itself. It counts as over.
    std::optional<std::size_t> takeWaiting();
    /// A test that takeNext() has returned is over.
    void finish(std::size_t test, bool hasPassed);

private:
    enum class State { Waiting, Running, Passed, Failed };
    struct Entry
    {
        State state = State::Waiting;
        std::vector<std::size_t> after; ///< These have to be over.
        std::vector<std::size_t> setups; ///< These have to have passed.
        std::vector<std::size_t> groups;
        int processors = 1;
    };

    void addDependencies(const TestList &tests);
    void sort();
    bool isOver(std::size_t test) const;
    bool areResourcesFree(std::size_t test) const;
    bool mayStart(std::size_t test) const;
    void change(std::size_t test, int by);
    std::size_t take(std::size_t place, State state);

    const TestList &m_tests;
    const int m_jobs;
    const QList<Group> m_groups;
    std::vector<Entry> m_entries;
    std::vector<std::size_t> m_order; ///< Those that wait.
    int m_usedProcessors = 0;
    int m_runningCount = 0;
    bool m_isSerialRunning = false;
    std::vector<int> m_groupCounts;
    QHash<QString, int> m_locks;
};

#endif
