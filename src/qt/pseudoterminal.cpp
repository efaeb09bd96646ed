// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "qt/pseudoterminal.h"

#include <cstdlib>

#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

namespace ForkFd::Internal {

namespace {

bool switchEchoOff(const UniqueFd &childEnd) noexcept
{
    termios modes;
    if (::tcgetattr(childEnd.get(), &modes) != 0)
        return false;
    modes.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    return ::tcsetattr(childEnd.get(), TCSANOW, &modes) == 0;
}

// Whether the terminal ends a line with this character in canonical mode (termios(3)).
bool endsLine(char typed, const termios &modes) noexcept
{
    const bool isReturn = typed == '\r' && (modes.c_iflag & ICRNL) != 0 && (modes.c_iflag & IGNCR) == 0;
    const bool isNewline = typed == '\n' && (modes.c_iflag & INLCR) == 0;
    const auto is = [&](int index) {
        return modes.c_cc[index] != _POSIX_VDISABLE && modes.c_cc[index] == static_cast<cc_t>(typed);
    };
    return isReturn || isNewline || is(VEOL) || is(VEOL2) || is(VEOF);
}

UniqueFd openChildEnd(const UniqueFd &ours) noexcept
{
    char name[128];
    if (::grantpt(ours.get()) != 0 || ::unlockpt(ours.get()) != 0
        || ::ptsname_r(ours.get(), name, sizeof name) != 0)
        return {};
    return UniqueFd(::open(name, O_RDWR | O_NOCTTY | O_CLOEXEC));
}

} // namespace

UniqueFd PseudoTerminal::open(const TerminalSize &size) noexcept
{
    close();
    m_lastTyped.reset();
    m_ours.reset(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
    if (!m_ours)
        return {};
    UniqueFd childEnd = openChildEnd(m_ours);
    if (childEnd && switchEchoOff(childEnd) && setSize(size)
        && ::fcntl(m_ours.get(), F_SETFL, O_RDWR | O_NONBLOCK) == 0)
        return childEnd;
    close();
    return {};
}

UniqueFd PseudoTerminal::duplicate() const noexcept
{
    return UniqueFd(::fcntl(m_ours.get(), F_DUPFD_CLOEXEC, 0));
}

void PseudoTerminal::close() noexcept
{
    m_ours.reset();
    m_childEnd.reset();
}

bool PseudoTerminal::setSize(const TerminalSize &size) const noexcept
{
    winsize window = {};
    window.ws_col = size.columns;
    window.ws_row = size.rows;
    return ::ioctl(m_ours.get(), TIOCSWINSZ, &window) == 0;
}

QByteArray PseudoTerminal::endOfFile() const
{
    termios modes;
    if (::tcgetattr(m_ours.get(), &modes) != 0 || modes.c_cc[VEOF] == _POSIX_VDISABLE)
        return {};
    // In canonical mode VEOF after an incomplete line only submits that line, like a newline. A second
    // VEOF reports end of file (termios(3)).
    const bool isTwice = m_lastTyped && !endsLine(*m_lastTyped, modes) && (modes.c_lflag & ICANON) != 0;
    return QByteArray(isTwice ? 2 : 1, static_cast<char>(modes.c_cc[VEOF]));
}

} // namespace ForkFd::Internal
