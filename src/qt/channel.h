// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_QT_CHANNEL_H
#define FORKFD_QT_CHANNEL_H

#include "qt/bytequeue.h"

#include "core/base/pipecapacity.h"
#include "core/base/uniquefd.h"

#include <sys/types.h>

namespace ForkFd::Internal {

/// Our end of a pipe to the child, or of a terminal that replaces the pipe, and the bytes that wait in
/// our memory.
///
/// States: without a pipe → open → closed by either side, and open again with the next child. The bytes
/// outlive the pipe. Our end is non-blocking, the child's end is not.
class Channel
{
public:
    enum Direction : unsigned char { FromChild, ToChild };
    enum Result {
        Progress, ///< Bytes went through the pipe; there may be more.
        WouldBlock, ///< Nothing to do now.
        Finished, ///< Reading: end of file. Writing: the child has closed its end, or an error.
        Failed ///< Reading: an error.
    };

    explicit Channel(Direction direction) noexcept
        : m_direction(direction)
    {
    }

    /// Creates the pipe and returns the child's end; an empty descriptor with errno on failure.
    UniqueFd open() noexcept;
    /// Uses `end`, such as a pseudo-terminal, instead of a pipe. It must be non-blocking, and never
    /// holds more than `capacity` unread bytes.
    void adopt(UniqueFd end, int capacity) noexcept;
    /// Takes the open end of `other`, which has not read or written anything yet.
    void takeOver(Channel &other) noexcept;
    void close() noexcept;
    /// Whether the pipe was enlarged, because the child has written much.
    bool isEnlarged() const noexcept { return m_enlargement.isActive(); }
    /// Call this at intervals while isEnlarged(). Shrinks the pipe if nothing was read since the last
    /// call. Returns whether to call it again.
    bool shrinkWhenIdle() noexcept;
    /// Discards the bytes, and undoes discard() and setHeldBack().
    void reset() noexcept;
    /// Discards all bytes received from now on; the child is not affected.
    void discard() noexcept { m_isDiscarding = true; }
    /// Whether reading is suspended, so that the child blocks.
    bool isHeldBack() const noexcept { return m_isHeldBack; }
    void setHeldBack(bool isHeldBack) noexcept { m_isHeldBack = isHeldBack; }
    /// Whether all write ends are closed, so that nothing can be added to the pipe.
    bool hasHungUp() const noexcept;
    bool isDiscarding() const noexcept { return m_isDiscarding; }
    bool isOpen() const noexcept { return static_cast<bool>(m_pipe); }
    int descriptor() const noexcept { return m_pipe.get(); }

    ByteQueue &bytes() noexcept { return m_bytes; }
    const ByteQueue &bytes() const noexcept { return m_bytes; }

    /// Reads once, at most `maximum` bytes. Does not close the pipe.
    Result readSome(qint64 maximum);
    struct Rest
    {
        bool hasMore; ///< Bytes were received and kept.
        bool hasFailed; ///< A read failed.
    };
    /// Reads the current content of the pipe, but not what descendants add after that.
    Rest readRest();
    /// Writes once, without raising SIGPIPE. `written` is the number of bytes that the pipe took.
    Result writeSome(qint64 *written);

private:
    Result readAtMost(qint64 maximum, qint64 *taken);
    qint64 readShort(qint64 maximum);
    qint64 readPiece(qint64 maximum);
    ssize_t writePieces() const noexcept;
    void noteLength(qint64 count) noexcept;

    ByteQueue m_bytes;
    PipeEnlargement m_enlargement;
    UniqueFd m_pipe;
    int m_capacity = 0; ///< 0 for a pipe, where FIONREAD works.
    const Direction m_direction;
    quint8 m_fullReads = 0; ///< How many successive reads returned at least 64 KiB; at most manyReads.
    bool m_mayBeEnlarged = true;
    bool m_isIdle = false; ///< Nothing was read since the last shrinkWhenIdle().
    bool m_isDiscarding = false;
    bool m_isHeldBack = false;
};

} // namespace ForkFd::Internal

#endif
