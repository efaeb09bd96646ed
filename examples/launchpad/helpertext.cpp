// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "helpertext.h"

#include <algorithm>

using namespace Qt::StringLiterals;

static QString quoted(const QString &argument)
{
    const bool isPlain = !argument.isEmpty() && !argument.contains(u'"')
        && std::none_of(argument.begin(), argument.end(), [](QChar c) { return c.isSpace(); });
    if (isPlain)
        return argument;
    QString inner = argument;
    return u'"' + inner.replace(u'"', u"\"\""_s) + u'"';
}

QString joinedArguments(const QStringList &arguments)
{
    QStringList words;
    std::transform(arguments.begin(), arguments.end(), std::back_inserter(words), quoted);
    return words.join(u' ');
}

QStringList splitArguments(const QString &text)
{
    QStringList words;
    QString word;
    bool isWord = false; // It may be empty.
    bool isQuoted = false;
    const auto endWord = [&] {
        if (std::exchange(isWord, false))
            words += std::exchange(word, {});
    };
    for (qsizetype i = 0; i < text.size(); ++i) {
        const QChar c = text.at(i);
        if (c.isSpace() && !isQuoted) {
            endWord();
            continue;
        }
        isWord = true;
        if (c != u'"')
            word += c;
        else if (isQuoted && text.mid(i + 1, 1) == u"\""_s)
            word += text.at(++i);
        else
            isQuoted = !isQuoted;
    }
    endWord();
    return words;
}

QString environmentText(const QVariantMap &changes)
{
    QStringList lines;
    for (auto it = changes.begin(); it != changes.end(); ++it)
        lines += it->isNull() ? it.key() : it.key() + u'=' + it->toString();
    return lines.join(u'\n');
}

std::optional<QVariantMap> parsedEnvironment(const QString &text, QString *badLine)
{
    QVariantMap changes;
    const QStringList lines = text.split(u'\n');
    for (const QString &line : lines) {
        if (line.trimmed().isEmpty())
            continue;
        const qsizetype end = line.indexOf(u'=');
        const QString name = line.left(end).trimmed();
        if (name.isEmpty()) {
            *badLine = line;
            return {};
        }
        changes.insert(name, end < 0 ? QVariant() : QVariant(line.mid(end + 1)));
    }
    return changes;
}
