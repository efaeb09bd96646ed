// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "guardian/cgroup.h"

#include "guardian/reserve.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

namespace ForkFd::Internal {

namespace {

bool writeTo(int directory, const char *file, const char *text) noexcept
{
    const UniqueFd opened(::openat(directory, file, O_WRONLY | O_CLOEXEC));
    return opened && ::write(opened.get(), text, std::strlen(text)) > 0;
}

bool isDirectory(const dirent &entry) noexcept
{
    return entry.d_type == DT_DIR && std::strcmp(entry.d_name, ".") != 0
        && std::strcmp(entry.d_name, "..") != 0;
}

// rmdir(2) fails where a process is left.
void removeBelow(int parent, const char *name) noexcept
{
    UniqueFd opened(::openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (DIR *directory = opened ? ::fdopendir(opened.get()) : nullptr) {
        while (const dirent *entry = ::readdir(directory)) {
            if (isDirectory(*entry))
                removeBelow(opened.get(), entry->d_name);
        }
        opened.release();
        ::closedir(directory);
    }
    ::unlinkat(parent, name, AT_REMOVEDIR);
}

} // namespace

void Cgroup::set(UniqueFd directory, const char *name) noexcept
{
    m_directory = std::move(directory);
    std::strncpy(m_name, name, sizeof m_name - 1);
    openEvents();
}

// Leaves the object without a cgroup if that was removed, or if no descriptors can be spared for it.
void Cgroup::openEvents() noexcept
{
    UniqueFd events(::openat(m_directory.get(), "cgroup.events", O_RDONLY | O_CLOEXEC));
    const bool isUnknown = !events && errno != ENOENT && errno != ENODEV;
    m_events = DescriptorReserve::spare(std::move(events));
    if (!m_events && !isUnknown)
        m_directory.reset();
}

bool Cgroup::isPopulated() noexcept
{
    if (m_directory && !m_events)
        openEvents();
    if (!m_directory)
        return false;
    char text[256];
    const ssize_t size = m_events ? ::pread(m_events.get(), text, sizeof text - 1, 0) : -1;
    if (m_events && size < 0 && errno == ENODEV) { // It was removed.
        m_events.reset();
        m_directory.reset();
        return false;
    }
    if (size <= 0)
        return true;
    text[size] = '\0';
    return std::strstr(text, "populated 1") != nullptr;
}

bool Cgroup::kill() const noexcept
{
    return m_directory && writeTo(m_directory.get(), "cgroup.kill", "1");
}

void Cgroup::leave() const noexcept
{
    if (m_directory)
        writeTo(m_directory.get(), "../cgroup.procs", "0");
}

void Cgroup::remove() const noexcept
{
    if (!m_directory)
        return;
    const UniqueFd above(::openat(m_directory.get(), "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (above)
        removeBelow(above.get(), m_name);
}

} // namespace ForkFd::Internal
