// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "tally.h"

#include "expected.h"

#include <cstdio>

namespace Faults {

void Tally::add(const Fault &fault, const Verdict &verdict)
{
    for (Count *count : {&m_counts[fault.scenario + '/' + fault.backend], &m_total}) {
        ++count->of[verdict.kind];
        count->seconds += verdict.seconds;
    }
    m_rows.insert(verdict.rows.begin(), verdict.rows.end());
    tell(fault, verdict);
    std::fflush(stdout);
}

void Tally::print() const
{
    std::printf("%-32s %8s %8s %8s %8s %8s %8s %8s\n", "scenario/backend", "right", "error", "expected",
                "missed", "once", "WRONG", "seconds");
    for (const auto &[name, count] : m_counts)
        printLine(name, count);
    printLine("all", m_total);
}

void Tally::printUnusedRows() const
{
    for (std::size_t row = 0; row < expectedRowCount(); ++row) {
        if (!m_rows.contains(row))
            std::printf("not needed: %s\n", expectedRowText(row).c_str());
    }
}

void Tally::tell(const Fault &fault, const Verdict &verdict) const
{
    constexpr double slow = 1;
    const std::string name = fault.text();
    if (verdict.kind == Verdict::Wrong)
        std::printf("WRONG %s: %s reproduce: ./dev check-faults --only %s\n", name.c_str(),
                    verdict.text.c_str(), name.c_str());
    else if (verdict.kind == Verdict::Once)
        std::printf("once %s: %s\n", name.c_str(), verdict.text.c_str());
    else if (verdict.kind == Verdict::Expected && m_isVerbose)
        std::printf("expected %s: %s\n", name.c_str(), verdict.text.c_str());
    if (verdict.seconds > slow && m_isVerbose)
        std::printf("slow %s: %.1f s\n", name.c_str(), verdict.seconds);
}

void Tally::printLine(const std::string &name, const Count &count)
{
    std::printf("%-32s %8d %8d %8d %8d %8d %8d %8.1f\n", name.c_str(), count.of[Verdict::RightResult],
                count.of[Verdict::StartError], count.of[Verdict::Expected],
                count.of[Verdict::NotReached], count.of[Verdict::Once], count.of[Verdict::Wrong],
                count.seconds);
}

} // namespace Faults
