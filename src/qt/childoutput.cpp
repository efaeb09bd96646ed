// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "qt/childoutput.h"

#include "core/base/writeends.h"

namespace ForkFd::Internal {

namespace {

// A child that is being started closes what it does not need right after its creation. So the object
// looks often: if a descendant holds the output, too, the end of that start wakes nothing up.
constexpr std::chrono::milliseconds drainInterval(1);
constexpr std::uint8_t maximumLooks = 250;

} // namespace

void ChildOutput::setReadChannel(Id id)
{
    if (m_device.isTransactionStarted()) {
        m_device.QIODevice::setCurrentReadChannel(id); // Warns and does nothing.
        return;
    }
    if (id == m_readChannel)
        return;
    takeBackReadAhead();
    m_readChannel = id;
}

// The bytes that QIODevice has read ahead from the read channel, or that were put back with ungetChar().
void ChildOutput::takeBackReadAhead()
{
    if (!m_device.isReadable())
        return;
    const bool isText = m_device.isTextModeEnabled();
    m_device.setTextModeEnabled(false);
    current().bytes().prepend(m_device.QIODevice::read(m_device.QIODevice::bytesAvailable()));
    m_device.setTextModeEnabled(isText);
}

qint64 ChildOutput::room(Id id) noexcept
{
    const Channel &pipe = channel(id);
    if (limit == 0 || limitPauses > 0 || pipe.isDiscarding())
        return unlimited;
    qint64 unread = pipe.bytes().size();
    // Bytes of a transaction do not count: a transaction may need more bytes than the limit.
    if (id == m_readChannel && !m_device.isTransactionStarted())
        unread += m_device.QIODevice::bytesAvailable();
    return limit - unread;
}

// Takes back the bytes that QIODevice has read ahead, because it does not report when they are read.
void ChildOutput::holdBack(Id id)
{
    if (id == m_readChannel && !m_device.isTransactionStarted())
        takeBackReadAhead();
    channel(id).setHeldBack(true);
}

bool ChildOutput::resume(Id id) noexcept
{
    const bool wasHeldBack = channel(id).isHeldBack();
    channel(id).setHeldBack(false);
    return wasHeldBack;
}

void ChildOutput::reset() noexcept
{
    m_isCut = false;
    endDraining();
    m_drains = true;
}

template<typename Predicate>
bool ChildOutput::hasAwaited(Predicate predicate) const noexcept
{
    const auto fits = [&predicate](const Channel &channel) {
        return channel.isOpen() && !channel.isDiscarding() && predicate(channel);
    };
    return fits(m_streams.output) || fits(m_streams.errorOutput);
}

bool ChildOutput::isAwaited() const noexcept
{
    return hasAwaited([](const Channel &) { return true; });
}

// A child that is being started has copies of the write ends for a moment. The order of the two checks
// matters: if no child is being started at the first one, only the descendants of this child can hold
// its output.
bool ChildOutput::isHeldByOthers() const noexcept
{
    return WriteEnds::mayBeCopied()
        && hasAwaited([](const Channel &channel) { return !channel.hasHungUp(); });
}

bool ChildOutput::beginDraining() noexcept
{
    if (!m_drains || !isAwaited())
        return false;
    if (drainTimeout > std::chrono::milliseconds::zero()) {
        m_isDraining = true;
        m_drainEnd = Deadline(drainTimeout);
    } else if (isHeldByOthers()) {
        m_isDraining = true;
        m_looksLeft = maximumLooks;
        m_drainEnd = Deadline(drainInterval);
    }
    return m_isDraining;
}

bool ChildOutput::isDrained() noexcept
{
    if (!m_isDraining || !isAwaited())
        return true;
    if (!m_drainEnd.hasExpired())
        return false;
    if (m_looksLeft == 0 || !isHeldByOthers())
        return true;
    --m_looksLeft;
    m_drainEnd = Deadline(drainInterval);
    return false;
}

void ChildOutput::endDraining() noexcept
{
    m_drains = false;
    m_isDraining = false;
    m_looksLeft = 0;
    m_drainEnd = Deadline::forever();
}

bool ChildOutput::isComplete() const noexcept
{
    return !m_isCut && !m_streams.output.isOpen() && !m_streams.errorOutput.isOpen();
}

bool ChildOutput::hasLine(Id id)
{
    if (id == m_readChannel && m_device.isTransactionStarted())
        return false;
    if (id == m_readChannel)
        takeBackReadAhead();
    const Channel &pipe = channel(id);
    const bool isFull = limit > 0 && pipe.bytes().size() >= limit;
    return pipe.bytes().hasNewline() || (!pipe.bytes().isEmpty() && (isFull || !pipe.isOpen()));
}

QByteArray ChildOutput::takeLine(Id id)
{
    ByteQueue &bytes = channel(id).bytes();
    const qint64 end = bytes.indexOfNewline();
    QByteArray line(end < 0 ? bytes.size() : end, Qt::Uninitialized);
    bytes.take(line.data(), line.size());
    if (end < 0)
        return line;
    bytes.skip(1); // The newline.
    if (line.endsWith('\r'))
        line.chop(1);
    return line;
}

} // namespace ForkFd::Internal
