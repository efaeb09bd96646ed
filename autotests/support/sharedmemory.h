// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_SHAREDMEMORY_H
#define FORKFD_SHAREDMEMORY_H

#include <cstdlib>
#include <new>

#include <sys/mman.h>

/// A T in memory that a child shares with its parent, even after fork().
template<typename T>
class SharedMemory
{
public:
    SharedMemory()
    {
        void *memory =
            mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED)
            std::abort();
        m_object = new (memory) T{};
    }
    ~SharedMemory() { munmap(m_object, sizeof(T)); }
    SharedMemory(const SharedMemory &) = delete;
    SharedMemory &operator=(const SharedMemory &) = delete;

    T &operator*() const { return *m_object; }
    T *operator->() const { return m_object; }

private:
    T *m_object;
};

#endif
