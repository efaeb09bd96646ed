// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_QT_CHILDOUTPUT_H
#define FORKFD_QT_CHILDOUTPUT_H

#include "qt/standardstreams.h"

#include "core/base/deadline.h"

#include <ForkFd/childprocess.h>

#include <chrono>
#include <cstdint>
#include <limits>

namespace ForkFd::Internal {

/// The output of a child, as its device reads it: the read channel, the limit of unread bytes, and the
/// drain after the child's end.
///
/// Reads no descriptor and emits nothing: its owner does both.
class ChildOutput
{
public:
    using Id = ChildProcess::ProcessChannel;
    static constexpr Id ids[] = {ChildProcess::StandardOutput, ChildProcess::StandardError};
    static constexpr qint64 unlimited = std::numeric_limits<qint64>::max();

    ChildOutput(ChildProcess &device, StandardStreams &streams) noexcept
        : m_device(device)
        , m_streams(streams)
    {
    }

    Channel &channel(Id id) noexcept
    {
        return id == ChildProcess::StandardOutput ? m_streams.output : m_streams.errorOutput;
    }
    Id readChannel() const noexcept { return m_readChannel; }
    Channel &current() noexcept { return channel(m_readChannel); }
    void setReadChannel(Id id);

    /// How many bytes may be read now; 0 or less if the channel is full.
    qint64 room(Id id) noexcept;
    /// Suspends reading until fewer than `limit` bytes are unread.
    void holdBack(Id id);
    /// Returns whether reading was suspended.
    bool resume(Id id) noexcept;

    /// Undoes endDraining(), for the next child.
    void reset() noexcept;
    /// Called after the child's end. Returns whether finished() has to wait for output.
    bool beginDraining() noexcept;
    bool isDraining() const noexcept { return m_isDraining; }
    /// The end of the drain; never, without a drain.
    Deadline drainEnd() const noexcept { return m_drainEnd; }
    /// Whether finished() need not wait any longer.
    bool isDrained() noexcept;
    /// Ends the wait for this child's output.
    void endDraining() noexcept;

    /// Whether both channels have ended, and nothing was cut off. False as long as there was no child.
    bool isComplete() const noexcept;
    /// Call this if some of this child's output is not received.
    void noteCut() noexcept { m_isCut = true; }

    /// See ChildProcess::hasLine().
    bool hasLine(Id id);
    /// Precondition: hasLine().
    QByteArray takeLine(Id id);

    qint64 limit = 0; ///< Of unread bytes in each channel; 0: none.
    std::chrono::milliseconds drainTimeout{0};
    int limitPauses = 0; ///< The number of nested waits, during which the program cannot read.

private:
    void takeBackReadAhead();
    template<typename Predicate>
    bool hasAwaited(Predicate predicate) const noexcept;
    bool isAwaited() const noexcept;
    bool isHeldByOthers() const noexcept;

    Id m_readChannel = ChildProcess::StandardOutput;
    ChildProcess &m_device;
    StandardStreams &m_streams;
    Deadline m_drainEnd = Deadline::forever(); ///< For output after the child's end.
    bool m_isDraining = false;
    bool m_isCut = false;
    bool m_drains = true; ///< Whether drainTimeout applies to this child.
    std::uint8_t m_looksLeft = 0; ///< In a drain that waits for children that are being started.
};

} // namespace ForkFd::Internal

#endif
