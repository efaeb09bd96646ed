// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_QT_STARTREQUEST_H
#define FORKFD_QT_STARTREQUEST_H

#include "qt/childsettings.h"
#include "qt/standardstreams.h"

#include "core/base/uniquefd.h"
#include "core/start/failure.h"
#include "core/start/pendingstart.h"
#include "core/start/plan.h"
#include "core/stop/stoppablechild.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ForkFd::Internal {

struct Surroundings;

/// Converts the settings for the core, in the encoding of the file system. Call findProgram() next. The
/// modifier is not copied: `settings` must not move while the request is in use. Variables that QString
/// cannot represent are taken from the `surroundings` or, if these are null, from the current
/// environment.
StartRequest makeStartRequest(ChildSettings &settings, const ChildEnds &ends,
                              const Surroundings *surroundings = nullptr);

/// Searches `path`, a value of PATH, for the program. The failure is marked as one of the child:
/// QProcess also searches in the parent, but its child reports the failure.
StartFailure findProgram(StartRequest &request, const std::string &path);

/// Moves the child's ends of the streams into a request for PendingStart::inThread(). Not for settings
/// with a modifier.
ThreadedRequest makeThreadedRequest(ChildSettings &settings, const StopSettings &stopSettings,
                                    ChildEnds ends, const Surroundings *surroundings = nullptr);

/// Converts the signal scope for the core.
StoppableChild::Scope scopeOf(const StopSettings &settings);
/// Whether the options leave the child the process group that the scope needs.
bool isScopePossible(const ChildSettings &settings, const StopSettings &stopSettings);

/// What a start copies from its process. Several later starts may share one object.
struct Surroundings
{
    std::vector<std::string> environment;
    std::string searchPath; ///< See absoluteSearchPath().
    UniqueFd directory; ///< The current directory; empty if it cannot be opened.
    /// The device and the inode number of the directory. Read by now(), because this may wait for a
    /// server.
    std::optional<std::pair<std::uintmax_t, std::uintmax_t>> directoryId;

    /// Null with errno if there is no descriptor.
    static std::shared_ptr<const Surroundings> now();
    /// Compares only memory. False if a directory is not known.
    bool isSameAs(const Surroundings &other) const noexcept;
};

/// A start that one thread begins, another thread executes, and a ChildProcess in a third thread takes
/// over; see ChildProcessPrivate::adopt().
struct PreparedStart
{
    std::chrono::steady_clock::time_point startTime;
    StandardStreams streams; ///< The parent's ends.
    QVariantMap environmentChanges; ///< Of RunOptions; begin() applies them to the child's environment.
    StandardStreams::Failure streamFailure = StandardStreams::None;
    StartFailure failure; ///< Failures of begin(); without a step, none.
    std::unique_ptr<PendingStart> pending; ///< Null after a failure.

    /// Creates the streams and the thread. The child inherits the attributes of the calling thread, and
    /// the `surroundings` or, if these are null, the current ones.
    void begin(ChildSettings &settings, const StopSettings &stopSettings,
               std::shared_ptr<const Surroundings> surroundings = {});

private:
    bool openStreams(const ChildSettings &settings, ChildEnds &ends);
};

} // namespace ForkFd::Internal

#endif
