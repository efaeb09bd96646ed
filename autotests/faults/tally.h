// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_FAULTS_TALLY_H
#define FORKFD_FAULTS_TALLY_H

#include "fault.h"
#include "verdict.h"

#include <cstddef>
#include <map>
#include <set>
#include <string>

namespace Faults {

/// What has come out so far.
class Tally
{
public:
    explicit Tally(bool isVerbose)
        : m_isVerbose(isVerbose)
    {
    }

    /// Counts it, and prints what the reader has to know of it.
    void add(const Fault &fault, const Verdict &verdict);
    /// A line for each scenario.
    void print() const;
    /// After all failures: the rows of expected.cpp that none of them needs.
    void printUnusedRows() const;

    int once() const { return m_total.of[Verdict::Once]; }
    int wrong() const { return m_total.of[Verdict::Wrong]; }

private:
    struct Count
    {
        int of[Verdict::Wrong + 1] = {};
        double seconds = 0;
    };

    void tell(const Fault &fault, const Verdict &verdict) const;
    static void printLine(const std::string &name, const Count &count);

    const bool m_isVerbose;
    std::map<std::string, Count> m_counts;
    std::set<std::size_t> m_rows; ///< That were needed.
    Count m_total;
};

} // namespace Faults

#endif
