// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "screen.h"

#include <algorithm>
#include <cerrno>
#include <langinfo.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace {

bool isCapableTerminal(int descriptor)
{
    const QByteArray type = qgetenv("TERM");
    return ::isatty(descriptor) == 1 && !type.isEmpty() && type != "dumb";
}

// https://no-color.org: any value but the empty one.
bool areColorsWanted(ColorMode mode, bool isTerminal)
{
    if (mode == ColorMode::Auto)
        return isTerminal && qEnvironmentVariableIsEmpty("NO_COLOR");
    return mode == ColorMode::Always;
}

const char *codeOf(Style style)
{
    switch (style) {
    case Style::Plain:
        break;
    case Style::Good:
        return "32";
    case Style::Bad:
        return "1;31";
    case Style::Notice:
        return "33";
    case Style::Faint:
        return "2";
    case Style::Strong:
        return "1";
    }
    return "0";
}

} // namespace

Screen::Screen(int descriptor, ColorMode color)
    : m_descriptor(descriptor)
    , m_isTerminal(isCapableTerminal(descriptor))
    , m_isUtf8(qstrcmp(::nl_langinfo(CODESET), "UTF-8") == 0)
{
    m_hasColors = areColorsWanted(color, m_isTerminal);
    measure();
}

Screen::~Screen()
{
    setLiveLines({});
}

void Screen::measure()
{
    winsize size = {};
    if (m_isTerminal && ::ioctl(m_descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col != 0) {
        m_columns = size.ws_col;
        m_rows = size.ws_row;
    }
}

QString Screen::styled(Style style, const QString &text) const
{
    if (!m_hasColors || style == Style::Plain)
        return text;
    return u"\x1b["_s + QLatin1String(codeOf(style)) + u'm' + text + u"\x1b[0m"_s;
}

QString Screen::fitted(const QString &text, qsizetype columns) const
{
    const QString gap = m_isUtf8 ? u"…"_s : u"..."_s;
    if (text.size() <= columns)
        return text;
    if (columns <= gap.size())
        return text.left(std::max(columns, qsizetype{0}));
    const qsizetype kept = columns - gap.size();
    return text.left(kept - kept / 2) + gap + text.right(kept / 2);
}

// Moves to the first live line and clears everything from there on.
QString Screen::erasure() const
{
    return m_liveLines.isEmpty() ? QString() : u"\r\x1b[%1A\x1b[J"_s.arg(m_liveLines.size());
}

// The terminal cuts them off: wide characters take two columns, and a line must not take two rows.
QString Screen::liveBlock() const
{
    return m_liveLines.isEmpty() ? QString() : u"\x1b[?7l"_s + m_liveLines.join(u'\n') + u"\n\x1b[?7h"_s;
}

void Screen::print(const QString &line)
{
    write(erasure() + line + u'\n' + liveBlock());
}

void Screen::setLiveLines(const QStringList &lines)
{
    if (!m_isTerminal || (lines.isEmpty() && m_liveLines.isEmpty()))
        return;
    measure();
    const QString before = erasure();
    m_liveLines = lines;
    write(before + liveBlock());
}

// In one piece, so that nothing flickers.
void Screen::write(const QString &text) const
{
    const QByteArray bytes = text.toUtf8();
    for (qsizetype done = 0; done < bytes.size();) {
        const ssize_t written = ::write(m_descriptor, bytes.constData() + done,
                                        static_cast<std::size_t>(bytes.size() - done));
        if (written < 0 && errno == EAGAIN) {
            pollfd room = {m_descriptor, POLLOUT, 0};
            ::poll(&room, 1, -1);
        } else if (written < 0 && errno != EINTR) {
            return;
        }
        done += std::max(written, ssize_t{0});
    }
}
