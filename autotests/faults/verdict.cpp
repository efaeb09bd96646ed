// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "verdict.h"

#include "expected.h"
#include "scenario.h"

#include <algorithm>
#include <sstream>

namespace Faults {

namespace {

bool isRightFailure(const Failure &failure, const std::string &result)
{
    constexpr std::string_view start = "start: ";
    if (failure.kind() == Kind::Allocations)
        // pthread_create(3) reports each lack as EAGAIN.
        return result == withoutMemory
            || (result.starts_with(start)
                && (result.ends_with(" ENOMEM") || result.ends_with(" EAGAIN")));
    const KnownCall *call = findCall(failure.place.call);
    const std::size_t space = result.rfind(' ');
    if (failure.kind() == Kind::Delays || !call || !result.starts_with(start) || space < start.size())
        return false;
    const std::string step = result.substr(start.size(), space - start.size());
    const std::string error = result.substr(space + 1);
    // The guardian is itself started, and any step of that may fail.
    const bool isAnyStep = step == "-" || step == "treeDiesWithParent";
    return (error == "?" || errorNumber(error) == errorNumber(failure.error))
        && (isAnyStep ? !call->steps.empty() : hasWord(call->steps, step));
}

bool isRightFailure(const Fault &fault, const std::string &result)
{
    return std::any_of(fault.failures.begin(), fault.failures.end(),
                       [&](const Failure &failure) { return isRightFailure(failure, result); });
}

// The problems of the run; empty if there are none.
std::vector<std::string> whatIsWrong(const Fault &fault, const Report &healthy, const Report &report)
{
    std::vector<std::string> all = report.problems;
    for (std::size_t i = 0; i < report.results.size() && i < healthy.results.size(); ++i) {
        const std::string &result = report.results[i];
        const bool mayFail = i == 0 || fault.isFilter();
        if (result != healthy.results[i] && !(mayFail && isRightFailure(fault, result)))
            all.push_back((i == 0 ? "result \"" : "next start \"") + result + "\" instead of \""
                          + healthy.results[i] + '"');
    }
    if (report.results.size() < healthy.results.size())
        all.push_back(std::to_string(report.results.size()) + " results");
    const bool isCounted = !report.belongings.mask.empty();
    const std::string residue = isCounted ? report.belongings.beyond(healthy.belongings) : std::string();
    if (!residue.empty())
        all.push_back("left:" + residue);
    return all;
}

} // namespace

Verdict judge(const Fault &fault, const Report &healthy, const Report &report)
{
    Verdict verdict = {.kind = Verdict::Expected, .seconds = report.seconds};
    for (const std::string &wrong : whatIsWrong(fault, healthy, report)) {
        verdict.text += wrong + "; ";
        // A hang is always wrong.
        const auto row = wrong.starts_with("hangs:") ? std::nullopt : expectedRow(fault, wrong);
        if (row)
            verdict.rows.push_back(*row);
        else
            verdict.kind = Verdict::Wrong;
    }
    if (verdict.text.empty())
        verdict.kind = report.reached.size() < fault.failures.size() ? Verdict::NotReached
            : report.results == healthy.results                      ? Verdict::RightResult
                                                                     : Verdict::StartError;
    return verdict;
}

std::string pack(const Verdict &verdict)
{
    std::ostringstream stream;
    stream << verdict.kind << ' ' << verdict.seconds << ' ' << verdict.rows.size();
    for (const std::size_t row : verdict.rows)
        stream << ' ' << row;
    stream << ' ' << verdict.text;
    return stream.str();
}

Verdict unpack(const std::string &text)
{
    std::istringstream stream(text);
    int kind = 0;
    Verdict verdict;
    std::size_t count = 0;
    stream >> kind >> verdict.seconds >> count;
    verdict.kind = static_cast<Verdict::Kind>(kind);
    verdict.rows.resize(count);
    for (std::size_t &row : verdict.rows)
        stream >> row;
    stream.get();
    std::getline(stream, verdict.text, '\0');
    return verdict;
}

} // namespace Faults
