// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "qttestresults.h"

#include <QtCore/QXmlStreamReader>

using namespace Qt::StringLiterals;

namespace {

/// Reads one <TestFunction>: its <Incident>s and <Message>s, each with a <DataTag> and a <Description>,
/// and its <Duration>.
class FunctionReader
{
public:
    explicit FunctionReader(QXmlStreamReader &xml)
        : m_xml(xml)
        , m_function(xml.attributes().value("name"_L1).toString())
    {
    }

    QList<FunctionResult> read()
    {
        while (m_xml.readNextStartElement()) {
            if (m_xml.name() == "Incident"_L1 || m_xml.name() == "Message"_L1)
                readIncident();
            else if (m_xml.name() == "Duration"_L1)
                readDuration();
            else
                m_xml.skipCurrentElement();
        }
        return m_rows;
    }

private:
    void readIncident()
    {
        const bool isMessage = m_xml.name() == "Message"_L1;
        const QString type = m_xml.attributes().value("type"_L1).toString();
        FunctionResult row;
        row.outcome = outcomeOf(type);
        row.file = m_xml.attributes().value("file"_L1).toString();
        row.line = m_xml.attributes().value("line"_L1).toInt();
        QString tag;
        while (m_xml.readNextStartElement()) {
            if (m_xml.name() == "DataTag"_L1)
                tag = m_xml.readElementText();
            else if (m_xml.name() == "Description"_L1)
                row.message = m_xml.readElementText();
            else
                m_xml.skipCurrentElement();
        }
        // Warnings and the like are part of the output.
        if (isMessage && type != "skip"_L1 && type != "qfatal"_L1)
            return;
        row.name = m_function + u'(' + tag + u')';
        add(row);
    }

    static Outcome outcomeOf(const QString &type)
    {
        if (type == "fail"_L1 || type == "xpass"_L1 || type == "qfatal"_L1)
            return Outcome::Failed;
        return type == "skip"_L1 ? Outcome::Skipped : Outcome::Passed;
    }

    // A row has several incidents if it also fails in cleanup(), or after an expected failure: the worst
    // counts.
    void add(const FunctionResult &row)
    {
        for (FunctionResult &known : m_rows) {
            if (known.name != row.name)
                continue;
            if (known.outcome != Outcome::Failed && row.outcome != Outcome::Passed)
                known = row;
            return;
        }
        m_rows += row;
        if (row.outcome == Outcome::Passed)
            m_rows.last().message.clear(); // Of an expected failure.
    }

    void readDuration()
    {
        const double milliseconds = m_xml.attributes().value("msecs"_L1).toDouble();
        m_xml.skipCurrentElement();
        if (!m_rows.isEmpty())
            m_rows.first().time =
                std::chrono::nanoseconds(static_cast<qint64>(milliseconds * 1'000'000));
    }

    QXmlStreamReader &m_xml;
    const QString m_function;
    QList<FunctionResult> m_rows;
};

} // namespace

QStringList qtTestArguments(const QString &file)
{
    return {u"-o"_s, u"-,txt"_s, u"-o"_s, file + ",xml"_L1};
}

QList<FunctionResult> qtTestResults(const QByteArray &xml)
{
    QXmlStreamReader reader(xml);
    QList<FunctionResult> rows;
    if (!reader.readNextStartElement() || reader.name() != "TestCase"_L1)
        return rows;
    while (reader.readNextStartElement()) {
        if (reader.name() == "TestFunction"_L1)
            rows += FunctionReader(reader).read();
        else
            reader.skipCurrentElement();
    }
    return rows;
}
