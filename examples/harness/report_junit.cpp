// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "plaintext.h"
#include "progress.h"
#include "report.h"

#include <QtCore/QXmlStreamWriter>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace {

struct CaseCounts
{
    int tests = 0;
    int failures = 0;
    int errors = 0;
    int skipped = 0;
};

bool isSkipped(Outcome outcome)
{
    return outcome == Outcome::Skipped || outcome == Outcome::GivenUp;
}

// A failure is what a test reports; an error is what happens to it.
bool isError(Outcome outcome)
{
    return isFailure(outcome) && outcome != Outcome::Failed && outcome != Outcome::Leaked;
}

QString secondsOf(std::chrono::nanoseconds time)
{
    return QString::number(std::chrono::duration<double>(time).count(), 'f', 6);
}

/// Writes the suite of one test.
class SuiteWriter
{
public:
    SuiteWriter(QXmlStreamWriter &xml, const TestResult &result)
        : m_xml(xml)
        , m_result(result)
        , m_last(result.last())
    {
    }

    CaseCounts counts() const
    {
        CaseCounts counts;
        for (const FunctionResult &function : m_last.functions)
            add(counts, function.outcome);
        if (hasOwnCase())
            add(counts, m_last.outcome);
        return counts;
    }

    void write()
    {
        m_xml.writeStartElement(u"testsuite"_s);
        m_xml.writeAttribute(u"name"_s, m_result.test->name);
        writeCounts(m_xml, counts());
        m_xml.writeAttribute(u"time"_s, secondsOf(m_last.time));
        writeProperties();
        for (const FunctionResult &function : m_last.functions)
            writeFunction(function);
        if (hasOwnCase())
            writeOwnCase();
        writeText(u"system-out"_s, plainText(m_last.output));
        m_xml.writeEndElement();
    }

    static void writeCounts(QXmlStreamWriter &xml, const CaseCounts &counts)
    {
        xml.writeAttribute(u"tests"_s, QString::number(counts.tests));
        xml.writeAttribute(u"failures"_s, QString::number(counts.failures));
        xml.writeAttribute(u"errors"_s, QString::number(counts.errors));
        xml.writeAttribute(u"skipped"_s, QString::number(counts.skipped));
    }

private:
    // The program gets its own test case if its outcome differs from that of its functions.
    bool hasOwnCase() const
    {
        const auto hasFailed = [](const FunctionResult &f) { return f.outcome == Outcome::Failed; };
        const bool isShown = std::any_of(m_last.functions.begin(), m_last.functions.end(), hasFailed)
            == (m_last.outcome == Outcome::Failed);
        return m_last.functions.isEmpty() || !isShown || isError(m_last.outcome) || m_result.isFlaky()
            || m_result.isLeaky();
    }

    static void add(CaseCounts &counts, Outcome outcome)
    {
        ++counts.tests;
        counts.skipped += isSkipped(outcome) ? 1 : 0;
        counts.errors += isError(outcome) ? 1 : 0;
        counts.failures += isFailure(outcome) && !isError(outcome) ? 1 : 0;
    }

    void writeProperties()
    {
        m_xml.writeStartElement(u"properties"_s);
        writeProperty(u"attempts"_s, QString::number(m_result.attempts.size()));
        writeProperty(u"processorSeconds"_s, secondsOf(m_last.processorTime));
        if (m_last.peakMemory != 0)
            writeProperty(u"peakMemoryBytes"_s, QString::number(m_last.peakMemory));
        if (m_result.isLeaky())
            writeProperty(u"leftBehind"_s, leftoverText(m_last));
        m_xml.writeEndElement();
    }

    void writeProperty(const QString &name, const QString &value)
    {
        m_xml.writeEmptyElement(u"property"_s);
        m_xml.writeAttribute(u"name"_s, name);
        m_xml.writeAttribute(u"value"_s, value);
    }

    void startCase(const QString &name, std::chrono::nanoseconds time)
    {
        m_xml.writeStartElement(u"testcase"_s);
        m_xml.writeAttribute(u"classname"_s, m_result.test->name);
        m_xml.writeAttribute(u"name"_s, name);
        m_xml.writeAttribute(u"time"_s, secondsOf(time));
    }

    void writeFunction(const FunctionResult &function)
    {
        startCase(function.name, function.time);
        if (!function.file.isEmpty()) {
            m_xml.writeAttribute(u"file"_s, function.file);
            m_xml.writeAttribute(u"line"_s, QString::number(function.line));
        }
        writeOutcome(function.outcome, plainText(function.message.toUtf8()));
        m_xml.writeEndElement();
    }

    void writeOwnCase()
    {
        startCase(m_last.functions.isEmpty() ? m_result.test->name : u"(program)"_s, m_last.time);
        writeOutcome(m_last.outcome, m_last.reason);
        writeEarlierAttempts();
        m_xml.writeEndElement();
    }

    void writeOutcome(Outcome outcome, const QString &message)
    {
        if (outcome == Outcome::Passed)
            return;
        const QString element = isSkipped(outcome) ? u"skipped"_s
            : isError(outcome)                     ? u"error"_s
                                                   : u"failure"_s;
        m_xml.writeEmptyElement(element);
        m_xml.writeAttribute(u"message"_s, message);
        if (!isSkipped(outcome))
            m_xml.writeAttribute(u"type"_s, outcomeWord(outcome));
    }

    // As Maven's Surefire writes them, and CI servers read them.
    void writeEarlierAttempts()
    {
        const QString element = m_result.isFlaky() ? u"flakyFailure"_s : u"rerunFailure"_s;
        for (qsizetype i = 0; i + 1 < m_result.attempts.size(); ++i) {
            const Attempt &attempt = m_result.attempts[i];
            m_xml.writeStartElement(element);
            m_xml.writeAttribute(u"message"_s, attempt.reason);
            m_xml.writeAttribute(u"type"_s, outcomeWord(attempt.outcome));
            writeText(u"system-out"_s, plainText(attempt.output));
            m_xml.writeEndElement();
        }
    }

    void writeText(const QString &element, const QString &text)
    {
        if (!text.isEmpty())
            m_xml.writeTextElement(element, text);
    }

    QXmlStreamWriter &m_xml;
    const TestResult &m_result;
    const Attempt &m_last;
};

} // namespace

// Suite by suite: the outputs of all tests may need much memory, and this adds that of one.
bool writeJunit(QIODevice &device, const std::vector<TestResult> &results, std::chrono::nanoseconds time)
{
    QXmlStreamWriter xml(&device);
    xml.setAutoFormatting(true);
    xml.writeStartDocument();
    CaseCounts sum;
    for (const TestResult &result : results) {
        const CaseCounts counts = SuiteWriter(xml, result).counts();
        sum.tests += counts.tests;
        sum.failures += counts.failures;
        sum.errors += counts.errors;
        sum.skipped += counts.skipped;
    }
    xml.writeStartElement(u"testsuites"_s);
    SuiteWriter::writeCounts(xml, sum);
    xml.writeAttribute(u"time"_s, secondsOf(time));
    for (const TestResult &result : results)
        SuiteWriter(xml, result).write();
    xml.writeEndDocument();
    return !xml.hasError();
}
