// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "usagegraph.h"

#include "readablecolors.h"
#include "usagehistory.h"

#include <QtGui/QPainter>
#include <QtGui/QPainterPath>

#include <algorithm>
#include <utility>

static constexpr int gap = 4;
static constexpr int curveHeight = 40;

UsageGraph::UsageGraph(const QString &title, double lowestScale, Format format, QWidget *parent)
    : QWidget(parent)
    , m_title(title)
    , m_lowestScale(lowestScale)
    , m_format(std::move(format))
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(title);
    setValues({});
}

QSize UsageGraph::sizeHint() const
{
    return {180, fontMetrics().height() + gap + curveHeight};
}

static double largestOf(const QList<double> &values)
{
    return values.isEmpty() ? 0 : *std::max_element(values.begin(), values.end());
}

void UsageGraph::setValues(const QList<double> &values)
{
    m_values = values;
    const QString now = m_format(values.isEmpty() ? 0 : values.last());
    setAccessibleDescription(
        tr("%1, at most %2 in the last minute").arg(now, m_format(largestOf(values))));
    setToolTip(accessibleDescription());
    update();
}

QPainterPath UsageGraph::curve(const QRectF &area) const
{
    const double scale = std::max(largestOf(m_values) * 1.1, m_lowestScale);
    const double step = area.width() / (UsageHistory::capacity - 1);
    QPainterPath path;
    for (qsizetype i = 0; i < m_values.size(); ++i) {
        const double x = area.right() - double(m_values.size() - 1 - i) * step;
        const double y = area.bottom() - area.height() * m_values.at(i) / scale;
        i == 0 ? path.moveTo(x, y) : path.lineTo(x, y);
    }
    return path;
}

void UsageGraph::drawTitle(QPainter *painter, const QRect &line) const
{
    const QColor text = palette().color(QPalette::WindowText);
    const QColor dim = readableOn(palette().color(QPalette::Window),
                                  mixed(text, palette().color(QPalette::Window), 0.3));
    const QString title = m_title + u' ';
    painter->setPen(dim);
    painter->drawText(line, Qt::AlignLeft, title);
    painter->drawText(line, Qt::AlignRight, tr("peak %1").arg(m_format(largestOf(m_values))));
    painter->setPen(text);
    painter->drawText(line.adjusted(fontMetrics().horizontalAdvance(title) + gap, 0, 0, 0),
                      Qt::AlignLeft, m_format(m_values.isEmpty() ? 0 : m_values.last()));
}

void UsageGraph::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    drawTitle(&painter, QRect(0, 0, width(), fontMetrics().height()));

    const QRectF area = QRectF(rect()).adjusted(0.5, fontMetrics().height() + gap + 0.5, -0.5, -0.5);
    const QColor base = palette().color(QPalette::Base);
    const QColor line = palette().color(QPalette::Highlight);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(mixed(palette().color(QPalette::Window), palette().color(QPalette::WindowText), 0.2));
    painter.setBrush(base);
    painter.drawRoundedRect(area, 3, 3);
    if (m_values.size() < 2)
        return;

    const QRectF inner = area.adjusted(1, 2, -1, -1);
    const QPainterPath path = curve(inner);
    QPainterPath filled = path;
    filled.lineTo(inner.bottomRight());
    filled.lineTo(path.elementAt(0).x, inner.bottom());
    filled.closeSubpath();
    painter.fillPath(filled, mixed(base, line, 0.25));
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(line, 1.5, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter.drawPath(path);
}
