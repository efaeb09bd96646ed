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
    /// Stops the helper, too. Until its processes have gone, it counts in the functions below.
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
    using Supervisors = std::vector<std::unique_ptr<HelperSupervisor>>;
    void rowChanged(const HelperSupervisor *supervisor);
    void forgetRemoved();

    Supervisors m_supervisors;
    Supervisors m_removed; ///< Helpers without a row that are still stopping.
};

#endif
