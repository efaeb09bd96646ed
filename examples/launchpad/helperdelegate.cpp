// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "helperdelegate.h"

#include "glyphicon.h"
#include "helperlistmodel.h"
#include "readablecolors.h"

#include <QtGui/QPainter>
#include <QtWidgets/QApplication>

static constexpr int margin = 8;
static constexpr int signSize = 16;

QSize HelperDelegate::sizeHint(const QStyleOptionViewItem &option, const QModelIndex &) const
{
    return {200, 2 * option.fontMetrics.height() + 2 * margin};
}

void HelperDelegate::paint(QPainter *painter, const QStyleOptionViewItem &option,
                           const QModelIndex &index) const
{
    QStyleOptionViewItem item(option);
    initStyleOption(&item, index);
    item.text.clear();
    const QStyle *style = item.widget ? item.widget->style() : QApplication::style();
    style->drawControl(QStyle::CE_ItemViewItem, &item, painter, item.widget);

    const bool isSelected = item.state & QStyle::State_Selected;
    const auto group = item.state & QStyle::State_Active ? QPalette::Active : QPalette::Inactive;
    const QColor text =
        item.palette.color(group, isSelected ? QPalette::HighlightedText : QPalette::Text);
    const QColor back = item.palette.color(group, isSelected ? QPalette::Highlight : QPalette::Base);
    const QColor dim = isSelected ? text : readableOn(back, mixed(text, back, 0.3));
    const QRect rect = item.rect.adjusted(margin, margin, -margin, -margin);

    const auto state = index.data(HelperListModel::StateRole).value<HelperSupervisor::State>();
    const QRectF sign(rect.left(), rect.top() + (item.fontMetrics.height() - signSize) / 2.0, signSize,
                      signSize);
    drawState(painter, sign, state, isSelected ? text : signColor(state, back, dim));

    const QRect lines = rect.adjusted(signSize + margin, 0, 0, 0);
    const auto line = [&](int number, const QColor &color, const QString &words) {
        const QRect place(lines.left(), lines.top() + number * item.fontMetrics.height(), lines.width(),
                          item.fontMetrics.height());
        painter->setPen(color);
        painter->drawText(place, Qt::AlignVCenter | Qt::AlignLeft,
                          item.fontMetrics.elidedText(words, Qt::ElideRight, place.width()));
    };
    painter->save();
    painter->setFont(item.font);
    line(0, text, index.data().toString());
    line(1, dim, index.data(HelperListModel::StateTextRole).toString());
    painter->restore();
}
