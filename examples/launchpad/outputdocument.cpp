// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "outputdocument.h"

#include "readablecolors.h"

#include <QtCore/QVariant>
#include <QtGui/QFontDatabase>
#include <QtGui/QGuiApplication>
#include <QtGui/QTextBlock>
#include <QtWidgets/QPlainTextDocumentLayout>

#include <vector>

Q_DECLARE_METATYPE(TextStyle)

// The style stays with the text, for another palette.
static constexpr int styleProperty = QTextFormat::UserProperty;

OutputDocument::OutputDocument(QObject *parent)
    : QTextDocument(parent)
    , m_palette(QGuiApplication::palette())
{
    setDocumentLayout(new QPlainTextDocumentLayout(this));
    setDefaultFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    setUndoRedoEnabled(false);
    setMaximumBlockCount(maximumLines);
}

// Lines that would go at once cost as much time as others.
static void dropOldLines(QList<AnsiPiece> *pieces)
{
    int lines = 0;
    for (qsizetype i = pieces->size() - 1; i >= 0; --i) {
        if (pieces->at(i).kind == AnsiPiece::NewLine && ++lines > OutputDocument::maximumLines) {
            pieces->remove(0, i);
            return;
        }
    }
}

void OutputDocument::append(const QByteArray &bytes)
{
    auto pieces = m_parser.parse(bytes);
    if (pieces.isEmpty())
        return;
    dropOldLines(&pieces);
    Q_EMIT aboutToAppend();
    QTextCursor cursor(this);
    cursor.movePosition(QTextCursor::End);
    cursor.beginEditBlock();
    for (const AnsiPiece &piece : pieces)
        insert(&cursor, piece);
    cursor.endEditBlock();
    Q_EMIT appended();
}

void OutputDocument::insert(QTextCursor *cursor, const AnsiPiece &piece)
{
    switch (piece.kind) {
    case AnsiPiece::Text:
        return insertText(cursor, piece.text, piece.style);
    case AnsiPiece::NewLine:
        return endLine(cursor);
    case AnsiPiece::CarriageReturn:
    case AnsiPiece::EraseLine:
        m_isLineReplaced = !m_isLineOver;
        return;
    }
}

// The new line follows with its text, so that the last line is never empty.
void OutputDocument::endLine(QTextCursor *cursor)
{
    if (m_isLineOver)
        cursor->insertBlock();
    m_isLineOver = true;
    m_isLineReplaced = false;
}

void OutputDocument::insertText(QTextCursor *cursor, QString text, const TextStyle &style)
{
    if (std::exchange(m_isLineOver, false))
        cursor->insertBlock();
    if (std::exchange(m_isLineReplaced, false)) {
        cursor->movePosition(QTextCursor::StartOfBlock, QTextCursor::KeepAnchor);
        cursor->removeSelectedText();
    }
    const QTextCharFormat format = styledFormat(style);
    while (!text.isEmpty()) {
        if (cursor->positionInBlock() >= maximumLineLength)
            cursor->insertBlock();
        const qsizetype room = maximumLineLength - cursor->positionInBlock();
        cursor->insertText(text.left(room), format);
        text.remove(0, room);
    }
}

void OutputDocument::announce(const QString &text)
{
    m_parser.reset();
    m_isLineReplaced = false;
    Q_EMIT aboutToAppend();
    QTextCursor cursor(this);
    cursor.movePosition(QTextCursor::End);
    cursor.beginEditBlock();
    m_isLineOver = m_isLineOver || !cursor.atBlockStart();
    TextStyle style;
    style.isFaint = true;
    style.isItalic = true;
    insertText(&cursor, text, style);
    endLine(&cursor);
    cursor.endEditBlock();
    Q_EMIT appended();
}

QTextCharFormat OutputDocument::styledFormat(const TextStyle &style) const
{
    QTextCharFormat format = formatOf(style, m_palette);
    format.setProperty(styleProperty, QVariant::fromValue(style));
    return format;
}

void OutputDocument::setPalette(const QPalette &palette)
{
    if (palette == m_palette)
        return;
    m_palette = palette;
    QTextCursor cursor(this);
    cursor.beginEditBlock();
    for (QTextBlock block = begin(); block.isValid(); block = block.next())
        recolor(block);
    cursor.endEditBlock();
}

void OutputDocument::recolor(const QTextBlock &block)
{
    struct Piece
    {
        int begin;
        int length;
        TextStyle style;
    };
    std::vector<Piece> pieces; // A change of the format invalidates the iterator.
    for (auto it = block.begin(); !it.atEnd(); ++it) {
        const QTextFragment fragment = it.fragment();
        pieces.push_back({fragment.position(), fragment.length(),
                          fragment.charFormat().property(styleProperty).value<TextStyle>()});
    }
    QTextCursor cursor(this);
    for (const Piece &piece : pieces) {
        cursor.setPosition(piece.begin);
        cursor.setPosition(piece.begin + piece.length, QTextCursor::KeepAnchor);
        cursor.setCharFormat(styledFormat(piece.style));
    }
}
