// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "ctestpattern.h"

using namespace Qt::StringLiterals;

namespace {

bool isLetterOrDigit(QChar c)
{
    return c.isLetterOrNumber() || c == u'_';
}

// The length of the set "[...]" at the begin of the text. A first "]" is an element.
qsizetype lengthOfSet(QStringView text)
{
    const qsizetype first = text.startsWith("[^"_L1) ? 2 : 1;
    const qsizetype end = text.indexOf(u']', first + 1);
    return end < 0 ? text.size() : end + 1;
}

// In a set CMake knows only "]", "^" and "-".
QString translatedSet(QStringView set)
{
    QString result = u"["_s;
    for (const QChar c : set.mid(1)) {
        if (c == u'\\' || c == u'[')
            result += u'\\';
        result += c;
    }
    return result;
}

} // namespace

QRegularExpression ctestPattern(const QString &pattern)
{
    QString perl;
    bool mayRepeat = false; // Whether a quantifier may follow.
    for (qsizetype i = 0; i < pattern.size(); ++i) {
        const QChar c = pattern[i];
        const bool isQuantifier = c == u'*' || c == u'+' || c == u'?';
        if (isQuantifier && !mayRepeat) // As in Perl's "(?:a)", "a*?" and "a++".
            return QRegularExpression(u"*"_s); // This is invalid, too.
        mayRepeat = !isQuantifier && c != u'(' && c != u'|';
        if (c == u'[') {
            const QStringView rest = QStringView(pattern).mid(i);
            const qsizetype length = lengthOfSet(rest);
            perl += translatedSet(rest.left(length));
            i += length - 1;
        } else if (c == u'\\' && i + 1 < pattern.size()) {
            const QChar escaped = pattern[++i]; // A letter stands for itself.
            perl += isLetterOrDigit(escaped) ? QString(escaped) : QString(c) + escaped;
        } else if (c == u'$') {
            perl += R"(\z)"_L1;
        } else if (c == u'{' || c == u'}') {
            perl += QString(u'\\') + c;
        } else {
            perl += c;
        }
    }
    return QRegularExpression(perl, QRegularExpression::DotMatchesEverythingOption);
}

QString textAsInCTest(QByteArray output)
{
    output.replace('\0', '\n');
    if (!output.isEmpty() && !output.endsWith('\n'))
        output += '\n';
    while (output.contains("\r\n"))
        output.replace("\r\n", "\n");
    return QString::fromUtf8(output);
}
