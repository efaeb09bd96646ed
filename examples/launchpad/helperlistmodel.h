// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef LAUNCHPAD_HELPERLISTMODEL_H
#define LAUNCHPAD_HELPERLISTMODEL_H

#include "helpersupervisor.h"

#include <QtCore/QAbstractListModel>

#include <memory>
#include <vector>

/// The helpers, each with its supervisor, in the order of the list.
class HelperListModel : public QAbstractListModel
{
    Q_OBJECT

public:
    enum Role { StateRole = Qt::UserRole, StateTextRole };

    explicit HelperListModel(QObject *parent = nullptr);
    ~HelperListModel() override;

    int rowCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;

    HelperSupervisor *supervisor(int row) const; ///< Null if there is no such row.
    QList<Helper> helpers() const;
    void append(const Helper &helper);
    void remove(int row);

    void startAll();
    void stopAll();
    void killAll();
    bool isAnyWanted() const;
    /// The names of the helpers that have processes, for a sentence.
    QString activeNames() const;

Q_SIGNALS:
    /// Emitted when a helper has changed its state, or was added or removed.
    void changed();

private:
    void rowChanged(const HelperSupervisor *supervisor);

    std::vector<std::unique_ptr<HelperSupervisor>> m_supervisors;
};

#endif
