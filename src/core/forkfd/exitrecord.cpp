// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/forkfd/exitrecord.h"

#include <cerrno>

#include <sys/stat.h>

namespace ForkFd::Internal {

ExitRecord::FileIdentity ExitRecord::FileIdentity::of(int descriptor) noexcept
{
    // A socket has its own inode number, and so has a pidfd since Linux 6.9. Older pidfds share one
    // number.
    struct stat status = {};
    if (::fstat(descriptor, &status) != 0)
        return {errno == EBADF ? Closed : Unknown, 0, 0};
    return {Known, status.st_dev, status.st_ino};
}

void ExitRecord::begin(ExitWatchPtr watch) noexcept
{
    m_owner.store(ProcessIdentity::current(), std::memory_order_relaxed);
    m_identity = FileIdentity::of(watch->descriptor());
    m_watch = std::move(watch);
    m_answer.reset();
    // Release: a thread that gets a reference sees the other members.
    m_references.store(1, std::memory_order_release);
}

bool ExitRecord::reference() noexcept
{
    std::uint32_t count = m_references.load(std::memory_order_relaxed);
    while (count != 0) {
        // Acquire: makes visible what begin() wrote, and before it the end of the record's last use.
        if (m_references.compare_exchange_weak(count, count + 1, std::memory_order_acquire,
                                               std::memory_order_relaxed))
            return true;
    }
    return false;
}

bool ExitRecord::unreference() noexcept
{
    // Release: others see what this thread did with the record. Acquire: the last one sees what all did.
    return m_references.fetch_sub(1, std::memory_order_acq_rel) == 1;
}

void ExitRecord::finish() noexcept
{
    if (!isOfThisProcess()) {
        // The destructor would use objects that belong to the parent.
        static_cast<void>(m_watch.release());
        return;
    }
    // Free the number now, although the child may still run: the caller of forkfd_close() expects that.
    if (m_watch->isWatching() && !m_watch->collect())
        m_watch->leaveDescriptor();
    m_watch.reset();
}

bool ExitRecord::isOfThisProcess() const noexcept
{
    return m_owner.load(std::memory_order_relaxed).isCurrent();
}

bool ExitRecord::isBehind(int descriptor) const noexcept
{
    const FileIdentity now = FileIdentity::of(descriptor);
    if (now.kind != FileIdentity::Known || m_identity.kind != FileIdentity::Known)
        return now.kind != FileIdentity::Closed; // A filter refuses fstat(2).
    return now.device == m_identity.device && now.number == m_identity.number;
}

void ExitRecord::disown() noexcept
{
    const std::lock_guard lock(m_mutex);
    m_watch->disownDescriptor();
}

bool ExitRecord::isDisowned() noexcept
{
    const std::lock_guard lock(m_mutex);
    return !m_watch->belongsToThisProcess();
}

std::optional<ExitInfo> ExitRecord::answer(bool leavesChild) noexcept
{
    const std::lock_guard lock(m_mutex);
    if (!m_answer)
        m_answer = leavesChild ? m_watch->look() : m_watch->collect();
    else if (!leavesChild)
        m_watch->collect(); // After a look the child is still a zombie, or was stolen. The answer stays.
    return m_answer;
}

} // namespace ForkFd::Internal
