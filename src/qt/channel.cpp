// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "qt/channel.h"

#include "core/base/quietwrite.h"
#include "core/base/signals.h"
#include "core/base/writeends.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>

namespace ForkFd::Internal {

namespace {

constexpr qint64 shortRead = PipeEnlargement::usual;
constexpr qint64 longRead = 512 * 1024;
constexpr quint8 manyReads = 3; // After these the pipe is enlarged.
// ByteQueue collects 16 KiB in a piece, and a pipe holds four such pieces.
constexpr qsizetype piecesAtOnce = 8;

// Returns the number of bytes, or a negative errno.
qint64 readFrom(const UniqueFd &pipe, char *data, qint64 size) noexcept
{
    const CancellationBlocker blocker;
    ssize_t count;
    do {
        count = ::read(pipe.get(), data, static_cast<std::size_t>(size));
    } while (count < 0 && errno == EINTR);
    return count < 0 ? -errno : count;
}

} // namespace

UniqueFd Channel::open() noexcept
{
    Pipe pipe;
    if (!pipe.open())
        return {};
    WriteEnds::add(pipe.writeEnd.get());
    const bool reads = m_direction == FromChild;
    UniqueFd ours = std::move(reads ? pipe.readEnd : pipe.writeEnd);
    if (::fcntl(ours.get(), F_SETFL, O_NONBLOCK) != 0)
        return {};
    adopt(std::move(ours), 0);
    return std::move(reads ? pipe.writeEnd : pipe.readEnd);
}

void Channel::adopt(UniqueFd end, int capacity) noexcept
{
    close();
    m_pipe = std::move(end);
    m_capacity = capacity;
    m_fullReads = 0;
    m_mayBeEnlarged = capacity == 0;
}

void Channel::close() noexcept
{
    m_enlargement.abandon(m_pipe.get());
    m_pipe.reset();
}

// A pipe that contains too much to shrink is held back. The next read from it begins the watch again.
bool Channel::shrinkWhenIdle() noexcept
{
    if (!isEnlarged())
        return false;
    if (!std::exchange(m_isIdle, true))
        return true;
    m_enlargement.end(m_pipe.get());
    m_fullReads = 0;
    return false;
}

void Channel::takeOver(Channel &other) noexcept
{
    adopt(std::move(other.m_pipe), other.m_capacity);
    m_isDiscarding = other.m_isDiscarding;
}

void Channel::reset() noexcept
{
    m_bytes.clear();
    m_isDiscarding = false;
    m_isHeldBack = false;
}

bool Channel::hasHungUp() const noexcept
{
    const CancellationBlocker blocker;
    pollfd entry = {m_pipe.get(), 0, 0};
    return ::poll(&entry, 1, 0) == 1 && (entry.revents & POLLHUP) != 0;
}

Channel::Result Channel::readSome(qint64 maximum)
{
    qint64 count = 0;
    return readAtMost(maximum, &count);
}

Channel::Rest Channel::readRest()
{
    int available = 0;
    // Without FIONREAD (a filter may refuse it): until the pipe is empty.
    if (m_capacity == 0 && ::ioctl(m_pipe.get(), FIONREAD, &available) != 0)
        available = PipeEnlargement::enlarged;
    const qint64 begin = m_bytes.size();
    qint64 rest = m_capacity == 0 ? available : m_capacity;
    Result result = Progress;
    while (rest > 0) {
        qint64 count = 0;
        result = readAtMost(rest, &count);
        if (result != Progress)
            break;
        rest -= count;
    }
    return {m_bytes.size() > begin, result == Failed};
}

Channel::Result Channel::readAtMost(qint64 maximum, qint64 *taken)
{
    const bool isLong = isEnlarged() && m_fullReads > 0 && !m_isDiscarding && maximum > shortRead;
    const qint64 count = isLong ? readPiece(std::min(maximum, longRead)) : readShort(maximum);
    if (count > 0) {
        *taken = count;
        noteLength(count);
        return Progress;
    }
    if (count == -EAGAIN)
        return WouldBlock;
    const bool isTerminal = m_capacity != 0; // A terminal reports end of file as EIO.
    return count == 0 || (isTerminal && count == -EIO) ? Finished : Failed;
}

// Most reads are short, and the queue copies only the bytes received. Threads may have small stacks: a
// read that fills this array continues into an array on the heap, which becomes a piece of the queue.
qint64 Channel::readShort(qint64 maximum)
{
    std::array<char, 16 * 1024> scratch;
    constexpr auto size = static_cast<qint64>(scratch.size());
    const qint64 count = readFrom(m_pipe, scratch.data(), std::min(maximum, size));
    if (count > 0 && !m_isDiscarding)
        m_bytes.append(scratch.data(), count);
    if (count < size || count == maximum)
        return count;
    return count + std::max<qint64>(readPiece(std::min(maximum, shortRead) - count), 0);
}

// Reads into the array that readAll() returns.
qint64 Channel::readPiece(qint64 maximum)
{
    QByteArray piece(maximum, Qt::Uninitialized);
    const qint64 count = readFrom(m_pipe, piece.data(), maximum);
    if (count <= 0 || m_isDiscarding)
        return count;
    piece.resize(count);
    if (count < maximum / 2)
        piece.squeeze();
    m_bytes.append(std::move(piece));
    return count;
}

// Enlarging a pipe does not pay off for a child that writes little.
void Channel::noteLength(qint64 count) noexcept
{
    m_isIdle = false;
    if (count < shortRead)
        m_fullReads = 0;
    else if (m_fullReads < manyReads)
        ++m_fullReads;
    if (m_fullReads == manyReads && m_mayBeEnlarged && !isEnlarged())
        m_mayBeEnlarged = m_enlargement.begin(m_pipe.get()) != PipeEnlargement::Refused;
}

Channel::Result Channel::writeSome(qint64 *written)
{
    *written = 0;
    if (m_bytes.isEmpty())
        return WouldBlock;
    const ssize_t count = writePieces();
    if (count >= 0) {
        *written = count;
        m_bytes.skip(count);
        return Progress;
    }
    return errno == EAGAIN ? WouldBlock : Finished;
}

// Writes as many pieces as a pipe may take, in one system call.
ssize_t Channel::writePieces() const noexcept
{
    std::array<iovec, piecesAtOnce> vector;
    const auto pieces = std::min<qsizetype>(m_bytes.pieceCount(), piecesAtOnce);
    for (qsizetype i = 0; i < pieces; ++i) {
        const QByteArrayView piece = m_bytes.piece(i);
        vector[static_cast<std::size_t>(i)] = {const_cast<char *>(piece.data()),
                                               static_cast<std::size_t>(piece.size())};
    }
    return writeQuietly(m_pipe.get(), vector.data(), static_cast<int>(pieces));
}

} // namespace ForkFd::Internal
