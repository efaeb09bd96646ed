// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_FUZZ_PLAYER_H
#define FORKFD_FUZZ_PLAYER_H

#include "fuzzer.h"

#include <atomic>
#include <chrono>
#include <functional>

#include <sys/types.h>

namespace Fuzz {

/// Plays inputs in a child process. The player reports a crash or a hang of that process as a fault, and
/// starts a new one.
class Player
{
public:
    /// Gives the next input; an empty one ends.
    using Source = std::function<Input()>;

    struct Result
    {
        std::string fault; ///< Empty: none. Its first word is the same when the fault is the same.
        Input input; ///< The last input.
        std::uint64_t inputCount = 0;
        std::uint64_t operationCount = 0;
    };

    Player();
    ~Player();
    Player(const Player &) = delete;
    Player &operator=(const Player &) = delete;

    /// Plays until `next` ends or an input shows a fault. `patience` is how long one input may take.
    Result play(const Source &next, std::chrono::seconds patience = std::chrono::seconds(60));
    Result playOne(const Input &input);

private:
    struct Page;

    [[noreturn]] void work(const Source &next);
    int awaitEnd(pid_t worker, std::chrono::seconds patience);

    Page *const m_page; ///< Shared with the process that plays.
};

} // namespace Fuzz

#endif
