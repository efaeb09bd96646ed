// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "thisprocess.h"

#include <atomic>

#include <sys/mman.h>
#include <unistd.h>

namespace ForkFd::Internal {

namespace {

using RememberedId = std::atomic<pid_t>;

// On a page that each forked copy finds wiped (madvise(2), "MADV_WIPEONFORK (since Linux 4.14)"); it is
// kept until the end. Null while there is none to be had.
std::atomic<RememberedId *> remembered;

RememberedId *mapPage() noexcept
{
    const auto size = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    void *page = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED)
        return nullptr;
    if (::madvise(page, size, MADV_WIPEONFORK) != 0) {
        ::munmap(page, size);
        return nullptr;
    }
    RememberedId *none = nullptr;
    auto *id = static_cast<RememberedId *>(page); // Zeros are what it begins with.
    // Release and acquire: the page is mapped for whoever sees its address. Two threads may come here at
    // once, and no lock could be left locked in a copy.
    if (remembered.compare_exchange_strong(none, id, std::memory_order_acq_rel))
        return id;
    ::munmap(page, size);
    return none;
}

} // namespace

pid_t thisProcess() noexcept
{
    RememberedId *id = remembered.load(std::memory_order_acquire);
    if (!id)
        id = mapPage();
    if (!id)
        return ::getpid();
    pid_t pid = id->load(std::memory_order_relaxed);
    if (pid == 0) {
        pid = ::getpid();
        id->store(pid, std::memory_order_relaxed);
    }
    return pid;
}

} // namespace ForkFd::Internal
