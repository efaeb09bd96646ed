// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_QT_RUN_OUTPUTDELIVERY_H
#define FORKFD_QT_RUN_OUTPUTDELIVERY_H

#include "qt/run/contextpost.h"
#include "qt/run/futurefinisher.h"

#include <ForkFd/run.h>

#include <array>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

namespace ForkFd::Internal {

/// Calls RunOptions::onStarted, onOutput and onLine, in the order of the events and before the future is
/// finished.
///
/// With a context, they are called in its thread: one event for each piece. Without one, a thread of the
/// FutureFinisher calls them. That thread also divides pieces into lines, so that many short lines do
/// not hold up the thread that serves all programs.
class OutputDelivery : public std::enable_shared_from_this<OutputDelivery>
{
public:
    /// Null if the options want no calls. The context must exist.
    static std::shared_ptr<OutputDelivery> make(const RunOptions &options);
    explicit OutputDelivery(const RunOptions &options);
    OutputDelivery(const OutputDelivery &) = delete;
    OutputDelivery &operator=(const OutputDelivery &) = delete;

    // Called by one thread.

    void setFinisher(FutureFinisher &finisher) noexcept { m_finisher = &finisher; }
    /// Whether one of the functions for output is wanted. If not, do not add any.
    bool wantsOutput() const noexcept { return m_wantsOutput || m_wantsLines; }
    /// Adds the call for the start of the program.
    void addStart(qint64 processId);
    void add(ChildProcess::ProcessChannel channel, const QByteArray &bytes);
    /// Whether RunOptions::maxUndelivered bytes wait. If so, RunThread::noteRoom() is called when there
    /// is room again.
    bool isFull();
    /// Call this when the output has ended: the rest of each channel is then a line.
    void endLines();
    /// Calls `end` after the last call, on a thread of the finisher. Call setFinisher() first. `end` may
    /// own this object.
    void finish(std::function<void()> end);

private:
    /// What is left to report of the start, of a piece of output, or of the end of a channel.
    struct Piece
    {
        ChildProcess::ProcessChannel channel;
        QByteArray bytes;
        bool isEnd = false;
        bool isToldWhole = false; ///< onOutput or onStarted was called, or is not wanted.
        qsizetype position = 0; ///< Where the next line begins.
        qint64 processId = 0; ///< Of the start; else 0.
    };
    struct Call
    {
        enum Function { OnStarted, OnOutput, OnLine } function;
        ChildProcess::ProcessChannel channel;
        QByteArray bytes;
        qint64 processId;

        const char *name() const noexcept;
    };

    /// The user's functions. A call holds them, so that they live until it returns.
    struct Functions
    {
        RunOptions::OutputFunction onOutput;
        RunOptions::OutputFunction onLine;
        std::function<void(qint64)> onStarted;
    };

    void callIn(QObject *context);
    void dropPieces();
    void add(Piece piece);
    void schedule(std::unique_lock<std::mutex> &lock);
    void serve();
    void serveInContext();
    void noteLastCall();
    void popPiece();
    void dropFunctions(std::unique_lock<std::mutex> &lock);
    std::optional<Call> nextOf(Piece &piece);
    std::optional<QByteArray> nextLine(Piece &piece);
    static void make(const Call &call, const Functions &functions);
    static void makeSafely(const Call &call, const Functions &functions) noexcept;

    const bool m_wantsOutput;
    const bool m_wantsLines;
    const bool m_wantsStart;
    const qint64 m_limit; ///< 0: none.
    std::optional<ContextPost> m_context;
    FutureFinisher *m_finisher = nullptr;
    // Used only by threads of one process.
    std::mutex m_mutex;
    std::shared_ptr<const Functions> m_functions; ///< With a context, its thread drops them at the end.
    bool m_isOver = false; ///< With a context: no more pieces come.
    std::deque<Piece> m_pieces;
    qint64 m_waitingBytes = 0; ///< In m_pieces.
    bool m_isRoomWanted = false;
    std::array<QByteArray, 2> m_unfinishedLines; ///< By channel.
    // Without a context.
    std::function<void()> m_end;
    bool m_isScheduled = false; ///< A thread makes the calls, or will do so.
};

} // namespace ForkFd::Internal

#endif
