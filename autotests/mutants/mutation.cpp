// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// mutate.py adds this to a source of the core. The number of the active mutation is in a file, because
// the library also runs in children with another environment, and before main().

#include <cstdlib>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace ForkFdMutation {

int active = 0;
unsigned char *reached = nullptr;

namespace {

__attribute__((constructor(101))) void choose() noexcept
{
    char text[16] = {};
    const int file = ::open(FORKFD_MUTATION_FILE, O_RDONLY | O_CLOEXEC);
    if (file >= 0) {
        if (::read(file, text, sizeof text - 1) > 0)
            active = std::atoi(text);
        ::close(file);
    }
    if (active >= 0)
        return;
    // A negative number: -N means that N numbers exist, and that those that are reached are recorded.
    const int record = ::open(FORKFD_MUTATION_FILE ".reached", O_RDWR | O_CLOEXEC);
    if (record >= 0) {
        void *map = ::mmap(nullptr, static_cast<std::size_t>(1 - active), PROT_READ | PROT_WRITE,
                           MAP_SHARED, record, 0);
        if (map != MAP_FAILED)
            reached = static_cast<unsigned char *>(map);
        ::close(record);
    }
}

} // namespace
} // namespace ForkFdMutation
