// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_BENCHMARKS_TASK_H
#define FORKFD_BENCHMARKS_TASK_H

#include <QtCore/QStringList>

#include <string>
#include <vector>

namespace Benchmarks {

/// What the child's three standard streams are.
enum class Channels {
    None, ///< Inherited from the parent.
    Pipes ///< Three pipes to the parent.
};

/// How the parent waits for events of the child.
enum class Style {
    EventLoop, ///< In the library's event loop.
    Waiting ///< In a call that blocks until the event.
};

/// A command to start, in the string types of all contestants: no measurement includes a conversion.
class Task
{
public:
    /// `words` are the program's path and its arguments.
    Task(std::vector<std::string> words, Channels toWhere, Style how = Style::EventLoop);
    Task(Task &&) = default; // The vectors keep their elements, to which the pointers lead.
    Task &operator=(Task &&) = delete;

    /// The program that exits at once.
    static Task exiting(Channels channels, Style style = Style::EventLoop);
    /// The same, but the loader links the program with libc before it exits.
    static Task exitingDynamic(Channels channels);
    /// The program that does what its arguments say (children/busy.cpp).
    static Task busy(std::vector<std::string> arguments, Channels channels,
                     Style style = Style::EventLoop);

    const char *path() const { return m_argv.front(); }
    char *const *argv() const { return m_argv.data(); }
    const std::vector<std::string> &words() const { return m_words; }
    const QString &program() const { return m_program; }
    const QStringList &arguments() const { return m_arguments; }

    const Channels channels;
    const Style style;
    bool amongMany = false; ///< The parent has many such children at the same time.
    int pipeSize =
        0; ///< Contestants that can choose use an output pipe of so many bytes; 0: the default.
    bool hasOptions = false; ///< Set every option that can be combined with the others.

private:
    std::vector<std::string> m_words;
    std::vector<char *> m_argv; ///< Null-terminated.
    QString m_program;
    QStringList m_arguments;
};

constexpr int mebibyte = 1 << 20;

/// The exit code of the program that exiting() names.
constexpr int exitCodeOfExiting = 3;

} // namespace Benchmarks

#endif
