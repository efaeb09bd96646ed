// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// Writes many small pieces, or one large array, to a child that reads everything.

#include "../scenario.h"

#include <QtCore/QXmlStreamWriter>

#include <fstream>
#include <functional>
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
        resetPeak();
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
