// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/start/startsunderway.h"

#include "core/base/deadline.h"
#include "core/base/event.h"
#include "core/base/exithandler.h"
#include "core/base/signals.h"
#include "core/base/wait.h"
#include "core/stop/startcontrol.h"

#include <cerrno>
#include <csignal>
#include <new>

namespace ForkFd::Internal {

namespace {

// A child that is just being created is reached within a moment.
constexpr std::chrono::milliseconds exitPatience(100);

} // namespace

OnePerProcess<StartsUnderWay> StartsUnderWay::lists;

StartsUnderWay::Entry::Entry(StartControl &control, const ExitEvent &told)
    : m_starts(ofThisProcess())
    , m_unlisted{{control, told}}
    , m_place(m_unlisted.begin())
    , m_isListed(m_starts.add(m_unlisted))
{
}

StartsUnderWay::Entry::~Entry()
{
    if (!m_isListed || !m_starts.belongsToThisProcess())
        return;
    const std::lock_guard lock(m_starts.m_mutex);
    m_starts.m_starts.erase(m_place);
}

StartsUnderWay &StartsUnderWay::ofThisProcess()
{
    StartsUnderWay *starts = lists.findOrMake([] {
        auto fresh = std::make_unique<StartsUnderWay>();
        // A forked copy inherits the registration, unless the copy was made just before it, and
        // registers the function again. The second call at exit finds nothing left to do.
        if (!callAtExit(endAllAtExit))
            fresh.reset();
        return fresh;
    });
    if (!starts)
        throw std::bad_alloc();
    return *starts;
}

bool StartsUnderWay::add(List &entry) noexcept
{
    const std::lock_guard lock(m_mutex);
    if (!m_isExiting)
        m_starts.splice(m_starts.end(), entry);
    return !m_isExiting;
}

void StartsUnderWay::endAllAtExit()
{
    const CancellationBlocker blocker;
    StartsUnderWay *starts = lists.find();
    const Deadline end(exitPatience);
    while (starts && !starts->endAll() && !end.hasExpired())
        pauseFor(std::chrono::milliseconds(1));
}

// Returns whether every child was reached. Signals through the control: the lock of a StoppableChild may
// be held for long, and the exit must not wait for it. A start whose outcome is reported in between is
// left alone.
bool StartsUnderWay::endAll() noexcept
{
    const std::lock_guard lock(m_mutex);
    m_isExiting = true;
    bool areReached = true;
    for (const Start &start : m_starts) {
        if (start.control.cancel())
            start.told.set(); // The starting thread may hang for ever, and the owner wait in poll(2).
        else if (!start.control.isTold() && start.control.end(SIGKILL) == EAGAIN)
            areReached = false;
    }
    return areReached;
}

} // namespace ForkFd::Internal
