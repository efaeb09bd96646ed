// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// The child that the tests start. It carries out its arguments one after another: each is a word of the
// tables in child_actions.cpp, child_descendants.cpp and child_prints.cpp. "child help" prints the
// tables.

#include "child_words.h"

#include <array>
#include <cstdio>
#include <cstring>

namespace {

void printTables(Arguments &);

constexpr Word ownWords[] = {{"help", "", printTables, "prints the tables"}};

std::array<std::span<const Word>, 4> tables()
{
    return {actionWords(), descendantWords(), printingWords(), ownWords};
}

void printTables(Arguments &)
{
    for (const auto &table : tables()) {
        for (const Word &word : table)
            std::printf("%-12s%-6s%s\n", word.name, word.arguments, word.sentence);
    }
}

const Word *find(const char *name)
{
    for (const auto &table : tables()) {
        for (const Word &word : table) {
            if (std::strcmp(word.name, name) == 0)
                return &word;
        }
    }
    return nullptr;
}

} // namespace

int main(int, char **argv)
{
    Arguments arguments(argv);
    while (const char *name = arguments.next()) {
        const Word *word = find(name);
        if (!word) {
            std::fprintf(stderr, "child: unknown word \"%s\"; see \"child help\"\n", name);
            return 99;
        }
        word->run(arguments);
    }
    return 0;
}
