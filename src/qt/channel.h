// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_QT_CHANNEL_H
#define FORKFD_QT_CHANNEL_H

#include "qt/bytequeue.h"

#include "core/base/pipecapacity.h"
#include "core/base/uniquefd.h"

#include <sys/types.h>

namespace ForkFd::Internal {

/// Our end of one pipe to the child, or of what takes its place, and the bytes that wait behind it.
///
/// States: without a pipe → open → closed by either side, and open again with the next child. The
/// bytes outlive the pipe. Our end is non-blocking, the child's is not.
class Channel
{
public:
    enum Direction { FromChild, ToChild };
    enum Result {
        Progress, ///< Bytes went through the pipe; there may be more to do.
        WouldBlock, ///< Nothing to do for now.
        Finished, ///< Reading: end of file. Writing: the child reads no more, or an error.
        Failed ///< Reading: an error.
    };

    explicit Channel(Direction direction) noexcept
        : m_direction(direction)
    {
    }

    /// Makes the pipe and gives the child's end. None with errno on failure.
    UniqueFd open() noexcept;
    /// Has our end of something else in place of a pipe, such as a pseudo-terminal: non-blocking, and
    /// nothing holds more than `capacity` bytes to be read.
    void adopt(UniqueFd end, qint64 capacity) noexcept;
    /// Has the open end of `other` from now on, which has read and written nothing yet.
    void takeOver(Channel &other) noexcept;
    void close() noexcept;
    /// Whether the pipe holds more than usual, because the child has written much.
    bool isEnlarged() const noexcept { return m_enlargement.isActive(); }
    /// To be called now and then while it does. Makes it as small as before if nothing was read since
    /// the last call. Whether to call this again later.
    bool shrinkWhenIdle() noexcept;
    /// Forgets the bytes, discard() and setHeldBack().
    void reset() noexcept;
    /// Keeps nothing of what comes from now on; the child does not notice.
    void discard() noexcept { m_isDiscarding = true; }
    /// Whether nothing is to be read for now, so that the child blocks.
    bool isHeldBack() const noexcept { return m_isHeldBack; }
    void setHeldBack(bool isHeldBack) noexcept { m_isHeldBack = isHeldBack; }
    /// Whether nobody can write to the pipe any more: what it holds is all there will be.
    bool hasHungUp() const noexcept;
    bool isDiscarding() const noexcept { return m_isDiscarding; }
    bool isOpen() const noexcept { return static_cast<bool>(m_pipe); }
    int descriptor() const noexcept { return m_pipe.get(); }

    ByteQueue &bytes() noexcept { return m_bytes; }
    const ByteQueue &bytes() const noexcept { return m_bytes; }

    /// Reads once from the pipe, at most `maximum` bytes. Does not close it.
    Result readSome(qint64 maximum);
    struct Rest
    {
        bool hasMore; ///< Bytes came and were kept.
        bool hasFailed; ///< Reading stopped at an error.
    };
    /// Reads what is in the pipe now, and not what a grandchild goes on to write.
    Rest readRest();
    /// Writes once to the pipe. Never raises SIGPIPE. `written` is how much the pipe took.
    Result writeSome(qint64 *written);

private:
    Result readAtMost(qint64 maximum, qint64 *taken);
    qint64 readShort(qint64 maximum);
    qint64 readLong(qint64 maximum);
    ssize_t writePieces() const noexcept;
    void noteLength(qint64 count) noexcept;

    const Direction m_direction;
    UniqueFd m_pipe;
    qint64 m_capacity = 0; ///< 0: the pipe can be asked how much there is.
    ByteQueue m_bytes;
    int m_fullReads = 0; ///< In a row: how often all came that a short read takes.
    PipeEnlargement m_enlargement; ///< The pipe's.
    bool m_mayBeEnlarged = true;
    bool m_isIdle = false; ///< Nothing was read since the last shrinkWhenIdle().
    bool m_isDiscarding = false;
    bool m_isHeldBack = false;
};

} // namespace ForkFd::Internal

#endif
