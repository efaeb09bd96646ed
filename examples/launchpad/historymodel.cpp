// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "historymodel.h"

#include <QtCore/QLocale>

using namespace Qt::StringLiterals;

QString durationText(std::chrono::milliseconds duration)
{
    const qint64 seconds = duration.count() / 1000;
    const QChar zero = u'0';
    if (seconds < 60)
        return HistoryModel::tr("%1 s").arg(QLocale().toString(double(duration.count()) / 1000, 'f', 1));
    if (seconds < 3600)
        return HistoryModel::tr("%1 min %2 s").arg(seconds / 60).arg(seconds % 60, 2, 10, zero);
    return HistoryModel::tr("%1 h %2 min").arg(seconds / 3600).arg(seconds / 60 % 60, 2, 10, zero);
}

HistoryModel::HistoryModel(QObject *parent)
    : QAbstractTableModel(parent)
{
}

void HistoryModel::setSupervisor(HelperSupervisor *supervisor)
{
    beginResetModel();
    if (m_supervisor)
        m_supervisor->disconnect(this);
    m_supervisor = supervisor;
    endResetModel();
    if (supervisor)
        connect(supervisor, &HelperSupervisor::runsChanged, this, [this] {
            beginResetModel();
            endResetModel();
        });
}

int HistoryModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() || !m_supervisor ? 0 : int(m_supervisor->runs().size());
}

int HistoryModel::columnCount(const QModelIndex &) const
{
    return ColumnCount;
}

static QString textOf(const RunRecord &run, int column)
{
    switch (column) {
    case HistoryModel::Begin:
        return QLocale().toString(run.begin, u"yyyy-MM-dd HH:mm:ss"_s);
    case HistoryModel::End:
        return run.end.left(1).toUpper() + run.end.mid(1);
    case HistoryModel::Duration:
        return durationText(run.duration);
    case HistoryModel::ProcessorTime:
        return durationText(std::chrono::duration_cast<std::chrono::milliseconds>(run.processorTime));
    default:
        return run.peakMemory > 0 ? QLocale().formattedDataSize(run.peakMemory, 1) : u"–"_s;
    }
}

QVariant HistoryModel::data(const QModelIndex &index, int role) const
{
    if (!index.isValid() || index.row() >= rowCount())
        return {};
    const auto &runs = m_supervisor->runs();
    const RunRecord &run = runs.at(runs.size() - 1 - index.row());
    if (role == Qt::DisplayRole || (role == Qt::ToolTipRole && index.column() == End))
        return textOf(run, index.column());
    if (role == Qt::TextAlignmentRole && index.column() >= Duration)
        return int(Qt::AlignRight | Qt::AlignVCenter);
    if (role == Qt::UserRole)
        return run.isFailure;
    return {};
}

QVariant HistoryModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return int((section >= Duration ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Begin:
        return tr("Started");
    case End:
        return tr("End");
    case Duration:
        return tr("Duration");
    case ProcessorTime:
        return tr("CPU time");
    default:
        return tr("Peak memory");
    }
}
