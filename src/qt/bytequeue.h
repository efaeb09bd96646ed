// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_QT_BYTEQUEUE_H
#define FORKFD_QT_BYTEQUEUE_H

#include <QtCore/QByteArray>
#include <QtCore/QList>

namespace ForkFd::Internal {

/// The bytes in a channel: added at the back and removed at the front, without moving the rest.
///
/// The last piece collects small appends, so that memory and system calls depend on the number of bytes
/// and not on the number of appends. A large array is a piece of the queue, and is shared, not copied.
class ByteQueue
{
public:
    qint64 size() const noexcept { return m_size; }
    bool isEmpty() const noexcept { return m_size == 0; }
    bool contains(char byte) const noexcept { return indexOf(byte) >= 0; }
    /// The number of bytes before the first such byte; -1 if there is none.
    qint64 indexOf(char byte) const noexcept;
    void clear() noexcept;

    void append(const char *data, qint64 size);
    void append(QByteArray bytes);
    /// Puts back bytes that were taken.
    void prepend(QByteArray bytes);

    /// The bytes of the first piece.
    QByteArrayView front() const noexcept;
    qsizetype pieceCount() const noexcept { return m_pieces.size(); }
    /// The bytes left in a piece. Precondition: `index` is below pieceCount().
    QByteArrayView piece(qsizetype index) const noexcept;
    void skip(qint64 count) noexcept;
    /// Moves up to `maximum` bytes to `target` and returns their number.
    qint64 take(char *target, qint64 maximum) noexcept;
    /// Removes and returns all bytes; a single piece is not copied.
    QByteArray takeAll();

private:
    bool lastPieceTakes(qint64 size) const noexcept;

    QList<QByteArray> m_pieces; ///< No piece is empty.
    qint64 m_frontOffset = 0; ///< The number of bytes already taken from the first piece.
    qint64 m_size = 0;
};

} // namespace ForkFd::Internal

#endif
