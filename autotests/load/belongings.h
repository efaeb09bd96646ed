// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_LOAD_BELONGINGS_H
#define FORKFD_LOAD_BELONGINGS_H

#include "judge.h"

#include <atomic>
#include <cstddef>
#include <string>
#include <thread>

namespace Load {

/// What this process has.
struct Belongings
{
    int descriptors = 0;
    int threads = 0;
    int mappings = 0;
    std::size_t heap = 0; ///< Bytes that malloc() has given out.
    long residentKiB = 0;

    static Belongings now();
    std::string text() const;
};

/// Fails unless all children of this process end within a minute and are reaped, and nothing is left of
/// them.
class LeftoverCheck
{
public:
    LeftoverCheck(Judge &judge, const char *part);
    /// Call it when the process is at rest. The first calls, which take `warmUps` counts, set the
    /// measure.
    void look();
    void setWarmUps(int count) { m_warmUps = count; }
    const Belongings &last() const { return m_last; }
    /// How much more memory there is than after the warm-up, in bytes and KiB.
    long heapGrowth() const { return static_cast<long>(m_last.heap) - static_cast<long>(m_base.heap); }
    long residentGrowthKiB() const { return m_last.residentKiB - m_base.residentKiB; }

private:
    bool isAtRest();

    Judge &m_judge;
    const std::string m_part;
    int m_warmUps = 1;
    Belongings m_base;
    Belongings m_last;
};

/// Notes the highest numbers, until it is destroyed.
class PeakWatch
{
public:
    PeakWatch();
    ~PeakWatch();
    PeakWatch(const PeakWatch &) = delete;
    PeakWatch &operator=(const PeakWatch &) = delete;

    std::atomic<int> descriptors = 0;
    std::atomic<int> threads = 0;
    std::atomic<long> residentKiB = 0;

private:
    void watch();

    std::atomic<bool> m_isDone = false;
    std::thread m_thread;
};

} // namespace Load

#endif
