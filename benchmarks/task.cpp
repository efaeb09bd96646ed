// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "task.h"

namespace Benchmarks {

Task::Task(std::vector<std::string> words, Channels toWhere, Style how)
    : channels(toWhere)
    , style(how)
    , m_words(std::move(words))
    , m_program(QString::fromStdString(m_words.front()))
{
    for (std::string &word : m_words) {
        if (!m_argv.empty())
            m_arguments.append(QString::fromStdString(word));
        m_argv.push_back(word.data());
    }
    m_argv.push_back(nullptr);
}

Task Task::exiting(Channels channels, Style style)
{
    return Task({FORKFD_BENCHMARKS_EXIT}, channels, style);
}

Task Task::exitingDynamic(Channels channels)
{
    return Task({FORKFD_BENCHMARKS_DYNAMIC}, channels);
}

Task Task::busy(std::vector<std::string> arguments, Channels channels, Style style)
{
    arguments.insert(arguments.begin(), FORKFD_BENCHMARKS_BUSY);
    return Task(std::move(arguments), channels, style);
}

} // namespace Benchmarks
