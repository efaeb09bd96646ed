// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "qt/run/outputdelivery.h"

#include "qt/messages.h"
#include "qt/run/runthread.h"

#include <algorithm>
#include <exception>
#include <utility>

namespace ForkFd::Internal {

std::shared_ptr<OutputDelivery> OutputDelivery::make(const RunOptions &options)
{
    if (!options.onOutput && !options.onLine && !options.onStarted)
        return nullptr;
    auto delivery = std::make_shared<OutputDelivery>(options);
    if (options.context)
        delivery->callIn(options.context);
    return delivery;
}

OutputDelivery::OutputDelivery(const RunOptions &options)
    : m_wantsOutput(options.onOutput)
    , m_wantsLines(options.onLine)
    , m_wantsStart(options.onStarted)
    , m_limit(std::max(options.maxUndelivered, qint64(0)))
    , m_functions(
          std::make_shared<Functions>(Functions{options.onOutput, options.onLine, options.onStarted}))
{
}

void OutputDelivery::callIn(QObject *context)
{
    m_context.emplace(context, [delivery = weak_from_this()] {
        if (const std::shared_ptr<OutputDelivery> self = delivery.lock())
            self->dropPieces();
    });
}

// The context is being destroyed, and nothing will be reported any more. The program may run for a long
// time.
void OutputDelivery::dropPieces()
{
    std::deque<Piece> dropped; // Freed without the mutex.
    const std::lock_guard lock(m_mutex);
    m_pieces.swap(dropped);
    m_unfinishedLines = {};
    m_waitingBytes = 0;
    if (std::exchange(m_isRoomWanted, false))
        RunThread::noteRoom();
}

void OutputDelivery::addStart(qint64 processId)
{
    if (m_wantsStart)
        add(Piece{.channel = ChildProcess::StandardOutput, .bytes = {}, .processId = processId});
}

void OutputDelivery::add(ChildProcess::ProcessChannel channel, const QByteArray &bytes)
{
    if (!bytes.isEmpty())
        add(Piece{channel, bytes});
}

void OutputDelivery::endLines()
{
    if (!m_wantsLines)
        return;
    for (const auto channel : {ChildProcess::StandardOutput, ChildProcess::StandardError})
        add(Piece{channel, {}, true});
}

void OutputDelivery::add(Piece piece)
{
    piece.isToldWhole = piece.isEnd || (piece.processId == 0 && !m_wantsOutput);
    std::unique_lock lock(m_mutex);
    if (m_context && !m_context->isThere()) // dropPieces() comes after that.
        return;
    m_waitingBytes += piece.bytes.size();
    m_pieces.push_back(std::move(piece));
    if (!m_context) {
        schedule(lock);
        return;
    }
    lock.unlock();
    m_context->post([self = shared_from_this()] { self->serveInContext(); });
}

// Once the context is gone nothing is reported any more, and the program must not wait for that.
bool OutputDelivery::isFull()
{
    if (m_limit == 0)
        return false;
    const std::lock_guard lock(m_mutex);
    m_isRoomWanted = m_waitingBytes >= m_limit && (!m_context || m_context->isThere());
    return m_isRoomWanted;
}

// With the mutex locked.
void OutputDelivery::popPiece()
{
    m_waitingBytes -= m_pieces.front().bytes.size();
    m_pieces.pop_front();
    if (m_isRoomWanted && m_waitingBytes < m_limit) {
        m_isRoomWanted = false;
        RunThread::noteRoom();
    }
}

// The next call for the piece; empty if the piece is complete.
std::optional<OutputDelivery::Call> OutputDelivery::nextOf(Piece &piece)
{
    const bool isStart = piece.processId != 0;
    if (!std::exchange(piece.isToldWhole, true))
        return Call{isStart ? Call::OnStarted : Call::OnOutput, piece.channel, piece.bytes,
                    piece.processId};
    if (isStart || !m_wantsLines)
        return {};
    if (std::optional<QByteArray> line = nextLine(piece))
        return Call{Call::OnLine, piece.channel, *std::move(line), 0};
    return {};
}

std::optional<QByteArray> OutputDelivery::nextLine(Piece &piece)
{
    QByteArray &unfinished = m_unfinishedLines[piece.channel];
    if (piece.isEnd) // What is left is a line.
        return unfinished.isEmpty() ? std::optional<QByteArray>() : std::exchange(unfinished, {});
    const qsizetype end = piece.bytes.indexOf('\n', piece.position);
    if (end < 0) {
        unfinished += piece.bytes.mid(piece.position);
        return {};
    }
    QByteArray line =
        std::exchange(unfinished, {}) + piece.bytes.mid(piece.position, end - piece.position);
    piece.position = end + 1;
    if (line.endsWith('\r'))
        line.chop(1);
    return line;
}

// Makes all remaining calls for one piece. The piece stays in front meanwhile: if a function runs an
// event loop, the next event continues with the same piece, so that the order is kept. There are as many
// events as pieces.
void OutputDelivery::serveInContext()
{
    std::unique_lock lock(m_mutex);
    while (!m_pieces.empty() && m_context->isThere()) {
        const std::optional<Call> call = nextOf(m_pieces.front());
        if (!call) {
            popPiece();
            break;
        }
        const std::shared_ptr<const Functions> functions = m_functions;
        lock.unlock();
        try {
            make(*call, *functions);
        } catch (...) {
            m_context->post([self = shared_from_this()] { self->serveInContext(); });
            throw;
        }
        lock.lock();
    }
    dropFunctions(lock);
}

void OutputDelivery::noteLastCall()
{
    std::unique_lock lock(m_mutex);
    m_isOver = true;
    dropFunctions(lock);
}

// Runs in the thread of the context, because the functions may hold objects of that thread.
void OutputDelivery::dropFunctions(std::unique_lock<std::mutex> &lock)
{
    if (!m_isOver || !m_pieces.empty())
        return;
    const std::shared_ptr<const Functions> functions = std::move(m_functions);
    lock.unlock();
}

void OutputDelivery::finish(std::function<void()> end)
{
    if (m_context) {
        m_context->post([self = shared_from_this()] { self->noteLastCall(); });
        m_finisher->call(std::move(end));
        return;
    }
    std::unique_lock lock(m_mutex);
    m_end = std::move(end);
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
    while (!m_pieces.empty()) {
        const std::optional<Call> call = nextOf(m_pieces.front());
        if (!call) {
            popPiece();
            continue;
        }
        lock.unlock();
        makeSafely(*call, *m_functions);
        lock.lock();
    }
    m_isScheduled = false;
    const std::function<void()> end = std::exchange(m_end, {});
    lock.unlock();
    if (end)
        end();
}

const char *OutputDelivery::Call::name() const noexcept
{
    switch (function) {
    case OnStarted:
        return "onStarted";
    case OnOutput:
        return "onOutput";
    case OnLine:
        break;
    }
    return "onLine";
}

void OutputDelivery::make(const Call &call, const Functions &functions)
{
    if (call.function == Call::OnStarted)
        functions.onStarted(call.processId);
    else
        (call.function == Call::OnLine ? functions.onLine : functions.onOutput)(call.channel,
                                                                                call.bytes);
}

// An exception would end the process: no code above this is the user's.
void OutputDelivery::makeSafely(const Call &call, const Functions &functions) noexcept
try {
    make(call, functions);
} catch (const std::exception &exception) {
    qCWarning(childProcessLog, "ForkFd::run: %s has thrown: %s", call.name(), exception.what());
} catch (...) {
    qCWarning(childProcessLog, "ForkFd::run: %s has thrown an exception", call.name());
}

} // namespace ForkFd::Internal
