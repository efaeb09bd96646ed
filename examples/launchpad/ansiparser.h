// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef LAUNCHPAD_ANSIPARSER_H
#define LAUNCHPAD_ANSIPARSER_H

#include <QtCore/QByteArray>
#include <QtCore/QList>
#include <QtCore/QString>
#include <QtCore/QStringDecoder>

/// How a piece of a terminal's output looks.
struct TextStyle
{
    static constexpr int defaultColor = -1;
    static constexpr int rgb = 0x1000000; ///< Added to a colour of 24 bits.

    int foreground = defaultColor; ///< 0 to 255 is a colour of the terminal's table.
    int background = defaultColor;
    bool isBold = false;
    bool isFaint = false;
    bool isItalic = false;
    bool isUnderlined = false;
    bool isInverse = false;

    bool operator==(const TextStyle &) const = default;
};

/// A step of a terminal's output.
struct AnsiPiece
{
    enum Kind { Text, NewLine, CarriageReturn, EraseLine };
    Kind kind = Text;
    QString text = {};
    TextStyle style = {};
};

/// Splits what a program writes for a terminal (UTF-8) into pieces. A sequence or a character may be cut
/// at any byte. Sequences that only move the cursor are left out.
class AnsiParser
{
public:
    QList<AnsiPiece> parse(const QByteArray &bytes);
    /// Forgets the style and a sequence that is not complete.
    void reset();

private:
    enum class State { Ground, Escape, Sequence, String, Charset };

    void take(QChar c);
    void takeInGround(QChar c);
    void takeInEscape(QChar c);
    void takeInSequence(QChar c);
    void takeInString(QChar c);
    void eraseCharacter();
    void flush();
    void add(AnsiPiece::Kind kind);
    void finishSequence(QChar last);
    void applyStyles();
    qsizetype applyStyle(const QList<int> &numbers, qsizetype at);
    void applyGroup(const QList<int> &numbers);
    void applyFont(int number);
    void applyTableColor(int number);
    static qsizetype readColor(const QList<int> &numbers, qsizetype at, int *color);

    QStringDecoder m_decoder{QStringDecoder::Utf8};
    State m_state = State::Ground;
    QString m_parameters;
    QString m_text;
    TextStyle m_style;
    QList<AnsiPiece> m_pieces;
};

#endif
