// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/start/startsunderway.h"

#include "core/base/deadline.h"
#include "core/base/wait.h"
#include "core/stop/stoppablechild.h"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <new>

namespace ForkFd::Internal {

namespace {

// A child that is just being created is reached within a moment.
constexpr std::chrono::milliseconds exitPatience(100);

} // namespace

OnePerProcess<StartsUnderWay> StartsUnderWay::lists;

StartsUnderWay::Entry::Entry(StoppableChild &child)
    : m_starts(ofThisProcess())
    , m_unlisted{&child}
    , m_place(m_unlisted.begin())
    , m_isListed(m_starts.add(m_unlisted))
{
}

StartsUnderWay::Entry::~Entry()
{
    if (!m_isListed || !m_starts.belongsToThisProcess())
        return;
    const std::lock_guard lock(m_starts.m_mutex);
    m_starts.m_children.erase(m_place);
}

StartsUnderWay &StartsUnderWay::ofThisProcess()
{
    StartsUnderWay *starts = lists.findOrMake([] {
        auto fresh = std::make_unique<StartsUnderWay>();
        std::atexit(endAllAtExit); // A forked copy inherits this.
        return fresh;
    });
    return *starts;
}

bool StartsUnderWay::add(List &entry) noexcept
{
    const std::lock_guard lock(m_mutex);
    if (!m_isExiting)
        m_children.splice(m_children.end(), entry);
    return !m_isExiting;
}

void StartsUnderWay::endAllAtExit()
{
    StartsUnderWay *starts = lists.find();
    const Deadline end(exitPatience);
    while (starts && !starts->endAll() && !end.hasExpired())
        pauseFor(std::chrono::milliseconds(1));
}

// Returns whether every child was reached. The owners are not told: their threads may run on during the
// exit, and must not report a failure then.
bool StartsUnderWay::endAll() noexcept
{
    const std::lock_guard lock(m_mutex);
    m_isExiting = true;
    bool areReached = true;
    for (StoppableChild *child : m_children) {
        StartControl &control = *child->startControl();
        if (!control.cancel() && !control.isTold() && child->sendSignal(SIGKILL) == EAGAIN)
            areReached = false;
    }
    return areReached;
}

} // namespace ForkFd::Internal
