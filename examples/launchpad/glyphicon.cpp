// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "glyphicon.h"

#include "readablecolors.h"

#include <QtGui/QGuiApplication>
#include <QtGui/QIconEngine>
#include <QtGui/QPainter>
#include <QtGui/QPainterPath>

namespace {

// All shapes are drawn in a square of 16 × 16.
QPen penOf(const QColor &color, double width = 1.6)
{
    return {color, width, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin};
}

void drawStart(QPainter *painter, const QColor &color)
{
    painter->setPen(penOf(color, 1));
    painter->setBrush(color);
    painter->drawPolygon(QPolygonF({{4.5, 3}, {13, 8}, {4.5, 13}}));
}

void drawStop(QPainter *painter, const QColor &color)
{
    painter->setPen(Qt::NoPen);
    painter->setBrush(color);
    painter->drawRoundedRect(QRectF(3.5, 3.5, 9, 9), 1, 1);
}

void drawRestart(QPainter *painter, const QColor &color)
{
    painter->setPen(penOf(color));
    painter->setBrush(Qt::NoBrush);
    painter->drawArc(QRectF(3, 3, 10, 10), 40 * 16, 290 * 16);
    painter->setBrush(color);
    painter->setPen(penOf(color, 0.8));
    painter->drawPolygon(QPolygonF({{13.6, 1.8}, {13.6, 6.2}, {9.2, 6.2}}));
}

void drawCross(QPainter *painter, const QColor &color)
{
    painter->setPen(penOf(color, 2));
    painter->drawLine(QPointF(4, 4), QPointF(12, 12));
    painter->drawLine(QPointF(12, 4), QPointF(4, 12));
}

void drawAdd(QPainter *painter, const QColor &color)
{
    painter->setPen(penOf(color, 1.8));
    painter->drawLine(QPointF(8, 3), QPointF(8, 13));
    painter->drawLine(QPointF(3, 8), QPointF(13, 8));
}

void drawEdit(QPainter *painter, const QColor &color)
{
    painter->setPen(penOf(color, 1.2));
    painter->setBrush(Qt::NoBrush);
    painter->drawPolygon(QPolygonF({{2.8, 13.2}, {3.6, 9.8}, {11, 2.4}, {13.6, 5}, {6.2, 12.4}}));
    painter->drawLine(QPointF(9.2, 4.2), QPointF(11.8, 6.8));
}

void drawRemove(QPainter *painter, const QColor &color)
{
    painter->setPen(penOf(color, 1.2));
    painter->setBrush(Qt::NoBrush);
    painter->drawLine(QPointF(2.5, 4.2), QPointF(13.5, 4.2));
    painter->drawLine(QPointF(6.3, 2.2), QPointF(9.7, 2.2));
    painter->drawPolyline(QPolygonF({{4, 4.2}, {4.7, 13.6}, {11.3, 13.6}, {12, 4.2}}));
    painter->drawLine(QPointF(6.7, 6.8), QPointF(6.9, 11));
    painter->drawLine(QPointF(9.3, 6.8), QPointF(9.1, 11));
}

// A pad from which three things rise; as in the file org.forkfd.launchpad.svg.
void drawPad(QPainter *painter, const QColor &)
{
    painter->setPen(Qt::NoPen);
    painter->setBrush(QColor(0x3d, 0x56, 0x73));
    painter->drawRoundedRect(QRectF(1, 1, 14, 14), 3, 3);
    painter->setBrush(QColor(0xec, 0xf0, 0xf1));
    painter->drawRoundedRect(QRectF(3, 11.4, 10, 1.6), 0.8, 0.8);
    const QColor colors[] = {{0x2e, 0xcc, 0x71}, {0x5d, 0xad, 0xe2}, {0xf5, 0xb0, 0x41}};
    const double heights[] = {3.4, 6.8, 4.8};
    for (int i = 0; i < 3; ++i) {
        const double x = 4.6 + i * 3.4;
        const double top = 10.4 - heights[i];
        QPainterPath arrow(QPointF(x, top));
        arrow.lineTo(x + 1.3, top + 1.8);
        arrow.lineTo(x + 1.3, 10.4);
        arrow.lineTo(x - 1.3, 10.4);
        arrow.lineTo(x - 1.3, top + 1.8);
        arrow.closeSubpath();
        painter->fillPath(arrow, colors[i]);
    }
}

void drawGlyph(QPainter *painter, const QRectF &rect, Glyph glyph, const QColor &color)
{
    static constexpr void (*draw[])(QPainter *, const QColor &) = {
        drawAdd, drawEdit, drawRemove, drawStart, drawStop, drawRestart, drawCross, drawPad};
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->translate(rect.topLeft());
    painter->scale(rect.width() / 16, rect.height() / 16);
    draw[size_t(glyph)](painter, color);
    painter->restore();
}

class GlyphEngine : public QIconEngine
{
public:
    explicit GlyphEngine(Glyph glyph)
        : m_glyph(glyph)
    {
    }

    void paint(QPainter *painter, const QRect &rect, QIcon::Mode mode, QIcon::State) override
    {
        const auto group = mode == QIcon::Disabled ? QPalette::Disabled : QPalette::Active;
        const auto role = mode == QIcon::Selected ? QPalette::HighlightedText : QPalette::ButtonText;
        drawGlyph(painter, rect, m_glyph, QGuiApplication::palette().color(group, role));
    }
    QPixmap pixmap(const QSize &size, QIcon::Mode mode, QIcon::State state) override
    {
        QPixmap pixmap(size);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        paint(&painter, QRect({}, size), mode, state);
        return pixmap;
    }
    QIconEngine *clone() const override { return new GlyphEngine(m_glyph); }

private:
    const Glyph m_glyph;
};

void drawRing(QPainter *painter, const QColor &color)
{
    painter->setPen(penOf(color, 1.4));
    painter->setBrush(Qt::NoBrush);
    painter->drawEllipse(QRectF(3, 3, 10, 10));
}

void drawClock(QPainter *painter, const QColor &color)
{
    drawRing(painter, color);
    painter->drawPolyline(QPolygonF({{8, 5}, {8, 8}, {10, 9.4}}));
}

void drawDots(QPainter *painter, const QColor &color)
{
    painter->setPen(Qt::NoPen);
    painter->setBrush(color);
    for (const double x : {3.5, 8.0, 12.5})
        painter->drawEllipse(QPointF(x, 8), 1.5, 1.5);
}

void drawCheck(QPainter *painter, const QColor &color)
{
    painter->setPen(penOf(color, 1.8));
    painter->setBrush(Qt::NoBrush);
    painter->drawPolyline(QPolygonF({{3.5, 8.5}, {6.8, 11.8}, {12.8, 4.6}}));
}

} // namespace

QIcon glyphIcon(Glyph glyph)
{
    return QIcon(new GlyphEngine(glyph));
}

QColor signColor(HelperSupervisor::State state, const QColor &background, const QColor &text)
{
    switch (state) {
    case HelperSupervisor::State::Running:
        return readableOn(background, QColor(0x26, 0xa2, 0x69));
    case HelperSupervisor::State::Failed:
        return readableOn(background, QColor(0xc0, 0x1c, 0x28));
    case HelperSupervisor::State::Waiting:
        return readableOn(background, QColor(0xe5, 0xa5, 0x0a));
    default:
        return text;
    }
}

void drawState(QPainter *painter, const QRectF &rect, HelperSupervisor::State state, const QColor &color)
{
    using State = HelperSupervisor::State;
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->translate(rect.topLeft());
    painter->scale(rect.width() / 16, rect.height() / 16);
    if (state == State::Running)
        drawStart(painter, color);
    else if (state == State::Failed)
        drawCross(painter, color);
    else if (state == State::Waiting)
        drawClock(painter, color);
    else if (state == State::Exited)
        drawCheck(painter, color);
    else if (state == State::Stopped)
        drawRing(painter, color);
    else
        drawDots(painter, color);
    painter->restore();
}
