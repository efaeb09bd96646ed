// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// The driver that needs no libFuzzer: plays the corpus, and then inputs that a seed determines. It also
// replays and shrinks what libFuzzer has found. See docs/design/fuzz.md.

#include "hex.h"
#include "player.h"
#include "shrink.h"

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <random>

namespace {

using namespace Fuzz;

struct Options
{
    std::uint32_t seed = static_cast<std::uint32_t>(std::time(nullptr) / (24 * 60 * 60)); // Today's.
    std::uint64_t count = 0; ///< 0: until the time is over.
    std::chrono::seconds time = std::chrono::seconds(60);
    std::string corpus = FORKFD_FUZZ_CORPUS;
    Input input;
    enum Task { Play, Replay, Unpack, Pack } task = Play;
    std::string folder;
};

int usage()
{
    std::fputs(
        "Usage: fuzz_NAME [OPTION…]\n"
        "  --seconds N      how long it plays (60)\n"
        "  --count N        how many inputs it plays, however long that takes\n"
        "  --seed N         the seed of the first input; the next one has the next seed. Today's\n"
        "                   date unless given\n"
        "  --corpus FILE    inputs to begin with, one per line\n"
        "  --input HEX      plays only this input, and shrinks it if it shows a fault\n"
        "  --artifact FILE  the same with a file of libFuzzer\n"
        "  --unpack FOLDER  writes the corpus as files for libFuzzer\n"
        "  --pack FOLDER    prints such files as lines of a corpus\n",
        stderr);
    return 2;
}

bool readOptions(int argc, char **argv, Options &options)
{
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string_view word = argv[i];
        const std::string value = argv[i + 1];
        if (word == "--seconds") {
            options.time = std::chrono::seconds(std::atoi(value.c_str()));
        } else if (word == "--count") {
            options.count = std::strtoull(value.c_str(), nullptr, 10);
        } else if (word == "--seed") {
            options.seed = static_cast<std::uint32_t>(std::strtoul(value.c_str(), nullptr, 10));
        } else if (word == "--corpus") {
            options.corpus = value;
        } else if (word == "--input" || word == "--artifact") {
            options.task = Options::Replay;
            options.input = word == "--input" ? fromHex(value) : readInput(value);
        } else if (word == "--unpack" || word == "--pack") {
            options.task = word == "--unpack" ? Options::Unpack : Options::Pack;
            options.folder = value;
        } else {
            return false;
        }
    }
    return argc % 2 == 1;
}

/// The inputs: first those of the corpus, then random ones and changed ones of the corpus.
class Generator
{
public:
    explicit Generator(const Options &options)
        : m_options(options)
        , m_corpus(readCorpus(options.corpus))
        , m_end(std::chrono::steady_clock::now() + options.time)
    {
    }

    Input next()
    {
        const std::uint64_t number = m_number++;
        if (number < m_corpus.size())
            return m_corpus[number];
        const std::uint64_t made = number - m_corpus.size();
        const bool isOver =
            m_options.count > 0 ? made >= m_options.count : std::chrono::steady_clock::now() >= m_end;
        return isOver ? Input() : make(static_cast<std::uint32_t>(m_options.seed + made));
    }

private:
    Input make(std::uint32_t seed) const
    {
        std::mt19937 random(seed);
        const auto below = [&random](std::size_t limit) { return random() % limit; };
        if (m_corpus.empty() || below(2) == 0) {
            Input input(shape.headSize + (1 + below(shape.maxSteps)) * shape.stepSize);
            for (std::uint8_t &byte : input)
                byte = static_cast<std::uint8_t>(random());
            return input;
        }
        Input input = m_corpus[below(m_corpus.size())];
        for (std::size_t changes = 1 + below(8); changes > 0 && !input.empty(); --changes)
            input[below(input.size())] = static_cast<std::uint8_t>(random());
        return input;
    }

    const Options m_options;
    const std::vector<Input> m_corpus;
    const std::chrono::steady_clock::time_point m_end;
    std::uint64_t m_number = 0;
};

void report(Player &player, const Player::Result &result)
{
    std::printf("%s: %s\n%sfuzz_%s --input %s\n", name, result.fault.c_str(),
                describe(result.input).c_str(), name, toHex(result.input).c_str());
    Player::Result again;
    for (int tries = 0; again.fault.empty() && tries < 20; ++tries)
        again = player.playOne(result.input);
    if (again.fault.empty()) {
        std::printf("This input alone shows no fault in 20 tries.\n");
        return;
    }
    const Input input = shrink(player, result.input, again.fault);
    std::printf("Shrunk: %s\n%sfuzz_%s --input %s\n", player.playOne(input).fault.c_str(),
                describe(input).c_str(), name, toHex(input).c_str());
}

int playAll(const Options &options)
{
    const auto begin = std::chrono::steady_clock::now();
    Generator generator(options);
    Player player;
    const Player::Result result = options.task == Options::Replay
        ? player.playOne(options.input)
        : player.play([&generator] { return generator.next(); });
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - begin;
    if (!result.fault.empty())
        report(player, result);
    std::printf("{\"name\": \"%s\", \"driver\": \"seeded\", \"seed\": %u, \"executions\": %llu, "
                "\"operations\": %llu, \"seconds\": %.1f, \"failures\": %d}\n",
                name, options.seed, static_cast<unsigned long long>(result.inputCount),
                static_cast<unsigned long long>(result.operationCount), time.count(),
                result.fault.empty() ? 0 : 1);
    return result.fault.empty() ? 0 : 1;
}

} // namespace

int main(int argc, char **argv)
{
    Options options;
    if (!readOptions(argc, argv, options))
        return usage();
    if (options.task == Options::Pack)
        packCorpus(options.folder);
    else if (options.task == Options::Unpack)
        return unpackCorpus(options.corpus, options.folder) ? 0 : 1;
    else
        return playAll(options);
    return 0;
}
