// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_LOAD_PART_H
#define FORKFD_LOAD_PART_H

#include "judge.h"

#include <cstdint>
#include <string>
#include <vector>

namespace Load {

/// One part of the load, with one backend. It runs in its own process.
struct Part
{
    std::string name; ///< "ends", "alive", "copies" or "soak".
    std::string backend; ///< "pidfd" or "sigchld".
    std::uint32_t seed = 0;
    int amount = 0; ///< Children (ends, alive) or seconds (copies, soak).

    std::string text() const;
};

/// A line of JSON: figures of a part, by name.
class Figures
{
public:
    void add(const char *name, const std::string &value);
    void add(const char *name, std::int64_t value);
    std::string text() const { return '{' + m_text + '}'; }

private:
    std::string m_text;
};

/// 100,000 ends: children by all ways from eight threads, and nothing is left of them.
void playEnds(const Part &part, Judge &judge, Figures &figures);
/// 10,000 children that are alive at the same time, and end in random order.
void playAlive(const Part &part, Judge &judge, Figures &figures);
/// Starts beside forked copies of this process.
void playCopies(const Part &part, Judge &judge, Figures &figures);
/// Everything at random.
void playSoak(const Part &part, Judge &judge, Figures &figures);

/// Plays a part in this process, and prints its figures to the descriptor. Returns the exit code.
int play(const Part &part, int report);

} // namespace Load

#endif
