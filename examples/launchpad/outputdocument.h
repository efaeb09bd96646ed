// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef LAUNCHPAD_OUTPUTDOCUMENT_H
#define LAUNCHPAD_OUTPUTDOCUMENT_H

#include "ansiparser.h"

#include <QtGui/QPalette>
#include <QtGui/QTextCursor>
#include <QtGui/QTextDocument>

/// The last lines of a helper's output, with its colours.
///
/// It is bounded: old lines go, and a longer line is broken. A carriage return lets the next text
/// replace the line, so that progress is shown in one.
class OutputDocument : public QTextDocument
{
    Q_OBJECT

public:
    static constexpr int maximumLines = 5000;
    static constexpr int maximumLineLength = 4096;

    explicit OutputDocument(QObject *parent = nullptr);

    /// Appends what the helper has written.
    void append(const QByteArray &bytes);
    /// Appends a line of the launchpad's own, and forgets the style of the helper.
    void announce(const QString &text);
    /// Shows all text in the colours of this palette.
    void setPalette(const QPalette &palette);

Q_SIGNALS:
    void aboutToAppend();
    void appended();

private:
    void insert(QTextCursor *cursor, const AnsiPiece &piece);
    void endLine(QTextCursor *cursor);
    void insertText(QTextCursor *cursor, QString text, const TextStyle &style);
    QTextCharFormat styledFormat(const TextStyle &style) const;
    void recolor(const QTextBlock &block);

    AnsiParser m_parser;
    QPalette m_palette;
    bool m_isLineOver = false; ///< The next text begins a new line.
    bool m_isLineReplaced = false; ///< The next text replaces the last line.
};

#endif
