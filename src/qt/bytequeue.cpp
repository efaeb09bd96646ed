// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "qt/bytequeue.h"

#include <algorithm>
#include <cstring>

namespace ForkFd::Internal {

namespace {

// The maximum size of a piece with small appends. With the header of QByteArray it fills 16 KiB.
constexpr qint64 gatheredSize = 16 * 1024 - 64;

} // namespace

qint64 ByteQueue::indexOf(char byte) const noexcept
{
    qint64 before = 0;
    for (qsizetype i = 0; i < m_pieces.size(); ++i) {
        const QByteArrayView bytes = piece(i);
        if (const qsizetype index = bytes.indexOf(byte); index >= 0)
            return before + index;
        before += bytes.size();
    }
    return -1;
}

void ByteQueue::clear() noexcept
{
    m_pieces.clear();
    m_frontOffset = 0;
    m_size = 0;
}

void ByteQueue::append(const char *data, qint64 size)
{
    if (size <= 0)
        return;
    if (lastPieceTakes(size))
        m_pieces.back().append(data, size);
    else
        m_pieces.append(QByteArray(data, size));
    m_size += size;
}

void ByteQueue::append(QByteArray bytes)
{
    // An array without a capacity (QByteArray::fromRawData) does not own its bytes: copy them.
    if (bytes.size() < gatheredSize || bytes.capacity() == 0) {
        append(bytes.constData(), bytes.size());
        return;
    }
    m_size += bytes.size();
    m_pieces.append(std::move(bytes));
}

// Such a small piece is never shared with a user: append() has copied it.
bool ByteQueue::lastPieceTakes(qint64 size) const noexcept
{
    return !m_pieces.isEmpty() && m_pieces.back().size() + size <= gatheredSize;
}

void ByteQueue::prepend(QByteArray bytes)
{
    if (bytes.isEmpty())
        return;
    if (m_frontOffset > 0)
        m_pieces.front().remove(0, std::exchange(m_frontOffset, 0));
    m_size += bytes.size();
    m_pieces.prepend(std::move(bytes));
}

QByteArrayView ByteQueue::front() const noexcept
{
    return isEmpty() ? QByteArrayView() : piece(0);
}

QByteArrayView ByteQueue::piece(qsizetype index) const noexcept
{
    return QByteArrayView(m_pieces[index]).sliced(index == 0 ? m_frontOffset : 0);
}

void ByteQueue::skip(qint64 count) noexcept
{
    m_size -= count;
    m_frontOffset += count;
    while (!m_pieces.isEmpty() && m_frontOffset >= m_pieces.front().size()) {
        m_frontOffset -= m_pieces.front().size();
        m_pieces.removeFirst();
    }
}

QByteArray ByteQueue::takeAll()
{
    QByteArray all;
    if (m_pieces.size() == 1 && m_frontOffset == 0) {
        all = m_pieces.takeFirst();
        m_size = 0;
    } else if (!isEmpty()) {
        all = QByteArray(m_size, Qt::Uninitialized);
        take(all.data(), m_size);
    }
    return all;
}

qint64 ByteQueue::take(char *target, qint64 maximum) noexcept
{
    qint64 taken = 0;
    while (taken < maximum && !isEmpty()) {
        const QByteArrayView piece = front().first(std::min(front().size(), maximum - taken));
        std::memcpy(target + taken, piece.data(), static_cast<std::size_t>(piece.size()));
        taken += piece.size();
        skip(piece.size());
    }
    return taken;
}

} // namespace ForkFd::Internal
