// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef LAUNCHPAD_GLYPHICON_H
#define LAUNCHPAD_GLYPHICON_H

#include "helpersupervisor.h"

#include <QtGui/QIcon>

class QPainter;
class QPalette;
class QRectF;

/// The shapes of the program, drawn for each size and in the colours of the palette.
enum class Glyph { Add, Edit, Remove, Start, Stop, Restart, Kill, Pad };

/// An icon that draws the glyph.
QIcon glyphIcon(Glyph glyph);
/// The colour of a state's sign, which can be read on the background.
QColor signColor(HelperSupervisor::State state, const QColor &background, const QColor &text);
/// Draws the sign of a state. Each state has its own shape.
void drawState(QPainter *painter, const QRectF &rect, HelperSupervisor::State state,
               const QColor &color);

#endif
