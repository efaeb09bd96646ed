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
// kept until the end. `none` where there is none to be had, null before that is known.
std::atomic<RememberedId *> remembered;
RememberedId none;

RememberedId *mapPage() noexcept
{
    const auto size = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    void *page = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED)
        return &none;
    // Zeros are what it begins with.
    RememberedId *id =
        ::madvise(page, size, MADV_WIPEONFORK) == 0 ? static_cast<RememberedId *>(page) : &none;
    RememberedId *known = nullptr;
    // Release and acquire: the page is mapped for whoever sees its address. Two threads may come here at
    // once, and no lock could be left locked in a copy.
    if (!remembered.compare_exchange_strong(known, id, std::memory_order_acq_rel))
        id = known;
    if (id != page)
        ::munmap(page, size);
    return id;
}

} // namespace

pid_t thisProcess() noexcept
{
    RememberedId *id = remembered.load(std::memory_order_acquire);
    if (!id)
        id = mapPage();
    if (id == &none)
        return ::getpid();
    pid_t pid = id->load(std::memory_order_relaxed);
    if (pid == 0) {
        pid = ::getpid();
        id->store(pid, std::memory_order_relaxed);
    }
    return pid;
}

} // namespace ForkFd::Internal
