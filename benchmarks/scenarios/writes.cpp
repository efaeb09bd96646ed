// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// Writes many small pieces, or one large array, to a child that reads everything.

#include "../scenario.h"

#include <QtCore/QXmlStreamWriter>

#include <functional>

#include <sys/resource.h>

namespace Benchmarks {

namespace {

/// The peak memory of this process so far.
double peakMebibytes()
{
    rusage usage = {};
    ::getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) / 1024;
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

class Writes : public Scenario
{
public:
    using Write = std::function<void(DeviceChild &)>;

    /// `prepare` creates the data, which is not measured, and returns the function that writes it.
    Writes(std::string name, std::function<Write()> prepare)
        : Scenario(std::move(name), 1)
        , m_task(Task::busy({"swallow"}, Channels::Pipes))
        , m_prepare(std::move(prepare))
    {
    }

    void run(benchmark::State &state, Contestant &contestant) override
    {
        const Write write = m_prepare();
        int signalCount = 0;
        const double before = peakMebibytes();
        for ([[maybe_unused]] auto _ : state) {
            const std::unique_ptr<DeviceChild> child = contestant.makeDevice();
            QObject::connect(&child->device(), &QIODevice::bytesWritten,
                             [&signalCount] { ++signalCount; });
            const Stopwatch watch;
            child->start(m_task);
            write(*child);
            child->closeInput();
            const int end = child->awaitEnd();
            watch.stop(state);
            if (end != 0)
                throw Failure("the reading child ended with " + std::to_string(end));
        }
        state.counters["signals"] = signalCount;
        state.counters["memory"] = peakMebibytes() - before;
    }

private:
    const Task m_task;
    const std::function<Write()> m_prepare;
};

} // namespace

void addWrites(Scenarios &scenarios, const Contestant &contestant, Form form)
{
    if (!contestant.hasDevices())
        return;
    const bool isCheck = form == Form::Check;
    const auto add = [&scenarios](const char *name, std::function<Writes::Write()> prepare) {
        scenarios.push_back(std::make_unique<Writes>(name, std::move(prepare)));
    };
    add("write/lines", [count = isCheck ? 3000 : 300'000] {
        return [count](DeviceChild &child) { writeLines(child, count); };
    });
    add("write/xml", [rows = isCheck ? 400 : 40'000] {
        return [rows](DeviceChild &child) { writeXml(child, rows); };
    });
    add("write/array", [size = (isCheck ? 4 : 256) << 20] {
        return [data = QByteArray(size, 'x')](DeviceChild &child) { child.writeArray(data); };
    });
}

} // namespace Benchmarks
