// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// Writes many small pieces, or one large array, to a child that reads everything.

#include "../scenario.h"

#include <QtCore/QDataStream>
#include <QtCore/QXmlStreamWriter>

#include <fstream>
#include <string>
#include <string_view>

namespace Benchmarks {

namespace {

/// Makes peakMebibytes() forget the past, so that each repetition measures its own growth (proc(5)).
void resetPeak()
{
    std::ofstream("/proc/self/clear_refs") << 5;
}

/// The peak memory of this process since resetPeak().
double peakMebibytes()
{
    constexpr std::string_view name = "VmHWM:";
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.compare(0, name.size(), name) == 0)
            return std::stod(line.substr(name.size())) / 1024;
    }
    throw Failure("the kernel does not tell the peak memory");
}

void writeLines(DeviceChild &child, int count)
{
    for (int i = 0; i < count; ++i)
        child.device().write("0123456789\n", 11);
}

// A few bytes at a time, as QXmlStreamWriter does with auto-formatting.
void writeXml(DeviceChild &child, int rows)
{
    QXmlStreamWriter writer(&child.device());
    writer.setAutoFormatting(true);
    writer.writeStartDocument();
    writer.writeStartElement(QStringLiteral("doc"));
    for (int i = 0; i < rows; ++i) {
        writer.writeStartElement(QStringLiteral("row"));
        writer.writeAttribute(QStringLiteral("id"), QString::number(i));
        writer.writeTextElement(QStringLiteral("name"), QStringLiteral("value"));
        writer.writeEndElement();
    }
    writer.writeEndDocument();
}

// QDataStream makes four writes for each record: a double, an int, and the length and the bytes of a
// text.
void writeRecords(DeviceChild &child, int count)
{
    QDataStream stream(&child.device());
    const QByteArray text("value");
    for (int i = 0; i < count; ++i)
        stream << i / 3.0 << i << text;
}

/// Lets a child read until end of file, and measures the time until its end.
class Writes : public Scenario
{
public:
    using Scenario::Scenario;

    Sample measure(Contestant &contestant) override
    {
        resetPeak();
        const double before = peakMebibytes();
        Sample sample = measureChild(contestant);
        sample.counters["memory"] = peakMebibytes() - before;
        return sample;
    }

protected:
    virtual Sample measureChild(Contestant &contestant) = 0;
    const Task &task() const { return m_task; }

    static void expectSuccess(int end)
    {
        if (end != 0)
            throw Failure("the reading child ended with " + std::to_string(end));
    }

private:
    const Task m_task = Task::busy({"swallow"}, Channels::Pipes);
};

class SmallWrites : public Writes
{
public:
    using Write = void (*)(DeviceChild &child, int count);

    SmallWrites(const char *name, Write write, int count, int repetitions)
        : Writes(name, Skill::Device, repetitions)
        , m_write(write)
        , m_count(count)
    {
    }

protected:
    Sample measureChild(Contestant &contestant) override
    {
        int signalCount = 0;
        const std::unique_ptr<DeviceChild> child = contestant.makeDevice();
        QObject::connect(&child->device(), &QIODevice::bytesWritten, [&signalCount] { ++signalCount; });
        const Stopwatch watch;
        child->start(task());
        m_write(*child, m_count);
        child->closeInput();
        expectSuccess(child->awaitEnd());
        return {watch.seconds(), {{"signals", signalCount}}};
    }

private:
    const Write m_write;
    const int m_count;
};

class BigWrite : public Writes
{
public:
    BigWrite(int size, int repetitions)
        : Writes("write/array", Skill::Feed, repetitions)
        , m_size(size)
    {
    }

    void enter() override { m_data.fill('x', m_size); }
    void leave() override { m_data = QByteArray(); }

protected:
    Sample measureChild(Contestant &contestant) override
    {
        const std::unique_ptr<Child> child = contestant.makeChild();
        const Stopwatch watch;
        child->start(task());
        child->feed(m_data);
        expectSuccess(child->awaitEnd());
        return {watch.seconds(), {}};
    }

private:
    const int m_size;
    QByteArray m_data;
};

} // namespace

void addWrites(Scenarios &scenarios, Form form)
{
    const int repetitions = byForm(form, 1, 5, 10);
    const int divisor = form == Form::Check ? 100 : 1;
    const auto add = [&](const char *name, SmallWrites::Write write, int count) {
        scenarios.push_back(std::make_unique<SmallWrites>(name, write, count / divisor, repetitions));
    };
    add("write/lines", writeLines, 300'000);
    add("write/xml", writeXml, 40'000);
    add("write/datastream", writeRecords, 100'000);
    scenarios.push_back(std::make_unique<BigWrite>(byForm(form, 4, 256, 256) * mebibyte, repetitions));
}

} // namespace Benchmarks
