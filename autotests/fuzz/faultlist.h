// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_FUZZ_FAULTLIST_H
#define FORKFD_FUZZ_FAULTLIST_H

#include "fuzzer.h"

#include <QtCore/QByteArray>

#include <mutex>

namespace Fuzz {

/// Collects the first fault, from any thread: a slot should not throw.
class FaultList
{
public:
    void add(const QByteArray &text)
    {
        const std::lock_guard lock(m_mutex);
        if (m_first.isEmpty())
            m_first = text;
    }
    bool isEmpty() const
    {
        const std::lock_guard lock(m_mutex);
        return m_first.isEmpty();
    }
    void throwFirst() const
    {
        const std::lock_guard lock(m_mutex);
        if (!m_first.isEmpty())
            throw Fault(m_first.toStdString());
    }

private:
    mutable std::mutex m_mutex;
    QByteArray m_first;
};

} // namespace Fuzz

#endif
