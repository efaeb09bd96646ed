// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "helper.h"

#include "signalname.h"

#include <QtCore/QFileInfo>

QString Helper::displayName() const
{
    return name.isEmpty() ? QFileInfo(program).fileName() : name;
}

QString signalName(int number)
{
    return QString::fromStdString(nameOfSignal(number));
}
