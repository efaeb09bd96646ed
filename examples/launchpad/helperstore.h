// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef LAUNCHPAD_HELPERSTORE_H
#define LAUNCHPAD_HELPERSTORE_H

#include "helper.h"

#include <QtCore/QCoreApplication>

#include <optional>

/// The file that the helpers are kept in.
///
/// It loses nothing. A file that it could not read, or that another program has changed in the meantime,
/// is renamed before a new one takes its place. Members that this version does not know are kept.
class HelperStore
{
    Q_DECLARE_TR_FUNCTIONS(HelperStore)

public:
    explicit HelperStore(QString fileName);

    /// The file in the user's folder for data.
    static QString defaultFileName();
    QString fileName() const { return m_fileName; }

    /// Reads the helpers; there are none if there is no file. On failure returns nothing, and problem()
    /// says why.
    std::optional<QList<Helper>> load();
    /// Writes the helpers. On failure returns false and leaves the file as it is; problem() says why.
    bool save(const QList<Helper> &helpers);

    /// A sentence about the last load() or save() that failed.
    QString problem() const { return m_problem; }
    /// The name that the last save() gave to a file that it did not know; empty if there was none.
    QString keptName() const { return m_keptName; }

private:
    std::optional<QList<Helper>> fail(const QString &reason);
    std::optional<QList<Helper>> parse(const QByteArray &contents);
    bool keepForeignFile();

    const QString m_fileName;
    QByteArray m_known; ///< The contents that load() has understood or save() has written.
    QJsonObject m_others;
    QString m_problem;
    QString m_keptName;
};

#endif
