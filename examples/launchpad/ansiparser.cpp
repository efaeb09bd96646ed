// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "ansiparser.h"

using namespace Qt::StringLiterals;

static constexpr QChar escape(0x1b);
static constexpr QChar bell(0x07);
static constexpr QChar cancel(0x18);
static constexpr QChar substitute(0x1a);
static constexpr qsizetype maximumParameters = 256;

QList<AnsiPiece> AnsiParser::parse(const QByteArray &bytes)
{
    const QString text = m_decoder.decode(bytes);
    for (const QChar c : text)
        take(c);
    flush();
    return std::exchange(m_pieces, {});
}

void AnsiParser::reset()
{
    m_decoder.resetState();
    m_state = State::Ground;
    m_parameters.clear();
    m_style = {};
}

void AnsiParser::take(QChar c)
{
    switch (m_state) {
    case State::Ground:
        return takeInGround(c);
    case State::Escape:
        return takeInEscape(c);
    case State::Sequence:
        return takeInSequence(c);
    case State::String:
        return takeInString(c);
    case State::Charset:
        m_state = State::Ground;
        if (c < u' ')
            takeInGround(c);
        return;
    }
}

void AnsiParser::takeInGround(QChar c)
{
    if (c == u'\n')
        add(AnsiPiece::NewLine);
    else if (c == u'\r')
        add(AnsiPiece::CarriageReturn);
    else if (c == escape)
        m_state = State::Escape;
    else if (c == u'\b')
        eraseCharacter();
    else if (c == u'\t' || c >= u' ')
        m_text += c;
}

// A character may be two units of UTF-16.
void AnsiParser::eraseCharacter()
{
    const bool isPair = m_text.size() > 1 && m_text.back().isLowSurrogate();
    m_text.chop(isPair ? 2 : 1);
}

// A title, a link: up to BEL or ESC backslash. CAN, SUB and another sequence end it, too, as in xterm.
void AnsiParser::takeInString(QChar c)
{
    if (c == u'\n') { // Its end is missing. What follows must not be lost.
        m_state = State::Ground;
        takeInGround(c);
    } else if (c == bell || c == cancel || c == substitute) {
        m_state = State::Ground;
    } else if (c == escape) {
        m_state = State::Escape; // Which takes the backslash for a sequence that does nothing.
    }
}

void AnsiParser::takeInEscape(QChar c)
{
    if (c == u'[') {
        m_parameters.clear();
        m_state = State::Sequence;
    } else if (QStringView(u"]PX^_").contains(c)) {
        m_state = State::String;
    } else if (QStringView(u"()*+#%").contains(c)) {
        m_state = State::Charset;
    } else {
        m_state = State::Ground;
        if (c < u' ') // The sequence is not complete.
            takeInGround(c);
    }
}

void AnsiParser::takeInSequence(QChar c)
{
    if (c >= u'@' && c <= u'~') {
        m_state = State::Ground;
        finishSequence(c);
    } else if (c < u' ' || m_parameters.size() == maximumParameters) {
        m_state = State::Ground; // It is none.
        takeInGround(c);
    } else {
        m_parameters += c;
    }
}

void AnsiParser::flush()
{
    if (!m_text.isEmpty())
        m_pieces.append({AnsiPiece::Text, std::exchange(m_text, {}), m_style});
}

void AnsiParser::add(AnsiPiece::Kind kind)
{
    flush();
    m_pieces.append(AnsiPiece{kind});
}

void AnsiParser::finishSequence(QChar last)
{
    if (last == u'm') {
        flush();
        applyStyles();
    } else if (last == u'K' && m_parameters != "0"_L1 && !m_parameters.isEmpty()) {
        add(AnsiPiece::EraseLine);
    }
}

// Numbers with colons between them are one parameter: "4:3" is a wavy underline, and not italic.
void AnsiParser::applyStyles()
{
    QList<int> numbers;
    const auto applyAll = [&] {
        for (qsizetype at = 0; at < numbers.size();)
            at = applyStyle(numbers, at);
        numbers.clear();
    };
    const auto words = QStringView(m_parameters).split(u';');
    for (const QStringView word : words) {
        if (!word.contains(u':')) {
            numbers += word.toInt();
            continue;
        }
        applyAll();
        QList<int> parts;
        for (const QStringView part : word.split(u':'))
            parts += part.toInt();
        applyGroup(parts);
    }
    applyAll();
}

// "38:2::R:G:B" may name a colour space before the colour, or leave it out: "38:2:R:G:B".
void AnsiParser::applyGroup(const QList<int> &numbers)
{
    QList<int> plain = numbers;
    if (plain.size() > 5 && plain.at(1) == 2)
        plain.remove(2);
    const int number = plain.at(0);
    if (number == 4)
        m_style.isUnderlined = plain.at(1) != 0;
    else if (number == 38 || number == 48)
        applyStyle(plain, 0);
}

// Applies the parameter at this index; returns the index of the next.
qsizetype AnsiParser::applyStyle(const QList<int> &numbers, qsizetype at)
{
    const int number = numbers.at(at);
    int ofUnderline = 0; // Not shown.
    if (number == 38)
        return readColor(numbers, at + 1, &m_style.foreground);
    if (number == 48)
        return readColor(numbers, at + 1, &m_style.background);
    if (number == 58)
        return readColor(numbers, at + 1, &ofUnderline);
    if (number >= 30)
        applyTableColor(number);
    else
        applyFont(number);
    return at + 1;
}

void AnsiParser::applyFont(int number)
{
    if (number == 0)
        m_style = {};
    else if (number == 1)
        m_style.isBold = true;
    else if (number == 2)
        m_style.isFaint = true;
    else if (number == 22)
        m_style.isBold = m_style.isFaint = false;
    else if (number == 3 || number == 23)
        m_style.isItalic = number == 3;
    else if (number == 4 || number == 24)
        m_style.isUnderlined = number == 4;
    else if (number == 7 || number == 27)
        m_style.isInverse = number == 7;
}

// 30 to 37 are the dark colours of the text, 90 to 97 the bright ones, 39 is its own; the background's
// are ten higher.
void AnsiParser::applyTableColor(int number)
{
    const bool isBackground = (number >= 40 && number < 50) || number >= 100;
    int *color = isBackground ? &m_style.background : &m_style.foreground;
    const int index = isBackground ? number - 40 : number - 30;
    if (index == 9)
        *color = TextStyle::defaultColor;
    else if (index >= 0 && index <= 7)
        *color = index;
    else if (index >= 60 && index <= 67)
        *color = index - 60 + 8;
}

// "5;N" is a colour of the table, "2;R;G;B" one of 24 bits.
qsizetype AnsiParser::readColor(const QList<int> &numbers, qsizetype at, int *color)
{
    const auto byte = [&numbers](qsizetype i) { return qBound(0, numbers.value(i), 255); };
    if (numbers.value(at) == 5) {
        *color = byte(at + 1);
        return at + 2;
    }
    if (numbers.value(at) == 2) {
        *color = TextStyle::rgb + (byte(at + 1) << 16) + (byte(at + 2) << 8) + byte(at + 3);
        return at + 4;
    }
    return at + 1;
}
