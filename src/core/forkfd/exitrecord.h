// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_FORKFD_EXITRECORD_H
#define FORKFD_CORE_FORKFD_EXITRECORD_H

#include "core/base/stablepool.h"
#include "core/base/thisprocess.h"
#include "core/watch/exitwatch.h"

#include <ForkFd/spawn.h>

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>

#include <sys/types.h>

namespace ForkFd::Internal {

/// One child of the forkfd family, shared by the threads that wait for it.
///
/// Counted: the registry has one reference until forkfd_close(), and so has each call that works with
/// the record. Whoever gives the last one back finishes it. It is never freed and may be used again for
/// another child, so that an old pointer to it is harmless: reference() fails, or what it gives is found
/// to be another one.
///
/// It belongs to the process that began it. A forked copy looks at isOfThisProcess() only: the mutex may
/// have been locked by a thread that is not there.
class ExitRecord : public PoolElement
{
public:
    /// For whoever has taken it from the pool; the first reference.
    void begin(ExitWatchPtr watch) noexcept;
    /// False when nobody has one any more.
    bool reference() noexcept;
    /// True when that was the last one; then finish() is the caller's to call.
    bool unreference() noexcept;
    /// Gives up the descriptor. A child that still runs is left to the library.
    void finish() noexcept;

    bool isOfThisProcess() const noexcept;
    /// Whether `descriptor` still is what it was, and not something that was opened after a close(2)
    /// behind our back.
    bool isBehind(int descriptor) const noexcept;
    /// The number is somebody else's by now: it is never closed, nor waited for.
    void disown() noexcept;

    /// How the child ended, without blocking; nothing while it runs. The first answer is the one that
    /// all get. With `leavesChild` the child stays to be waited for where the backend can leave it.
    std::optional<ExitInfo> answer(bool leavesChild) noexcept;

private:
    struct FileIdentity
    {
        enum Kind { Known, Unknown, Closed } kind;
        dev_t device;
        ino_t number;
        static FileIdentity of(int descriptor) noexcept;
    };

    std::atomic<std::uint32_t> m_references = 0;
    std::atomic<ProcessIdentity> m_owner;
    FileIdentity m_identity = {};
    std::mutex m_mutex; ///< For the two below.
    ExitWatchPtr m_watch;
    std::optional<ExitInfo> m_answer;
};

} // namespace ForkFd::Internal

#endif
