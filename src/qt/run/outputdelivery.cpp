// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "qt/run/outputdelivery.h"

#include "qt/messages.h"

#include <exception>
#include <utility>

namespace ForkFd::Internal {

std::shared_ptr<OutputDelivery> OutputDelivery::make(const RunOptions &options)
{
    if (!options.onOutput && !options.onLine)
        return nullptr;
    return std::make_shared<OutputDelivery>(options);
}

OutputDelivery::OutputDelivery(const RunOptions &options)
    : m_onOutput(options.onOutput)
    , m_onLine(options.onLine)
{
    if (options.context)
        m_context.emplace(options.context);
}

void OutputDelivery::add(ChildProcess::ProcessChannel channel, const QByteArray &bytes)
{
    if (bytes.isEmpty())
        return;
    if (m_onOutput)
        add({channel, bytes, false});
    if (m_onLine)
        addLines(channel, bytes);
}

void OutputDelivery::addLines(ChildProcess::ProcessChannel channel, const QByteArray &bytes)
{
    QByteArray &unfinished = m_unfinishedLines[channel];
    qsizetype begin = 0;
    for (qsizetype end; (end = bytes.indexOf('\n', begin)) >= 0; begin = end + 1) {
        QByteArray line = std::exchange(unfinished, {}) + bytes.mid(begin, end - begin);
        if (line.endsWith('\r'))
            line.chop(1);
        add({channel, line, true});
    }
    unfinished += bytes.mid(begin);
}

void OutputDelivery::endLines()
{
    for (const auto channel : {ChildProcess::StandardOutput, ChildProcess::StandardError}) {
        if (QByteArray line = std::exchange(m_unfinishedLines[channel], {}); !line.isEmpty())
            add({channel, std::move(line), true});
    }
}

void OutputDelivery::add(Call call)
{
    if (m_context) {
        m_context->post([self = shared_from_this(), call = std::move(call)] { self->make(call); });
        return;
    }
    std::unique_lock lock(m_mutex);
    m_calls.push_back(std::move(call));
    schedule(lock);
}

void OutputDelivery::finish(RunPromise promise)
{
    if (m_context) {
        m_finisher->finish(std::move(promise));
        return;
    }
    std::unique_lock lock(m_mutex);
    m_promise = std::move(promise);
    schedule(lock);
}

void OutputDelivery::schedule(std::unique_lock<std::mutex> &lock)
{
    if (std::exchange(m_isScheduled, true))
        return;
    lock.unlock();
    m_finisher->call([self = shared_from_this()] { self->serve(); });
}

void OutputDelivery::serve()
{
    std::unique_lock lock(m_mutex);
    while (!m_calls.empty()) {
        const Call call = std::move(m_calls.front());
        m_calls.pop_front();
        lock.unlock();
        makeSafely(call);
        lock.lock();
    }
    m_isScheduled = false;
    std::optional<RunPromise> promise = std::exchange(m_promise, {});
    lock.unlock();
    if (promise)
        promise->finish();
}

void OutputDelivery::make(const Call &call) const
{
    (call.isLine ? m_onLine : m_onOutput)(call.channel, call.bytes);
}

// An exception would end the process: no code above this is the user's.
void OutputDelivery::makeSafely(const Call &call) const noexcept
try {
    make(call);
} catch (const std::exception &exception) {
    qCWarning(childProcessLog, "ForkFd::run: %s has thrown: %s", call.isLine ? "onLine" : "onOutput",
              exception.what());
} catch (...) {
    qCWarning(childProcessLog, "ForkFd::run: %s has thrown an exception",
              call.isLine ? "onLine" : "onOutput");
}

} // namespace ForkFd::Internal
