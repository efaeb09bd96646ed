// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_QT_PSEUDOTERMINAL_H
#define FORKFD_QT_PSEUDOTERMINAL_H

#include "core/base/uniquefd.h"

#include <ForkFd/spawn.h>

#include <QtCore/QByteArray>

namespace ForkFd::Internal {

/// The terminal of a child, in the place of pipes: our end of it, and what somebody who sits at it does
/// besides typing.
///
/// The channels that read and write it have duplicates of our end, so that one of them may close; the
/// child's session is hung up by close().
class PseudoTerminal
{
public:
    /// Makes it, with echo off, and gives the child's end. None with errno on failure.
    UniqueFd open(const TerminalSize &size) noexcept;
    /// For a channel: non-blocking. None with errno on failure.
    UniqueFd duplicate() const noexcept;
    /// Keeps the child's end open, where no stream of the child does that: else we would read an end of
    /// file before the child has opened its terminal.
    void hold(UniqueFd childEnd) noexcept { m_childEnd = std::move(childEnd); }
    void close() noexcept;
    bool isOpen() const noexcept { return static_cast<bool>(m_ours); }

    /// Tells the programs in it, too (SIGWINCH). False with errno.
    bool setSize(const TerminalSize &size) const noexcept;

    /// To be told of everything that is typed.
    void noteTyped(const char *data, qint64 size) noexcept;
    /// What is to be typed for an end of file, after everything else.
    QByteArray endOfFile() const;

    /// The most that may wait in it to be read. FIONREAD tells of a part.
    static constexpr qint64 capacity = 64 * 1024;

private:
    UniqueFd m_ours;
    UniqueFd m_childEnd;
    bool m_isLineBegun = false;
};

} // namespace ForkFd::Internal

#endif
