// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_CORE_FORKFD_EXITREGISTRY_H
#define FORKFD_CORE_FORKFD_EXITREGISTRY_H

#include "core/forkfd/exitrecord.h"

#include <ForkFd/spawn.h>

#include <atomic>
#include <memory>

/// Maps exit descriptors to the records of the forkfd family.
///
/// Finds a record by number in constant time, without a lock. A forked copy sees its parent's records
/// and does not touch them; only records of its own children replace them.
namespace ForkFd::Internal::ExitRegistry {

/// Drops a reference. The last one finishes the record.
struct ReferenceDropper
{
    void operator()(ExitRecord *record) const noexcept;
};
/// A reference to a record, or none.
using RecordRef = std::unique_ptr<ExitRecord, ReferenceDropper>;

/// The result of find().
struct Finding
{
    enum Kind {
        Nothing, ///< Not an exit descriptor.
        Inherited, ///< An exit descriptor of the process that forked this one.
        Ours
    } kind = Nothing;
    RecordRef record = {}; ///< With Ours.
};

/// Looks up an open descriptor.
Finding find(int descriptor) noexcept;

/// Takes the record out of the registry. False if another thread has done so.
bool remove(int descriptor, ExitRecord *record) noexcept;

struct Leaf;
struct Branch;

/// Everything that enter() needs. It is taken before the child exists, because the descriptor's number
/// is not known before that, and nothing may fail afterwards.
class Place
{
public:
    Place() noexcept = default;
    ~Place();
    Place(const Place &) = delete;
    Place &operator=(const Place &) = delete;

    /// False if there is no memory.
    bool reserve() noexcept;
    /// Enters the watch under its descriptor's number. Disowns an old record there: its descriptor was
    /// closed by a plain close(2).
    void enter(ExitWatchPtr watch) noexcept;
    /// Gives up everything and frees nothing; for a child with a copy of our memory.
    void forget() noexcept;

private:
    std::atomic<ExitRecord *> &cellFor(int descriptor) noexcept;

    ExitRecord *m_record = nullptr;
    Leaf *m_leaf = nullptr;
    Branch *m_branch = nullptr;
};

} // namespace ForkFd::Internal::ExitRegistry

#endif
