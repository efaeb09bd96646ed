// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "progress.h"

#include "plaintext.h"
#include "testrun.h"

#include <algorithm>

using namespace Qt::StringLiterals;

QString outcomeWord(Outcome outcome)
{
    switch (outcome) {
    case Outcome::Passed:
        return u"PASS"_s;
    case Outcome::Failed:
        return u"FAIL"_s;
    case Outcome::Crashed:
        return u"CRASH"_s;
    case Outcome::TimedOut:
        return u"TIME"_s;
    case Outcome::Leaked:
        return u"LEAK"_s;
    case Outcome::NotStarted:
        return u"START"_s;
    case Outcome::Skipped:
        return u"SKIP"_s;
    case Outcome::NotRun:
        return u"NOT RUN"_s;
    case Outcome::Interrupted:
        return u"STOPPED"_s;
    case Outcome::GivenUp:
        return u"NOT RUN"_s;
    }
    return {};
}

Style outcomeStyle(Outcome outcome)
{
    if (outcome == Outcome::Passed)
        return Style::Good;
    return isFailure(outcome) ? Style::Bad : Style::Notice;
}

QString leftoverText(const Attempt &attempt)
{
    const QString count = countText(attempt.leftBehind, "process", "processes");
    return u"left %1 behind: %2"_s.arg(count, attempt.leftNames.join(u", "_s));
}

// A test that passes may still need attention.
static QString resultWord(const TestResult &result)
{
    if (result.outcome() != Outcome::Passed)
        return outcomeWord(result.outcome());
    if (result.isFlaky())
        return u"FLAKY"_s;
    return result.isLeaky() ? u"LEAKY"_s : u"PASS"_s;
}

Progress::Progress(const Options &options, Screen &screen)
    : m_options(options)
    , m_screen(screen)
{
}

void Progress::begin(std::size_t testCount)
{
    m_total = testCount;
    m_clock.start();
    m_screen.print(m_screen.styled(
        Style::Faint,
        u"%1, %2 at a time"_s.arg(countText(static_cast<qsizetype>(testCount), "test", "tests"))
            .arg(m_options.jobs)));
}

// "   FAIL     0.12 s  tst_a: exited with code 1"
void Progress::printLine(Style style, const QString &word, std::chrono::nanoseconds time,
                         const QString &text)
{
    m_screen.print(m_screen.styled(style, word.rightJustified(8)) + u' '
                   + m_screen.styled(Style::Faint, secondsText(time).rightJustified(10)) + "  "_L1
                   + text);
}

void Progress::noteSlow(const Test &test, std::chrono::nanoseconds time)
{
    printLine(Style::Notice, u"SLOW"_s, time, test.name + ": still running"_L1);
}

void Progress::noteRetry(const TestResult &result)
{
    const Attempt &attempt = result.last();
    printLine(Style::Notice, u"RETRY"_s, attempt.time,
              u"%1: %2; attempt %3 of %4"_s.arg(result.test->name, attempt.reason,
                                                QString::number(result.attempts.size()),
                                                QString::number(qint64{m_options.retries} + 1)));
}

void Progress::noteEnd(const TestResult &result)
{
    const Attempt &attempt = result.last();
    const bool isFailed = isFailure(attempt.outcome);
    const bool hasPassed = attempt.outcome == Outcome::Passed;
    ++(isFailed ? m_failed : hasPassed ? m_passed : m_skipped);

    QStringList remarks;
    if (!attempt.reason.isEmpty())
        remarks += attempt.reason;
    if (result.isFlaky())
        remarks += u"passed at attempt %1 of %2"_s.arg(result.attempts.size())
                       .arg(qint64{m_options.retries} + 1);
    if (result.isLeaky())
        remarks += leftoverText(attempt);
    const bool isNotice = hasPassed && !remarks.isEmpty();
    const bool isCalm = m_options.isQuiet || (m_screen.isTerminal() && !m_options.isVerbose);
    if (isFailed || isNotice || !isCalm) {
        printLine(isNotice ? Style::Notice : outcomeStyle(attempt.outcome), resultWord(result),
                  attempt.time,
                  result.test->name + (remarks.isEmpty() ? QString() : u": "_s + remarks.join(u"; "_s)));
    }
    // The output of a flaky test that tells something is that of the attempt that failed.
    if (m_options.show != Show::None && result.isFlaky())
        printOutput(result.attempts.at(result.attempts.size() - 2));
    else if (m_options.show == Show::All || (m_options.show == Show::Failed && isFailed))
        printOutput(attempt);
}

// The last lines of the output; it may have millions. Sets how many come before them.
static QByteArray lastLines(QByteArray output, int count, qsizetype &missing)
{
    while (output.endsWith('\n') || output.endsWith('\r'))
        output.chop(1);
    qsizetype begin = output.size(); // Of the newline before the first line.
    for (int i = 0; i < count && begin > 0; ++i)
        begin = output.lastIndexOf('\n', begin - 1);
    if (begin <= 0)
        return output;
    missing = output.left(begin).count('\n') + 1;
    return output.mid(begin + 1);
}

// Indented, so that it cannot be taken for a line of the harness.
void Progress::printOutput(const Attempt &attempt)
{
    constexpr int shown = 400;
    qsizetype missing = 0;
    QStringList lines = plainText(lastLines(attempt.output, shown, missing)).split(u'\n');
    while (!lines.isEmpty() && lines.constLast().isEmpty())
        lines.removeLast();
    const QString margin = m_screen.styled(Style::Faint, m_screen.isUtf8() ? u"    │ "_s : u"    | "_s);
    QString text;
    if (missing != 0)
        text = margin + u"(%1 lines before these)"_s.arg(missing) + u'\n';
    for (const QString &line : std::as_const(lines))
        text += margin + line + u'\n';
    if (!text.isEmpty())
        m_screen.print(text);
}

void Progress::noteStop(std::size_t runningCount)
{
    m_screen.print(m_screen.styled(Style::Notice,
                                   u"Stopping %1; Ctrl-C kills at once."_s.arg(countText(
                                       static_cast<qsizetype>(runningCount), "test", "tests"))));
}

QString Progress::bar() const
{
    const auto width = static_cast<std::size_t>(std::clamp(m_screen.columns() / 4, 8, 30));
    const std::size_t done = m_passed + m_failed + m_skipped;
    const auto filled = static_cast<qsizetype>(m_total == 0 ? width : done * width / m_total);
    const QString full = QString(filled, m_screen.isUtf8() ? u'━' : u'#');
    const QString rest =
        QString(static_cast<qsizetype>(width) - filled, m_screen.isUtf8() ? u'─' : u'.');
    return m_screen.styled(m_failed == 0 ? Style::Good : Style::Bad, full)
        + m_screen.styled(Style::Faint, rest);
}

void Progress::showRunning(const std::vector<const TestRun *> &runs)
{
    const std::size_t done = m_passed + m_failed + m_skipped;
    QString counts = u"%1/%2"_s.arg(done).arg(m_total);
    if (m_failed != 0)
        counts += u"  "_s + m_screen.styled(Style::Bad, u"%1 failed"_s.arg(m_failed));
    QStringList lines = {u"  "_s + bar() + u"  "_s + counts
                         + m_screen.styled(Style::Faint, u"  %1 s"_s.arg(m_clock.elapsed() / 1000))};
    // The screen keeps room for the lines that stay.
    const auto shown = static_cast<std::size_t>(std::clamp(m_screen.rows() / 3, 1, 12));
    for (std::size_t i = 0; i < std::min(runs.size(), shown); ++i) {
        lines += m_screen.styled(Style::Faint, secondsText(runs[i]->elapsedTime()).rightJustified(12))
            + u"  "_s + m_screen.fitted(runs[i]->test().name, m_screen.columns() - 15);
    }
    m_screen.setLiveLines(lines);
}

void Progress::end()
{
    m_screen.setLiveLines({});
}
