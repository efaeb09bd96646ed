// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "tally.h"

#include "expected.h"

#include <cstdio>
#include <fstream>
#include <iterator>
#include <utility>

#include <sys/utsname.h>

namespace Faults {

void Tally::Count::add(const Count &other)
{
    for (std::size_t i = 0; i < std::size(of); ++i)
        of[i] += other.of[i];
    seconds += other.seconds;
}

void Tally::add(const Fault &fault, const Verdict &verdict)
{
    Count one;
    one.of[verdict.kind] = 1;
    one.seconds = verdict.seconds;
    m_counts[{fault.scenario, fault.backend, fault.kind()}].add(one);
    m_total.add(one);
    m_rows.insert(verdict.rows.begin(), verdict.rows.end());
    tell(fault, verdict);
    std::fflush(stdout);
}

void Tally::print() const
{
    std::printf("%-32s %8s %8s %8s %8s %8s %8s %8s\n", "scenario/backend", "right", "error", "expected",
                "missed", "once", "WRONG", "seconds");
    std::map<std::string, Count> scenarios;
    std::map<std::string, Count> kinds;
    for (const auto &[key, count] : m_counts) {
        scenarios[key.scenario + '/' + key.backend].add(count);
        kinds[std::string("all ") + nameOf(key.kind)].add(count);
    }
    for (const auto &counts : {scenarios, kinds}) {
        for (const auto &[name, count] : counts)
            printLine(name, count);
    }
    printLine("all", m_total);
}

bool Tally::writeReport(const std::string &file, std::uint32_t seed) const
{
    std::ofstream stream(file);
    utsname system = {};
    uname(&system);
    stream << R"({"tool":"faults","seed":)" << seed << R"(,"kernel":")" << system.release
           << R"(","scenarios":[)";
    const char *separator = "\n";
    for (const auto &[key, count] : m_counts) {
        const int right = count.of[Verdict::RightResult] + count.of[Verdict::StartError];
        const int rows = count.of[Verdict::Expected];
        const int once = count.of[Verdict::Once];
        const int wrong = count.of[Verdict::Wrong];
        stream << std::exchange(separator, ",\n") << R"({"name":")" << key.scenario << R"(","kind":")"
               << nameOf(key.kind) << R"(","backend":")" << key.backend << R"(","injected":)"
               << right + rows + once + wrong << R"(,"asExpected":)" << right << R"(,"rows":)" << rows
               << R"(,"once":)" << once << R"(,"wrong":)" << wrong << '}';
    }
    stream << "]}\n";
    return stream.flush().good();
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
