// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "filter.h"

#include "harnesserror.h"

#include <QtCore/QRegularExpression>

#include <utility>

using namespace Qt::StringLiterals;

namespace {

QRegularExpression compiled(const QString &pattern)
{
    QRegularExpression regex(pattern);
    if (!regex.isValid())
        throw HarnessError(u"\"%1\" is no regular expression: %2"_s.arg(pattern, regex.errorString()));
    return regex;
}

/// Parses by recursive descent: or, and, not, and what stands between.
class Parser
{
public:
    explicit Parser(QString text)
        : m_text(std::move(text))
    {
    }

    Filter parse()
    {
        Filter filter = parseOr();
        skipSpace();
        if (m_position != m_text.size())
            fail();
        return filter;
    }

private:
    Filter parseOr()
    {
        Filter left = parseAnd();
        while (takeWord("or"_L1)) {
            left = [left, right = parseAnd()](const Test &test) { return left(test) || right(test); };
        }
        return left;
    }

    Filter parseAnd()
    {
        Filter left = parseNot();
        while (takeWord("and"_L1)) {
            left = [left, right = parseNot()](const Test &test) { return left(test) && right(test); };
        }
        return left;
    }

    // Each level of the expression is one of the stack.
    Filter parseNot()
    {
        constexpr int deepest = 100;
        if (m_depth == deepest)
            fail();
        ++m_depth;
        Filter filter = parseOperand();
        --m_depth;
        return filter;
    }

    Filter parseOperand()
    {
        if (takeWord("not"_L1))
            return negationOf(parseNot());
        skipSpace();
        if (take(u'(')) {
            Filter inner = parseOr();
            skipSpace();
            if (!take(u')'))
                fail();
            return inner;
        }
        return parseTerm();
    }

    Filter parseTerm()
    {
        const QString word = nextWord();
        if (word.isEmpty())
            fail();
        m_position += word.size();
        if (word == "all"_L1)
            return [](const Test &) { return true; };
        if (!take(u'('))
            return [word](const Test &test) { return test.name.contains(word); };
        const QString pattern = takePattern();
        if (word == "name"_L1)
            return nameFilter(pattern);
        if (word == "label"_L1)
            return labelFilter(pattern);
        throw HarnessError(u"the filter \"%1\" has the unknown word %2()"_s.arg(m_text, word));
    }

    // Up to the parenthesis that closes the one before; the pattern may have pairs, and \( and \).
    QString takePattern()
    {
        const qsizetype begin = m_position;
        for (int depth = 1; m_position < m_text.size(); ++m_position) {
            const QChar c = m_text[m_position];
            if (c == u'\\')
                ++m_position;
            else if (c == u'(')
                ++depth;
            else if (c == u')' && --depth == 0)
                return m_text.mid(begin, m_position++ - begin);
        }
        fail();
    }

    void skipSpace()
    {
        while (m_position < m_text.size() && m_text[m_position].isSpace())
            ++m_position;
    }

    bool take(QChar c)
    {
        if (m_position >= m_text.size() || m_text[m_position] != c)
            return false;
        ++m_position;
        return true;
    }

    QString nextWord()
    {
        skipSpace();
        qsizetype end = m_position;
        while (end < m_text.size() && !m_text[end].isSpace() && m_text[end] != u'('
               && m_text[end] != u')')
            ++end;
        return m_text.mid(m_position, end - m_position);
    }

    bool takeWord(QLatin1StringView word)
    {
        if (nextWord() != word)
            return false;
        m_position += word.size();
        return true;
    }

    [[noreturn]] void fail() const
    {
        throw HarnessError(u"the filter \"%1\" cannot be understood at position %2"_s.arg(
            m_text, QString::number(m_position + 1)));
    }

    const QString m_text;
    qsizetype m_position = 0;
    int m_depth = 0;
};

} // namespace

Filter parseFilter(const QString &expression)
{
    return Parser(expression).parse();
}

Filter nameFilter(const QString &pattern)
{
    return [regex = compiled(pattern)](const Test &test) { return regex.match(test.name).hasMatch(); };
}

Filter labelFilter(const QString &pattern)
{
    return [regex = compiled(pattern)](const Test &test) {
        for (const QString &label : test.labels) {
            if (regex.match(label).hasMatch())
                return true;
        }
        return false;
    };
}

Filter negationOf(const Filter &filter)
{
    return [filter](const Test &test) { return !filter(test); };
}
