// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_FORKFD_EXITREGISTRY_H
#define FORKFD_CORE_FORKFD_EXITREGISTRY_H

#include "core/forkfd/exitrecord.h"

#include <ForkFd/spawn.h>

#include <array>
#include <atomic>
#include <memory>
#include <utility>

/// Which descriptor stands for which child of the forkfd family.
///
/// Found by number in constant time, without a lock. A forked copy sees the records of its parent and
/// leaves them alone; only what it starts itself takes their places.
namespace ForkFd::Internal::ExitRegistry {

/// A reference to a record, or none.
class RecordRef
{
public:
    RecordRef() noexcept = default;
    /// Takes over a reference.
    explicit RecordRef(ExitRecord *record) noexcept
        : m_record(record)
    {
    }
    RecordRef(RecordRef &&other) noexcept
        : m_record(std::exchange(other.m_record, nullptr))
    {
    }
    RecordRef &operator=(RecordRef &&) = delete;
    ~RecordRef();

    explicit operator bool() const noexcept { return m_record != nullptr; }
    ExitRecord *operator->() const noexcept { return m_record; }
    ExitRecord *get() const noexcept { return m_record; }

private:
    ExitRecord *m_record = nullptr;
};

/// What find() sees behind a number.
struct Finding
{
    enum Kind {
        Nothing, ///< No exit descriptor.
        Inherited, ///< One of the process that this one was forked from.
        Ours
    } kind = Nothing;
    RecordRef record = {}; ///< With Ours.
};

/// What is behind an open descriptor.
Finding find(int descriptor) noexcept;

/// Takes the record out, so that nobody finds it any more. False when another thread has done so.
bool remove(int descriptor, ExitRecord *record) noexcept;

struct Leaf;
struct Branch;

/// All that enter() needs, taken before the child exists: which number its descriptor gets is not known
/// until then, and nothing may fail after.
class Place
{
public:
    Place() noexcept = default;
    ~Place();
    Place(const Place &) = delete;
    Place &operator=(const Place &) = delete;

    /// False when there is no memory.
    bool reserve() noexcept;
    /// Enters the watch under its descriptor's number. What stood there was closed behind our back.
    void enter(ExitWatchPtr watch) noexcept;
    /// Gives everything up without freeing anything: in a child with a copy of our memory.
    void forget() noexcept;

private:
    std::atomic<ExitRecord *> &cellFor(int descriptor) noexcept;

    ExitRecord *m_record = nullptr;
    Leaf *m_leaf = nullptr;
    Branch *m_branch = nullptr;
};

} // namespace ForkFd::Internal::ExitRegistry

#endif
