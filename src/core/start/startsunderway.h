// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_START_STARTSUNDERWAY_H
#define FORKFD_CORE_START_STARTSUNDERWAY_H

#include "core/base/thisprocess.h"

#include <list>
#include <mutex>

namespace ForkFd::Internal {

struct ExitEvent;
class StartControl;

/// The starts in threads of this process. When the process exits normally, they are given up: no child
/// is created after that, a child that is just being created is killed, and owners that wait are woken.
class StartsUnderWay : public OfOneProcess
{
    struct Start
    {
        StartControl &control;
        const ExitEvent &told;
    };
    using List = std::list<Start>;

public:
    /// Lists a start as long as it exists. Any thread may destroy it.
    class Entry
    {
    public:
        /// `told` is an open event that wakes the owner. Both arguments outlive this object. Throws
        /// std::bad_alloc.
        Entry(StartControl &control, const ExitEvent &told);
        /// In a forked copy it leaves the list alone.
        ~Entry();
        Entry(const Entry &) = delete;
        Entry &operator=(const Entry &) = delete;

        /// False: the process exits, and the start must not begin.
        explicit operator bool() const noexcept { return m_isListed; }

    private:
        StartsUnderWay &m_starts;
        List m_unlisted; ///< Holds the start until it is listed.
        const List::iterator m_place;
        const bool m_isListed;
    };

private:
    static StartsUnderWay &ofThisProcess();
    static void endAllAtExit();
    bool add(List &entry) noexcept;
    bool endAll() noexcept;

    static OnePerProcess<StartsUnderWay> lists;

    std::mutex m_mutex; ///< Guards the following. A forked copy never locks it.
    List m_starts;
    bool m_isExiting = false;
};

} // namespace ForkFd::Internal

#endif
