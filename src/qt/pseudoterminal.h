// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_QT_PSEUDOTERMINAL_H
#define FORKFD_QT_PSEUDOTERMINAL_H

#include "core/base/uniquefd.h"

#include <ForkFd/spawn.h>

#include <QtCore/QByteArray>

#include <optional>

namespace ForkFd::Internal {

/// The parent's end of a terminal that replaces the child's pipes.
///
/// Each channel has its own duplicate of this end, so that a channel can be closed separately. close()
/// hangs up the child's session.
class PseudoTerminal
{
public:
    /// Creates the terminal with echo off, and returns the child's end; empty with errno on failure.
    UniqueFd open(const TerminalSize &size) noexcept;
    /// Returns a non-blocking descriptor for a channel; an empty descriptor with errno on failure.
    UniqueFd duplicate() const noexcept;
    /// Keeps the child's end open if none of the child's streams does. Otherwise the parent would read
    /// end of file before the child has opened its terminal.
    void hold(UniqueFd childEnd) noexcept { m_childEnd = std::move(childEnd); }
    void close() noexcept;
    bool isOpen() const noexcept { return static_cast<bool>(m_ours); }

    /// Sets the size; processes in the terminal receive SIGWINCH. Returns false with errno on failure.
    bool setSize(const TerminalSize &size) const noexcept;

    /// Must be called for all data that is written.
    void noteTyped(const char *data, qint64 size) noexcept
    {
        if (size > 0)
            m_lastTyped = data[size - 1];
    }
    /// Returns the characters to write for an end of file, after all other data.
    QByteArray endOfFile() const;

    /// The maximum of unread bytes. FIONREAD reports only a part of them.
    static constexpr int capacity = 64 * 1024;

private:
    UniqueFd m_ours;
    UniqueFd m_childEnd;
    std::optional<char> m_lastTyped; ///< Empty before the first character.
};

} // namespace ForkFd::Internal

#endif
