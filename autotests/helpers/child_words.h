// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CHILD_WORDS_H
#define FORKFD_CHILD_WORDS_H

#include <cstdlib>
#include <span>

/// The arguments of the helper program. Each word takes its own from the front.
class Arguments
{
public:
    explicit Arguments(char **argv)
        : m_program(argv[0])
        , m_rest(argv + 1)
    {
    }

    const char *program() const { return m_program; }
    /// Returns the next argument, or null at the end.
    const char *next() { return *m_rest ? *m_rest++ : nullptr; }
    /// Returns the next argument as a number, or 0 at the end.
    int number()
    {
        const char *argument = next();
        return argument ? std::atoi(argument) : 0;
    }

private:
    const char *m_program;
    char **m_rest;
};

/// A command of the helper program.
struct Word
{
    const char *name;
    const char *arguments;
    void (*run)(Arguments &arguments);
    const char *sentence; ///< What it does.
};

std::span<const Word> actionWords();
std::span<const Word> descendantWords();
std::span<const Word> printingWords();

// Shared by the words.
[[noreturn]] void sleepForEver();
void awaitEndOfFile(int fd);

#endif
