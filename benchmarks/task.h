// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_BENCHMARKS_TASK_H
#define FORKFD_BENCHMARKS_TASK_H

#include <QtCore/QStringList>

#include <string>
#include <vector>

namespace Benchmarks {

/// Where the child's three streams lead.
enum class Channels {
    None, ///< To where the parent's lead.
    Pipes ///< Each through a pipe of its own to the parent.
};

/// How the parent learns of what happens.
enum class Style {
    EventLoop, ///< Through the library's event loop.
    Waiting ///< By a call that blocks until it has happened.
};

/// A child to be started, in the words of all contestants, so that none has to translate.
class Task
{
public:
    /// `words` are the program's path and its arguments.
    Task(std::vector<std::string> words, Channels toWhere, Style how = Style::EventLoop);
    Task(const Task &) = delete;
    Task &operator=(const Task &) = delete;

    /// The one that only exits.
    static Task exiting(Channels channels, Style style = Style::EventLoop);
    /// The one that does what it is told.
    static Task busy(std::vector<std::string> arguments, Channels channels,
                     Style style = Style::EventLoop);

    const char *path() const { return m_argv.front(); }
    char *const *argv() const { return m_argv.data(); }
    const std::vector<std::string> &words() const { return m_words; }
    const QString &program() const { return m_program; }
    const QStringList &arguments() const { return m_arguments; }

    const Channels channels;
    const Style style;
    bool amongMany = false; ///< The parent has many such children at a time.
    bool wantsBigPipe = false; ///< The child writes much. Who can choose takes a pipe of 1 MiB.
    bool hasOptions = false; ///< With every launch option that goes together with the others.

private:
    std::vector<std::string> m_words;
    std::vector<char *> m_argv; ///< Ends in a null pointer.
    QString m_program;
    QStringList m_arguments;
};

/// What exiting() exits with.
constexpr int exitCodeOfExiting = 3;

} // namespace Benchmarks

#endif
