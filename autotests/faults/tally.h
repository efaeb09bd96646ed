// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_FAULTS_TALLY_H
#define FORKFD_FAULTS_TALLY_H

#include "fault.h"
#include "verdict.h"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>

namespace Faults {

/// Counts the verdicts.
class Tally
{
public:
    explicit Tally(bool isVerbose)
        : m_isVerbose(isVerbose)
    {
    }

    /// Counts a verdict, and prints it if the reader has to know.
    void add(const Fault &fault, const Verdict &verdict);
    /// Prints a line for each scenario, and one for each kind.
    void print() const;
    /// After all failures: prints the rows of expected.cpp that no failure needed.
    void printUnusedRows() const;

    /// Writes the figures of each scenario and kind as JSON. False: it cannot.
    bool writeReport(const std::string &file, std::uint32_t seed) const;

    int once() const { return m_total.of[Verdict::Once]; }
    int wrong() const { return m_total.of[Verdict::Wrong]; }

private:
    struct Key
    {
        std::string scenario;
        std::string backend;
        Kind kind;

        auto operator<=>(const Key &) const = default;
    };

    struct Count
    {
        int of[Verdict::Wrong + 1] = {};
        double seconds = 0;

        void add(const Count &other);
    };

    void tell(const Fault &fault, const Verdict &verdict) const;
    static void printLine(const std::string &name, const Count &count);

    const bool m_isVerbose;
    std::map<Key, Count> m_counts;
    std::set<std::size_t> m_rows; ///< The rows that were needed.
    Count m_total;
};

} // namespace Faults

#endif
