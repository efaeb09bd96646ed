// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "qt/preparedstart.h"

#include "qt/startrequest.h"

#include "core/start/programsearch.h"

#include <cerrno>
#include <utility>

namespace ForkFd::Internal {

bool PreparedStart::openStreams(const ChildSettings &settings, ChildEnds &ends)
{
    streamFailure = streams.open(QIODevice::ReadWrite, settings.launchOptions->pseudoTerminal, ends);
    if (streamFailure != StandardStreams::None)
        failure = {streamFailure == StandardStreams::Terminal ? Step::PseudoTerminal : Step::Channels,
                   errno};
    return streamFailure == StandardStreams::None;
}

void PreparedStart::begin(ChildSettings &settings, const StopSettings &stopSettings)
{
    startTime = std::chrono::steady_clock::now();
    failure = StartPlan::check(settings.launchOptions.get());
    if (settings.program.isEmpty())
        failure = {Step::Program, EINVAL};
    else if (!failure && !isScopePossible(settings, stopSettings))
        failure = {Step::SignalScope, EINVAL};
    ChildEnds ends;
    if (failure || !openStreams(settings, ends))
        return;
    ThreadedRequest request;
    request.start = makeStartRequest(settings, ends);
    request.scope = scopeOf(stopSettings);
    request.owned = std::move(ends.owned);
    request.complete = [path = absoluteSearchPath()](StartRequest &start) {
        return findProgram(start, path);
    };
    pending = PendingStart::inThread(std::move(request), failure);
}

} // namespace ForkFd::Internal
