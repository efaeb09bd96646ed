// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "verdict.h"

#include "ctestpattern.h"
#include "plaintext.h"

using namespace Qt::StringLiterals;

namespace {

/// Searches the output of a test for patterns. The middle of a long output is missing, and PCRE may lack
/// the stack to search a long output for some patterns. Then it is unknown whether the output matches,
/// and the test fails.
class PatternSearch
{
public:
    explicit PatternSearch(const Attempt &attempt)
        : m_output(attempt.output)
        , m_isOutputComplete(attempt.isOutputComplete)
    {
    }

    /// The first pattern that matches; null if none does.
    QString matchOf(const QStringList &patterns)
    {
        const QString text = patterns.isEmpty() ? QString() : textAsInCTest(m_output);
        QString notSearched;
        for (const QString &pattern : patterns) {
            const QRegularExpressionMatch match = ctestPattern(pattern).match(text);
            if (match.hasMatch())
                return pattern;
            if (!match.isValid() || !m_isOutputComplete)
                notSearched = pattern;
        }
        if (!notSearched.isNull())
            m_failure = u"its output is too long to be searched for \"%1\""_s.arg(notSearched);
        return {};
    }
    /// Which search has failed; null if none has.
    QString failure() const { return m_failure; }

private:
    const QByteArray &m_output;
    const bool m_isOutputComplete;
    QString m_failure;
};

QString exitText(const ForkFd::ExitInfo &info)
{
    return QString::fromStdString(info.toString());
}

// "exited with code 2: opens(), closes(empty)"
QString failureText(const ForkFd::ExitInfo &info, const QList<FunctionResult> &functions)
{
    constexpr qsizetype named = 3;
    QStringList names;
    for (const FunctionResult &function : functions) {
        if (function.outcome == Outcome::Failed)
            names += function.name;
    }
    if (names.isEmpty())
        return exitText(info);
    const qsizetype more = names.size() - named;
    return exitText(info) + u": "_s + names.mid(0, named).join(u", "_s)
        + (more > 0 ? u" and %1 more"_s.arg(more) : QString());
}

void judgeExit(const Test &test, const ForkFd::ExitInfo &info, Attempt &attempt)
{
    const auto conclude = [&](Outcome outcome, const QString &reason) {
        attempt.outcome = outcome;
        attempt.reason = reason;
    };
    if (test.skipCode == info.code)
        return conclude(Outcome::Skipped, exitText(info));
    PatternSearch search(attempt);
    if (const QString pattern = search.matchOf(test.skipPatterns); !pattern.isNull())
        return conclude(Outcome::Skipped, u"its output matches \"%1\""_s.arg(pattern));

    // As ctest has it: with PASS_REGULAR_EXPRESSION the exit code does not count.
    const bool mustMatch = !test.passPatterns.isEmpty();
    QString fault;
    if (const QString pattern = search.matchOf(test.failPatterns); !pattern.isNull())
        fault = u"its output matches \"%1\""_s.arg(pattern);
    else if (mustMatch && search.matchOf(test.passPatterns).isNull())
        fault = u"its output does not match \"%1\""_s.arg(test.passPatterns.join(u"\", \""_s));
    else if (!mustMatch && info.code != 0)
        fault = failureText(info, attempt.functions);

    if (!search.failure().isNull())
        return conclude(Outcome::Failed, search.failure());
    if (!test.isExpectedToFail)
        return conclude(fault.isEmpty() ? Outcome::Passed : Outcome::Failed, fault);
    if (fault.isEmpty())
        return conclude(Outcome::Failed, u"it succeeded, and was expected to fail"_s);
    conclude(Outcome::Passed, {});
}

} // namespace

void judge(const Test &test, const Ending &ending, Attempt &attempt)
{
    if (ending.startError.step) {
        attempt.outcome = Outcome::NotStarted;
        attempt.reason = QString::fromStdString(ending.startError.toString());
    } else if (ending.isInterrupted) {
        attempt.outcome = Outcome::Interrupted;
        attempt.reason = exitText(ending.exitInfo);
    } else if (ending.timeLimitExceeded) {
        attempt.outcome = Outcome::TimedOut;
        attempt.reason = u"exceeded its time limit of "_s + secondsText(ending.timeLimit);
    } else if (ending.exitInfo.reason == ForkFd::ExitInfo::Exited) {
        judgeExit(test, ending.exitInfo, attempt);
    } else {
        attempt.outcome =
            ending.exitInfo.reason == ForkFd::ExitInfo::Signaled ? Outcome::Crashed : Outcome::Failed;
        attempt.reason = exitText(ending.exitInfo);
    }
    attempt.reason = oneLine(attempt.reason); // It may quote names and patterns.
}
