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
/// Its references are counted: the registry has one until forkfd_close(), and each call that uses the
/// record has one. The thread that drops the last reference finishes the record. Records are never freed
/// and may be used again for another child. So an old pointer is harmless: reference() fails, or the
/// caller detects the other child.
///
/// A record belongs to the process that began it. A forked copy calls only isOfThisProcess(): a thread
/// that does not exist in the copy may have locked the mutex.
class ExitRecord : public PoolElement
{
public:
    /// Called by the thread that took the record from the pool; makes the first reference.
    void begin(ExitWatchPtr watch) noexcept;
    /// False if no reference is left.
    bool reference() noexcept;
    /// True for the last reference; the caller then calls finish().
    bool unreference() noexcept;
    /// Gives up the descriptor, and hands a child that still runs to the library.
    void finish() noexcept;

    bool isOfThisProcess() const noexcept;
    /// Whether `descriptor` still refers to the same file, and not to one that was opened after a
    /// close(2).
    bool isBehind(int descriptor) const noexcept;
    /// Neither waits for the descriptor nor closes it any longer: the number belongs to another file.
    void disown() noexcept;

    bool isDisowned() noexcept;

    /// How the child ended; empty while it runs, and once disowned. Never blocks. All callers get the
    /// first answer. With `leavesChild` the child stays unreaped if the backend can leave it.
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
    std::mutex m_mutex; ///< Guards the next two members.
    ExitWatchPtr m_watch;
    std::optional<ExitInfo> m_answer;
};

} // namespace ForkFd::Internal

#endif
