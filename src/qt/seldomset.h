// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_QT_SELDOMSET_H
#define FORKFD_QT_SELDOMSET_H

#include "qt/onlyone.h"

#include <memory>
#include <utility>

namespace ForkFd::Internal {

/// A value that most objects never set. Until it is set it has the default value, and costs a pointer.
template<typename T>
class SeldomSet
{
public:
    /// May throw std::bad_alloc.
    SeldomSet() { unset.get(); }

    explicit operator bool() const noexcept { return m_value != nullptr; }
    const T &get() const noexcept { return m_value ? *m_value : unset.get(); }
    const T *operator->() const noexcept { return &get(); }
    void set(T value) { m_value = std::make_unique<T>(std::move(value)); }
    void reset() noexcept { m_value.reset(); }

private:
    static constinit inline OnlyOne<const T> unset;

    std::unique_ptr<T> m_value;
};

} // namespace ForkFd::Internal

#endif
