// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "plaintext.h"

namespace {

// The position behind the escape sequence that begins at `position` (ECMA-48: CSI, OSC, or one
// character).
qsizetype endOfEscape(const QString &text, qsizetype position)
{
    const auto at = [&](qsizetype i) { return i < text.size() ? text[i].unicode() : u'\0'; };
    qsizetype i = position + 1;
    if (at(i) == u'[') {
        for (++i; at(i) >= 0x20 && at(i) < 0x40;)
            ++i;
        return std::min(i + 1, text.size());
    }
    if (at(i) == u']') {
        while (i < text.size() && at(i) != u'\a' && at(i) != u'\x1b')
            ++i;
        return std::min(at(i) == u'\x1b' ? i + 2 : i + 1, text.size());
    }
    return std::min(i + 1, text.size());
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
