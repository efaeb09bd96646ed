// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_QT_BYTEQUEUE_H
#define FORKFD_QT_BYTEQUEUE_H

#include <QtCore/QByteArray>
#include <QtCore/QList>

namespace ForkFd::Internal {

/// Bytes on their way through a channel: in at the back, out at the front, without moving the rest.
///
/// Small appends gather in the last piece, so that memory and system calls follow the number of bytes
/// and not the number of appends. Large arrays stay the pieces that they are, and are shared, not
/// copied.
class ByteQueue
{
public:
    qint64 size() const noexcept { return m_size; }
    bool isEmpty() const noexcept { return m_size == 0; }
    bool contains(char byte) const noexcept;
    void clear() noexcept;

    void append(const char *data, qint64 size);
    void append(QByteArray bytes);
    /// Puts bytes back that were taken too early.
    void prepend(QByteArray bytes);

    /// The bytes at the front that lie in one piece.
    QByteArrayView front() const noexcept;
    qsizetype pieceCount() const noexcept { return m_pieces.size(); }
    /// The bytes of one piece that are still there. Precondition: `index` is below pieceCount().
    QByteArrayView piece(qsizetype index) const noexcept;
    void skip(qint64 count) noexcept;
    /// Moves up to `maximum` bytes to `target` and returns how many.
    qint64 take(char *target, qint64 maximum) noexcept;
    /// Moves all of them, without copying those that lie in one piece.
    QByteArray takeAll();

private:
    bool lastPieceTakes(qint64 size) const noexcept;

    QList<QByteArray> m_pieces; ///< None is empty.
    qint64 m_frontOffset = 0; ///< How much of the first piece is gone.
    qint64 m_size = 0;
};

} // namespace ForkFd::Internal

#endif
