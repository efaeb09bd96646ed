// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "qt/bytequeue.h"

#include <algorithm>
#include <utility>

namespace ForkFd::Internal {

namespace {

// The size of a piece that gathers small appends. With the header of QByteArray it fills 16 KiB.
constexpr qint64 gatheredSize = 16 * 1024 - 64;

} // namespace

ByteQueue::Store &ByteQueue::store()
{
    if (!m_store)
        m_store = std::make_unique<Store>();
    return *m_store;
}

qint64 ByteQueue::indexOfNewline() const noexcept
{
    if (!m_store)
        return -1;
    if (!m_store->isNewlineNext)
        searchNewline();
    return m_store->isNewlineNext ? m_store->searched : -1;
}

void ByteQueue::searchNewline() const noexcept
{
    Store &s = *m_store;
    qint64 before = 0;
    for (qsizetype i = 0; i < s.pieces.size(); ++i) {
        const QByteArrayView bytes = piece(i);
        const qint64 begin = std::clamp<qint64>(s.searched - before, 0, bytes.size());
        const auto size = static_cast<std::size_t>(bytes.size() - begin);
        if (const void *found = std::memchr(bytes.data() + begin, '\n', size)) {
            s.searched = before + (static_cast<const char *>(found) - bytes.data());
            s.isNewlineNext = true;
            return;
        }
        before += bytes.size();
    }
    s.searched = before;
}

// Often the bytes of one append are read by the program, or taken by the child, before the next append.
// So the first small piece has just the size that it needs, and only a piece behind another small one
// gathers.
void ByteQueue::appendPieces(const char *data, qint64 size)
{
    if (size <= 0)
        return;
    Store &s = store();
    const qint64 fitting = std::min(size, s.roomSize);
    const qint64 rest = size - fitting;
    const bool gathers = rest > 0 && rest < gatheredSize && !s.pieces.isEmpty()
        && s.pieces.constLast().size() <= gatheredSize;
    if (rest > 0)
        s.pieces.append(gathers ? QByteArray(gatheredSize, Qt::Uninitialized)
                                : QByteArray(data + fitting, rest));
    if (fitting > 0)
        fillRoom(data, fitting);
    if (gathers) {
        s.room = s.pieces.last().data();
        s.roomSize = gatheredSize;
        fillRoom(data + fitting, rest);
    } else {
        s.size += rest;
    }
}

void ByteQueue::append(QByteArray bytes)
{
    // An array without a capacity (QByteArray::fromRawData) does not own its bytes: copy them.
    if (bytes.size() < gatheredSize || bytes.capacity() == 0) {
        append(bytes.constData(), bytes.size());
        return;
    }
    Store &s = store();
    closeLastPiece();
    s.size += bytes.size();
    s.pieces.append(std::move(bytes));
}

// Gives up the room in the last piece, which is then a piece like the others.
void ByteQueue::closeLastPiece()
{
    if (const qint64 unused = std::exchange(m_store->roomSize, 0); unused > 0)
        m_store->pieces.last().chop(unused);
}

void ByteQueue::prepend(QByteArray bytes)
{
    if (bytes.isEmpty())
        return;
    Store &s = store();
    closeLastPiece();
    if (s.frontOffset > 0)
        s.pieces.first().remove(0, std::exchange(s.frontOffset, 0));
    s.size += bytes.size();
    s.searched = 0;
    s.isNewlineNext = false;
    s.pieces.prepend(std::move(bytes));
}

void ByteQueue::skip(qint64 count) noexcept
{
    if (count <= 0)
        return;
    Store &s = *m_store;
    s.size -= count;
    s.isNewlineNext = s.isNewlineNext && count <= s.searched;
    s.searched = std::max(s.searched - count, qint64(0));
    s.frontOffset += count;
    while (!s.pieces.isEmpty() && s.frontOffset >= s.pieces.constFirst().size()) {
        s.frontOffset -= s.pieces.constFirst().size();
        s.pieces.removeFirst();
    }
    // The last piece is used up as far as it is filled.
    if (s.size == 0) {
        s.pieces.clear();
        s.frontOffset = 0;
        s.roomSize = 0;
    }
}

QByteArray ByteQueue::takeAll()
{
    QByteArray all;
    if (pieceCount() == 1 && m_store->frontOffset == 0) {
        const qint64 unused = m_store->roomSize;
        closeLastPiece();
        all = m_store->pieces.takeFirst();
        m_store->size = m_store->searched = 0;
        m_store->isNewlineNext = false;
        if (unused > all.size())
            all.squeeze();
    } else if (!isEmpty()) {
        all = QByteArray(size(), Qt::Uninitialized);
        take(all.data(), all.size());
    }
    return all;
}

qint64 ByteQueue::take(char *target, qint64 maximum) noexcept
{
    qint64 taken = 0;
    while (taken < maximum && !isEmpty()) {
        const QByteArrayView whole = piece(0);
        const QByteArrayView part = whole.first(std::min(whole.size(), maximum - taken));
        std::memcpy(target + taken, part.data(), static_cast<std::size_t>(part.size()));
        taken += part.size();
        skip(part.size());
    }
    return taken;
}

} // namespace ForkFd::Internal
