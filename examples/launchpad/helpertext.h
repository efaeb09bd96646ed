// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef LAUNCHPAD_HELPERTEXT_H
#define LAUNCHPAD_HELPERTEXT_H

#include <QtCore/QString>
#include <QtCore/QStringList>
#include <QtCore/QVariantMap>

#include <optional>

/// Writes arguments as text: separated by spaces, and within double quotes where that is needed. A
/// double quote within them is written twice.
QString joinedArguments(const QStringList &arguments);
/// Reads the same; lines separate arguments, too.
QStringList splitArguments(const QString &text);

/// Writes changes of the environment, one line each: "NAME=value" sets a variable, "NAME" removes it.
QString environmentText(const QVariantMap &changes);
/// Reads the same. On failure returns nothing and sets `badLine`.
std::optional<QVariantMap> parsedEnvironment(const QString &text, QString *badLine);

#endif
