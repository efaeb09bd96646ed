// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "usagehistory.h"

#include <algorithm>

static void append(QList<double> *list, double value)
{
    if (list->size() == UsageHistory::capacity)
        list->removeFirst();
    list->append(value);
}

void UsageHistory::beginChild()
{
    m_usedBefore = std::chrono::microseconds(0);
    m_peakMemory = 0;
    m_sinceSample.start();
}

void UsageHistory::add(const std::optional<ForkFd::ResourceUsage> &usage)
{
    const ForkFd::ResourceUsage now = usage.value_or(ForkFd::ResourceUsage());
    const auto used = now.userTime + now.systemTime;
    const double elapsed = m_sinceSample.isValid() ? double(m_sinceSample.nsecsElapsed()) : 0;
    m_sinceSample.start();
    // Without a control group, the time of a process that has ended may be missing in the next sum.
    const double spent = double(std::chrono::nanoseconds(used - m_usedBefore).count());
    m_usedBefore = used;
    append(&m_processorTime, elapsed > 0 ? std::max(spent / elapsed, 0.0) : 0);
    append(&m_memory, double(now.residentBytes));
    m_processCount = now.processCount;
    m_peakMemory = std::max(m_peakMemory, now.residentBytes);
}
