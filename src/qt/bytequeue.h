// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_QT_BYTEQUEUE_H
#define FORKFD_QT_BYTEQUEUE_H

#include <QtCore/QByteArray>
#include <QtCore/QList>

#include <cstring>
#include <memory>

namespace ForkFd::Internal {

/// The bytes in a channel: added at the back and removed at the front, without moving the rest.
///
/// Small appends are gathered in the last piece, so that memory and system calls depend on the number of
/// bytes and not on the number of appends. A large array is a piece of the queue, and is shared, not
/// copied. A queue that was never used costs a pointer.
class ByteQueue
{
public:
    qint64 size() const noexcept { return m_store ? m_store->size : 0; }
    bool isEmpty() const noexcept { return size() == 0; }
    bool hasNewline() const noexcept { return indexOfNewline() >= 0; }
    /// The number of bytes before the first newline; -1 if there is none. Searches each byte once, so
    /// that a long line that arrives in many pieces costs no more than other lines.
    qint64 indexOfNewline() const noexcept;
    void clear() noexcept { m_store.reset(); }

    void append(const char *data, qint64 size);
    void append(QByteArray bytes);
    /// Puts back bytes that were taken.
    void prepend(QByteArray bytes);

    qsizetype pieceCount() const noexcept { return m_store ? m_store->pieces.size() : 0; }
    /// The bytes left in a piece. Precondition: `index` is below pieceCount().
    QByteArrayView piece(qsizetype index) const noexcept;
    void skip(qint64 count) noexcept;
    /// Moves up to `maximum` bytes to `target` and returns their number.
    qint64 take(char *target, qint64 maximum) noexcept;
    /// Removes and returns all bytes; a single piece is not copied.
    QByteArray takeAll();

private:
    struct Store
    {
        QList<QByteArray> pieces; ///< No piece is empty.
        qint64 frontOffset = 0; ///< The number of bytes already taken from the first piece.
        qint64 size = 0;
        qint64 searched = 0; ///< The number of bytes at the front that contain no newline.
        bool isNewlineNext = false; ///< Whether a newline is known to follow these.
        char *room = nullptr; ///< The unused end of the last piece, which the next bytes fill.
        qint64 roomSize = 0;
    };

    Store &store();
    void appendPieces(const char *data, qint64 size);
    void closeLastPiece();
    void searchNewline() const noexcept;
    void fillRoom(const char *data, qint64 size) noexcept;

    std::unique_ptr<Store> m_store;
};

inline void ByteQueue::fillRoom(const char *data, qint64 size) noexcept
{
    std::memcpy(m_store->room, data, static_cast<std::size_t>(size));
    m_store->room += size;
    m_store->roomSize -= size;
    m_store->size += size;
}

inline QByteArrayView ByteQueue::piece(qsizetype index) const noexcept
{
    const QList<QByteArray> &pieces = m_store->pieces;
    const QByteArray &whole = pieces[index];
    const qint64 begin = index == 0 ? m_store->frontOffset : 0;
    const qint64 unused = index == pieces.size() - 1 ? m_store->roomSize : 0;
    return {whole.constData() + begin, whole.size() - begin - unused};
}

// Inline, because programs write a few bytes at a time.
inline void ByteQueue::append(const char *data, qint64 size)
{
    if (m_store && size > 0 && size <= m_store->roomSize)
        fillRoom(data, size);
    else
        appendPieces(data, size);
}

} // namespace ForkFd::Internal

#endif
