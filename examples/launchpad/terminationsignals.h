// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef LAUNCHPAD_TERMINATIONSIGNALS_H
#define LAUNCHPAD_TERMINATIONSIGNALS_H

#include <QtCore/QObject>

class QSocketNotifier;

/// Turns SIGINT, SIGTERM and SIGHUP into a Qt signal. There may be one object. When it has gone,
/// they end the program again. Those that are ignored stay ignored.
class TerminationSignals : public QObject
{
    Q_OBJECT

public:
    explicit TerminationSignals(QObject *parent = nullptr);
    ~TerminationSignals() override;

Q_SIGNALS:
    void received();

private:
    QSocketNotifier *m_notifier = nullptr;
};

#endif
