// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "helper.h"

#include <QtCore/QFileInfo>

QString Helper::displayName() const
{
    return name.isEmpty() ? QFileInfo(program).fileName() : name;
}

const QList<StopSignal> &stopSignals()
{
    static const QList<StopSignal> signalList = {
        // clazy:exclude=non-pod-global-static
        {SIGTERM, "SIGTERM"}, {SIGINT, "SIGINT"},   {SIGHUP, "SIGHUP"},  {SIGQUIT, "SIGQUIT"},
        {SIGUSR1, "SIGUSR1"}, {SIGUSR2, "SIGUSR2"}, {SIGKILL, "SIGKILL"}};
    return signalList;
}
