// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/start/guardedstart.h"

#include "core/base/cgroup.h"
#include "core/base/staycode.h"
#include "core/start/plan.h"
#include "core/stop/guardian.h"
#include "core/stop/keeper.h"
#include "core/watch/exitwatch.h"

#include <cerrno>
#include <utility>

namespace ForkFd::Internal {

namespace {

StartResult startIn(const PrivateCgroup &group, StartRequest request, StartReport *later)
{
    const UniqueFd directory = group.open();
    if (!directory)
        return {.failure = {Step::ControlGroup, errno}};
    request.options.controlGroup.clear();
    request.controlGroupFd = directory.get();
    return startChild(StartPlan(std::move(request)), later);
}

// A process may be allowed to create a cgroup but not to move a child there. Then the child is started
// without a cgroup.
StartResult startInIfAllowed(PrivateCgroup &group, StartRequest &&request, StartReport *later)
{
    if (group) {
        StartResult result = startIn(group, request, later);
        if (result.failure.step != Step::ControlGroup || !group.remove())
            return result;
        group = PrivateCgroup();
    }
    return startChild(StartPlan(std::move(request)), later);
}

/// The guardian's entry for a tree that is being started.
class TreeEntry
{
public:
    explicit TreeEntry(const PrivateCgroup &group)
        : m_guardian(Guardian::findOrMake(launchGuardian))
        , m_errorCode(m_guardian.open(group, backend() == Backend::PidFd, m_ticket))
    {
    }
    ~TreeEntry()
    {
        if (m_ticket)
            m_guardian.close(m_ticket);
    }
    TreeEntry(const TreeEntry &) = delete;
    TreeEntry &operator=(const TreeEntry &) = delete;

    int errorCode() const noexcept { return m_errorCode; }
    const TreeTicket &ticket() const noexcept { return m_ticket; }
    void keep(ExitWatch &leader, PrivateCgroup own) noexcept
    {
        m_guardian.keep(m_ticket, leader, std::move(own));
        m_ticket = {};
    }

private:
    Guardian &m_guardian;
    TreeTicket m_ticket;
    const int m_errorCode;
};

// One try: the guardian may be killed in between.
StartResult startWithEntry(PrivateCgroup &group, PrivateCgroup &own, StartRequest request,
                           StartReport *later)
{
    TreeEntry entry(group ? group : own);
    if (entry.errorCode() != 0)
        return {.failure = {Step::TreeDiesWithParent, entry.errorCode()}};
    request.ticket = entry.ticket();
    StartResult result = startInIfAllowed(group ? group : own, std::move(request), later);
    if (result.watch)
        entry.keep(*result.watch, std::move(own));
    return result;
}

StartResult startWithGuardian(PrivateCgroup &group, const StartRequest &request, StartReport *later)
{
    // Before the guardian opens descriptors: one could have a number that the options name.
    if (const FailedStep error = StartPlan::check(request.options))
        return {.failure = {error.step, error.errorCode, request.executable}};
    keepCodeLoaded(); // Before a guardian's thread needs it, and outside the guardian's lock.
    ScopedCgroup own; // For the guardian alone, until the tree has it.
    if (!group)
        own.group = PrivateCgroup::make(request.options.controlGroup, request.executable);
    constexpr int mostTries = 3;
    StartResult result;
    for (int tries = 0; tries < mostTries; ++tries) {
        result = startWithEntry(group, own.group, request, later);
        const StartFailure &failure = result.failure;
        if (failure.step != Step::TreeDiesWithParent || failure.errorCode != EPIPE)
            break;
    }
    return result;
}

} // namespace

// The child joins the guardian before it does anything else, so that a failure to join is known here.
StartResult startGuarded(PrivateCgroup &group, StartRequest &&request, StartReport *later)
{
    const bool isRequired = request.options.treeDiesWithParent;
    if (isRequired || request.options.treeDiesWithParentIfPossible) {
        StartResult result = startWithGuardian(group, request, later);
        if (isRequired || result.failure.step != Step::TreeDiesWithParent)
            return result;
    }
    return startInIfAllowed(group, std::move(request), later);
}

} // namespace ForkFd::Internal
