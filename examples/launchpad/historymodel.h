// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef LAUNCHPAD_HISTORYMODEL_H
#define LAUNCHPAD_HISTORYMODEL_H

#include "helpersupervisor.h"

#include <QtCore/QAbstractTableModel>
#include <QtCore/QPointer>

/// The runs of one helper that are over, the last one first.
class HistoryModel : public QAbstractTableModel
{
    Q_OBJECT

public:
    enum Column { Begin, End, Duration, ProcessorTime, Memory, ColumnCount };

    explicit HistoryModel(QObject *parent = nullptr);

    void setSupervisor(HelperSupervisor *supervisor);

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    QPointer<HelperSupervisor> m_supervisor;
};

/// A duration for people, such as "3.2 s" or "2 h 05 min".
QString durationText(std::chrono::milliseconds duration);

#endif
