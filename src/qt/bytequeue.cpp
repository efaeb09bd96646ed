// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "bytequeue.h"

#include <algorithm>
#include <cstring>

namespace ForkFd::Internal {

bool ByteQueue::contains(char byte) const noexcept
{
    if (front().contains(byte))
        return true;
    return m_pieces.size() > 1
        && std::any_of(m_pieces.begin() + 1, m_pieces.end(),
                       [byte](const QByteArray &piece) { return piece.contains(byte); });
}

void ByteQueue::clear() noexcept
{
    m_pieces.clear();
    m_frontOffset = 0;
    m_size = 0;
}

void ByteQueue::append(QByteArray bytes)
{
    if (bytes.isEmpty())
        return;
    m_size += bytes.size();
    m_pieces.append(std::move(bytes));
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
    return isEmpty() ? QByteArrayView() : QByteArrayView(m_pieces.front()).sliced(m_frontOffset);
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
