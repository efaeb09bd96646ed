// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef LAUNCHPAD_READABLECOLORS_H
#define LAUNCHPAD_READABLECOLORS_H

#include "ansiparser.h"

#include <QtGui/QColor>
#include <QtGui/QPalette>
#include <QtGui/QTextCharFormat>

/// The contrast of two colours as WCAG 2 defines it, 1 to 21.
double contrastOf(const QColor &a, const QColor &b);
/// The colour, made darker or lighter until it can be read on the background (contrast 4.5).
QColor readableOn(const QColor &background, QColor color);
/// A mixture of two colours; `share` is that of the second, 0 to 1.
QColor mixed(const QColor &first, const QColor &second, double share);
/// The style in the colours of a light or a dark palette.
QTextCharFormat formatOf(const TextStyle &style, const QPalette &palette);

#endif
