// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "summary.h"

#include "plaintext.h"
#include "progress.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace {

struct Counts
{
    qsizetype passed = 0;
    qsizetype failed = 0;
    qsizetype skipped = 0;
    qsizetype givenUp = 0;
    qsizetype flaky = 0;
    qsizetype leaky = 0;
};

Counts countsOf(const std::vector<TestResult> &results)
{
    Counts counts;
    for (const TestResult &result : results) {
        if (result.outcome() == Outcome::Passed)
            ++counts.passed;
        else if (isFailure(result.outcome()))
            ++counts.failed;
        else
            ++(result.outcome() == Outcome::Skipped ? counts.skipped : counts.givenUp);
        counts.flaky += result.isFlaky() ? 1 : 0;
        counts.leaky += result.isLeaky() ? 1 : 0;
    }
    return counts;
}

/// Prints a heading and a line for each result that is meant; nothing if there is none.
template<typename Predicate, typename Text>
void printSection(Screen &screen, const QString &heading, const std::vector<TestResult> &results,
                  Predicate isMeant, Text textOf)
{
    bool isFirst = true;
    for (const TestResult &result : results) {
        if (!isMeant(result))
            continue;
        if (std::exchange(isFirst, false)) {
            screen.print();
            screen.print(screen.styled(Style::Strong, heading));
        }
        screen.print(textOf(result));
    }
}

void printSlowest(const std::vector<TestResult> &results, int count, Screen &screen)
{
    std::vector<const TestResult *> slowest;
    for (const TestResult &result : results) {
        if (result.last().time.count() != 0)
            slowest.push_back(&result);
    }
    std::stable_sort(slowest.begin(), slowest.end(),
                     [](auto *a, auto *b) { return a->last().time > b->last().time; });
    if (slowest.size() < 2 || count == 0)
        return;
    slowest.resize(std::min(slowest.size(), static_cast<std::size_t>(count)));
    screen.print();
    screen.print(screen.styled(Style::Strong, u"Slowest"_s)
                 + screen.styled(Style::Faint, u"      time  processor     memory"_s));
    for (const TestResult *result : slowest) {
        const Attempt &attempt = result->last();
        screen.print(secondsText(attempt.time).rightJustified(17)
                     + secondsText(attempt.processorTime).rightJustified(11)
                     + memoryText(attempt.peakMemory).rightJustified(11) + u"  "_s + result->test->name);
    }
}

QString detailsOf(const Counts &counts, std::size_t total, std::chrono::nanoseconds time)
{
    QStringList parts;
    if (counts.skipped != 0)
        parts += u"%1 skipped"_s.arg(counts.skipped);
    if (counts.givenUp != 0)
        parts += u"%1 not run"_s.arg(counts.givenUp);
    if (counts.flaky != 0)
        parts += u"%1 flaky"_s.arg(counts.flaky);
    if (counts.leaky != 0)
        parts += u"%1 leaky"_s.arg(counts.leaky);
    return u"%1 in %2"_s.arg(countText(static_cast<qsizetype>(total), "test", "tests"),
                             secondsText(time))
        + (parts.isEmpty() ? QString() : u": "_s + parts.join(u", "_s));
}

} // namespace

void printSummary(const std::vector<TestResult> &results, std::chrono::nanoseconds time,
                  const Options &options, Screen &screen)
{
    const auto withReason = [&](const TestResult &result) {
        const QString &reason = result.last().reason;
        return screen.styled(Style::Bad, outcomeWord(result.outcome()).rightJustified(8)) + u"  "_s
            + result.test->name + (reason.isEmpty() ? QString() : u": "_s + reason);
    };
    printSection(
        screen, u"Failed"_s, results, [](const TestResult &r) { return isFailure(r.outcome()); },
        withReason);
    printSection(
        screen, u"Flaky"_s, results, [](const TestResult &r) { return r.isFlaky(); },
        [](const TestResult &r) {
            return u"          %1: %2 at first, passed at attempt %3"_s.arg(
                r.test->name, r.attempts.constFirst().reason, QString::number(r.attempts.size()));
        });
    printSection(
        screen, u"Leaky"_s, results, [](const TestResult &r) { return r.isLeaky(); },
        [](const TestResult &r) {
            return u"          %1: %2"_s.arg(r.test->name, leftoverText(r.last()));
        });
    printSlowest(results, options.slowestCount, screen);

    const Counts counts = countsOf(results);
    screen.print();
    screen.print(screen.styled(Style::Faint, detailsOf(counts, results.size(), time)));
    screen.print(screen.styled(counts.failed == 0 ? Style::Good : Style::Bad,
                               u"%1 passed, %2 failed"_s.arg(counts.passed).arg(counts.failed)));
}
