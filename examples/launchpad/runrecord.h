// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef LAUNCHPAD_RUNRECORD_H
#define LAUNCHPAD_RUNRECORD_H

#include <QtCore/QDateTime>
#include <QtCore/QString>

#include <chrono>

/// One run of a helper that is over.
struct RunRecord
{
    QDateTime begin;
    std::chrono::milliseconds duration{0};
    QString end; ///< How it ended, or why it did not start, as a sentence.
    bool isFailure = false;
    std::chrono::microseconds processorTime{0}; ///< Of the whole tree, as far as the system knows.
    qint64 peakMemory = 0; ///< In bytes; 0: the run was shorter than the time between two samples.
};

#endif
