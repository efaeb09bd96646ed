// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "helperlistmodel.h"

#include <algorithm>

using namespace Qt::StringLiterals;

HelperListModel::HelperListModel(QObject *parent)
    : QAbstractListModel(parent)
{
}

HelperListModel::~HelperListModel() = default;

int HelperListModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : int(m_supervisors.size());
}

QVariant HelperListModel::data(const QModelIndex &index, int role) const
{
    const HelperSupervisor *one = supervisor(index.row());
    if (!one)
        return {};
    switch (role) {
    case Qt::DisplayRole:
        return one->helper().displayName();
    case Qt::AccessibleTextRole:
        return QString(one->helper().displayName() + u": "_s + one->stateText());
    case Qt::ToolTipRole:
    case StateTextRole:
        return one->stateText();
    case StateRole:
        return QVariant::fromValue(one->state());
    default:
        return {};
    }
}

HelperSupervisor *HelperListModel::supervisor(int row) const
{
    return row >= 0 && row < rowCount() ? m_supervisors[size_t(row)].get() : nullptr;
}

QList<Helper> HelperListModel::helpers() const
{
    QList<Helper> list;
    for (const auto &one : m_supervisors)
        list += one->helper();
    return list;
}

void HelperListModel::append(const Helper &helper)
{
    auto one = std::make_unique<HelperSupervisor>(helper);
    const HelperSupervisor *pointer = one.get();
    connect(pointer, &HelperSupervisor::stateChanged, this, [this, pointer] { rowChanged(pointer); });
    connect(pointer, &HelperSupervisor::sampled, this, [this, pointer] { rowChanged(pointer); });
    beginInsertRows({}, rowCount(), rowCount());
    m_supervisors.push_back(std::move(one));
    endInsertRows();
    Q_EMIT changed();
}

void HelperListModel::remove(int row)
{
    if (!supervisor(row))
        return;
    beginRemoveRows({}, row, row);
    m_removed.push_back(std::move(m_supervisors[size_t(row)]));
    m_supervisors.erase(m_supervisors.begin() + row);
    endRemoveRows();
    m_removed.back()->stop();
    forgetRemoved();
    Q_EMIT changed();
}

void HelperListModel::startAll()
{
    for (const auto &one : m_supervisors) {
        if (!one->isWanted())
            one->start();
    }
}

void HelperListModel::stopAll()
{
    for (const auto &one : m_supervisors)
        one->stop();
}

void HelperListModel::killAll()
{
    for (const auto *list : {&m_supervisors, &m_removed}) {
        for (const auto &one : *list)
            one->kill();
    }
}

bool HelperListModel::isAnyWanted() const
{
    const auto isWanted = [](const auto &one) { return one->isWanted(); };
    return std::any_of(m_supervisors.begin(), m_supervisors.end(), isWanted)
        || std::any_of(m_removed.begin(), m_removed.end(), isWanted);
}

QString HelperListModel::activeNames() const
{
    QStringList names;
    for (const auto *list : {&m_supervisors, &m_removed}) {
        for (const auto &one : *list) {
            if (one->isActive())
                names += one->helper().displayName();
        }
    }
    return names.join(u", "_s);
}

void HelperListModel::forgetRemoved()
{
    std::erase_if(m_removed, [](auto &one) {
        if (one->isWanted())
            return false;
        one.release()->deleteLater(); // It may be emitting.
        return true;
    });
}

void HelperListModel::rowChanged(const HelperSupervisor *supervisor)
{
    const auto found = std::find_if(m_supervisors.begin(), m_supervisors.end(),
                                    [=](const auto &one) { return one.get() == supervisor; });
    if (found == m_supervisors.end()) {
        forgetRemoved();
        Q_EMIT changed();
        return;
    }
    const QModelIndex row = index(int(found - m_supervisors.begin()));
    Q_EMIT dataChanged(row, row);
    Q_EMIT changed();
}
