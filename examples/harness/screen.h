// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_EXAMPLES_SCREEN_H
#define FORKFD_EXAMPLES_SCREEN_H

#include "options.h"

#include <QtCore/QString>
#include <QtCore/QStringList>

enum class Style { Plain, Good, Bad, Notice, Faint, Strong };

/// Where the harness prints: lines that stay and, on a terminal, a few live lines below them that
/// change.
class Screen
{
public:
    Screen(int descriptor, ColorMode color);
    ~Screen();
    Screen(const Screen &) = delete;
    Screen &operator=(const Screen &) = delete;

    bool isTerminal() const { return m_isTerminal; }
    /// Whether characters beyond ASCII may be printed.
    bool isUtf8() const { return m_isUtf8; }
    /// How many columns and rows a terminal has; otherwise a usual width.
    int columns() const { return m_columns; }
    int rows() const { return m_rows; }
    /// The text with the colors of the style, if colors are wanted.
    QString styled(Style style, const QString &text) const;
    /// The text, shortened in the middle if it is longer.
    QString fitted(const QString &text, qsizetype columns) const;

    /// Prints a line that stays.
    void print(const QString &line = {});
    /// Replaces the live lines. Does nothing without a terminal.
    void setLiveLines(const QStringList &lines);

private:
    void measure();
    QString erasure() const;
    QString liveBlock() const;
    void write(const QString &text) const;

    const int m_descriptor;
    const bool m_isTerminal;
    const bool m_isUtf8;
    bool m_hasColors = false;
    int m_columns = 80;
    int m_rows = 24;
    QStringList m_liveLines;
};

#endif
