// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "plaintext.h"

namespace {

// The position behind the characters from `first` to `last`.
qsizetype skip(const QString &text, qsizetype position, char16_t first, char16_t last)
{
    while (position < text.size() && text[position] >= first && text[position] <= last)
        ++position;
    return position;
}

// The position behind a control string, such as a title. BEL ends it, or ST, which begins with ESC. If
// both are missing, the rest of the output must not be lost: the line ends it.
qsizetype endOfControlString(const QString &text, qsizetype position)
{
    const auto isEnd = [](QChar c) { return c == u'\a' || c == u'\x1b' || c == u'\n'; };
    while (position < text.size() && !isEnd(text[position]))
        ++position;
    return position < text.size() && text[position] == u'\a' ? position + 1 : position;
}

// The position behind the escape sequence that begins at `position` (ECMA-48, and ECMA-35 for those
// without a bracket). Skips ASCII alone, or a control string as a whole: half a surrogate pair would be
// no text.
qsizetype endOfEscape(const QString &text, qsizetype position)
{
    constexpr QStringView controlStrings = u"PX]^_"; // DCS, SOS, OSC, PM, APC.
    const qsizetype second = position + 1;
    const QChar kind = second < text.size() ? text[second] : QChar();
    if (controlStrings.contains(kind))
        return endOfControlString(text, second + 1);
    const bool isCsi = kind == u'[';
    const qsizetype end = isCsi ? skip(text, second + 1, u' ', u'?') : skip(text, second, u' ', u'/');
    const char16_t firstFinal = isCsi ? u'@' : u'0';
    const bool hasFinal = end < text.size() && text[end] >= firstFinal && text[end] <= u'~';
    return hasFinal ? end + 1 : end;
}

// XML 1.0 allows no other control characters, and not these two.
bool isAllowed(QChar c)
{
    const char16_t code = c.unicode();
    return (code >= 0x20 || code == u'\n' || code == u'\t') && (code < 0x7f || code > 0x9f)
        && code < 0xfffe;
}

} // namespace

QString plainText(const QByteArray &output)
{
    const QString text = QString::fromUtf8(output);
    QString plain;
    plain.reserve(text.size());
    for (qsizetype i = 0; i < text.size();) {
        if (text[i] == u'\x1b') {
            i = endOfEscape(text, i);
            continue;
        }
        if (isAllowed(text[i]))
            plain += text[i];
        ++i;
    }
    return plain;
}

QString oneLine(const QString &text)
{
    QString line = plainText(text.toUtf8());
    return line.replace(u'\n', u' ').replace(u'\t', u' ');
}

QString secondsText(std::chrono::nanoseconds time)
{
    const double seconds = std::chrono::duration<double>(time).count();
    return QString::number(seconds, 'f', seconds < 1000 ? 2 : 0) + QStringLiteral(" s");
}

QString memoryText(qint64 bytes)
{
    constexpr qint64 mebibyte = 1024 * 1024;
    return bytes == 0 ? QString()
                      : QString::number((bytes + mebibyte / 2) / mebibyte) + QStringLiteral(" MiB");
}

QString countText(qsizetype count, const char *singular, const char *plural)
{
    return QString::number(count) + u' ' + QLatin1String(count == 1 ? singular : plural);
}
