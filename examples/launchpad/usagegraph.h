// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef LAUNCHPAD_USAGEGRAPH_H
#define LAUNCHPAD_USAGEGRAPH_H

#include <QtCore/QList>
#include <QtWidgets/QWidget>

#include <functional>

/// A small graph of the last minute: the present value in words, and the curve below.
class UsageGraph : public QWidget
{
    Q_OBJECT

public:
    using Format = std::function<QString(double)>;

    /// `lowestScale` is the least value that the height stands for.
    UsageGraph(const QString &title, double lowestScale, Format format, QWidget *parent = nullptr);

    void setValues(const QList<double> &values);
    const QList<double> &values() const { return m_values; }

    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    QPainterPath curve(const QRectF &area) const;
    void drawTitle(QPainter *painter, const QRect &line) const;

    const QString m_title;
    const double m_lowestScale;
    const Format m_format;
    QList<double> m_values;
};

#endif
