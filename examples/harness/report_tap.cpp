// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "plaintext.h"
#include "progress.h"
#include "report.h"

#include <utility>

using namespace Qt::StringLiterals;

namespace {

// A '#' begins a directive, and a backslash would take the next backslash's effect.
QString description(const QString &name)
{
    return oneLine(name).replace(u"\\"_s, u"\\\\"_s).replace(u"#"_s, u"\\#"_s);
}

QString quoted(const QString &text)
{
    return u'"'
        + QString(text)
              .replace(u"\\"_s, u"\\\\"_s)
              .replace(u"\""_s, u"\\\""_s)
              .replace(u"\n"_s, u"\\n"_s)
        + u'"';
}

QString point(Outcome outcome, qsizetype number, const QString &name, const QString &reason)
{
    QString text = (isFailure(outcome) ? u"not ok "_s : u"ok "_s) + QString::number(number) + u" - "_s
        + description(name);
    if (outcome == Outcome::Skipped || outcome == Outcome::GivenUp)
        text += u" # SKIP "_s + description(reason);
    return text + u'\n';
}

// What follows a point, in YAML.
QString diagnosis(const TestResult &result)
{
    const Attempt &attempt = result.last();
    const auto milliseconds = std::chrono::duration<double, std::milli>(attempt.time).count();
    QString text = u"  ---\n  duration_ms: %1\n"_s.arg(milliseconds, 0, 'f', 3);
    if (attempt.outcome != Outcome::Passed)
        text += u"  outcome: %1\n"_s.arg(quoted(outcomeWord(attempt.outcome)));
    if (!attempt.reason.isEmpty())
        text += u"  message: %1\n"_s.arg(quoted(attempt.reason));
    if (result.attempts.size() > 1)
        text += u"  attempts: %1\n"_s.arg(result.attempts.size());
    if (attempt.leftBehind != 0)
        text += u"  left_behind: %1\n"_s.arg(quoted(attempt.leftNames.join(u", "_s)));
    if (isFailure(attempt.outcome) && !attempt.output.isEmpty())
        text += u"  output: %1\n"_s.arg(quoted(plainText(attempt.output)));
    return text + u"  ...\n"_s;
}

QString functionsText(const QList<FunctionResult> &functions)
{
    QString text;
    qsizetype number = 0;
    for (const FunctionResult &function : functions)
        text += u"    "_s + point(function.outcome, ++number, function.name, function.message);
    return functions.isEmpty() ? text : text + u"    1..%1\n"_s.arg(number);
}

} // namespace

bool writeTap(QIODevice &device, const std::vector<TestResult> &results)
{
    QString text = u"TAP version 13\n1..%1\n"_s.arg(results.size());
    qsizetype number = 0;
    for (const TestResult &result : results) {
        text += functionsText(result.last().functions)
            + point(result.outcome(), ++number, result.test->name, result.last().reason)
            + diagnosis(result);
        const QByteArray bytes = std::exchange(text, {}).toUtf8();
        if (device.write(bytes) != bytes.size())
            return false;
    }
    const QByteArray rest = text.toUtf8(); // The first line, without tests.
    return device.write(rest) == rest.size();
}
