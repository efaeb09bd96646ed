// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef LAUNCHPAD_HELPERJSON_H
#define LAUNCHPAD_HELPERJSON_H

#include "helper.h"

#include <optional>

/// The helper as an object of the file.
QJsonObject toJson(const Helper &helper);
/// The helper that an object of the file describes. If a member has a wrong type or value, returns
/// nothing and sets `problem` to a sentence about it.
std::optional<Helper> helperFromJson(const QJsonObject &object, QString *problem);

#endif
