// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// The parent reads the output of a child that writes as fast as it can.

#include "../scenario.h"

namespace Benchmarks {

namespace {

class Output : public Scenario
{
public:
    explicit Output(std::int64_t size)
        : Scenario("output", 1)
        , m_size(size)
        , m_task(Task::busy({"output", std::to_string(size)}, Channels::Pipes))
    {
        m_task.wantsBigPipe = true;
    }

    void run(benchmark::State &state, Contestant &contestant) override
    {
        for ([[maybe_unused]] auto _ : state) {
            const std::unique_ptr<Child> child = contestant.makeChild();
            const Stopwatch watch;
            child->start(m_task);
            const std::int64_t received = child->readToEnd();
            const int end = child->awaitEnd();
            watch.stop(state);
            if (end != 0 || received != m_size)
                throw Failure("received " + std::to_string(received) + " of " + std::to_string(m_size));
        }
        state.SetBytesProcessed(state.iterations() * m_size);
    }

private:
    const std::int64_t m_size;
    Task m_task;
};

} // namespace

void addOutput(Scenarios &scenarios, const Contestant &contestant, Form form)
{
    if (!contestant.isComplete())
        return;
    constexpr std::int64_t mebibyte = 1 << 20;
    const std::int64_t size = form == Form::Check ? 4 : form == Form::Short ? 64 : 4096;
    scenarios.push_back(std::make_unique<Output>(size * mebibyte));
}

} // namespace Benchmarks
