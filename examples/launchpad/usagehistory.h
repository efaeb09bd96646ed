// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef LAUNCHPAD_USAGEHISTORY_H
#define LAUNCHPAD_USAGEHISTORY_H

#include <ForkFd/ChildProcess>

#include <QtCore/QElapsedTimer>
#include <QtCore/QList>

#include <chrono>
#include <optional>

/// What a helper and all that it has started used in the last minute.
class UsageHistory
{
public:
    static constexpr int capacity = 60;

    /// Forgets the last child; the samples stay.
    void beginChild();
    /// Adds a sample. Without `usage`, because the system does not tell, it adds zeros.
    void add(const std::optional<ForkFd::ResourceUsage> &usage);

    const QList<double> &processorTime() const { return m_processorTime; } ///< 1: a whole processor.
    const QList<double> &memory() const { return m_memory; } ///< In bytes.
    int processCount() const { return m_processCount; }
    /// The most memory that a sample of the last child has shown, in bytes; 0 if there was none.
    qint64 peakMemory() const { return m_peakMemory; }

private:
    QList<double> m_processorTime;
    QList<double> m_memory;
    int m_processCount = 0;
    qint64 m_peakMemory = 0;
    std::chrono::microseconds m_usedBefore{0};
    QElapsedTimer m_sinceSample;
};

#endif
