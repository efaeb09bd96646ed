// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/stop/startcontrol.h"

#include <cerrno>
#include <csignal>

namespace ForkFd::Internal {

// A start that is tried again without its cgroup claims again, unless it was given up in the meantime.
bool StartControl::claim() noexcept
{
    State state = Preparing;
    if (m_state.compare_exchange_strong(state, Creating, std::memory_order_acq_rel))
        return true;
    return state == Creating && wish() == 0;
}

void StartControl::showChild(int (*send)(void *, int), void *token) noexcept
{
    const std::lock_guard lock(m_mutex);
    m_send = send;
    m_token = token;
}

void StartControl::hideChild() noexcept
{
    const std::lock_guard lock(m_mutex);
    m_send = nullptr;
}

bool StartControl::tell() noexcept
{
    State state = m_state.load(std::memory_order_relaxed);
    while (state != Canceled) {
        if (m_state.compare_exchange_weak(state, Told, std::memory_order_acq_rel))
            return true;
    }
    return false;
}

bool StartControl::cancel() noexcept
{
    State state = Preparing;
    return m_state.compare_exchange_strong(state, Canceled, std::memory_order_acq_rel)
        || state == Canceled;
}

// Stores the wish before it looks for the child; the child shows itself before it reads the wish. Both
// are sequentially consistent, so that at least one sees the other.
int StartControl::end(int signal) noexcept
{
    if (m_wish.load() != SIGKILL)
        m_wish.store(signal);
    const std::lock_guard lock(m_mutex);
    if (!m_send || m_send(m_token, signal) != 0)
        return EAGAIN;
    m_delivered = signal;
    return 0;
}

void StartControl::continueChild() noexcept
{
    const std::lock_guard lock(m_mutex);
    if (m_send)
        m_send(m_token, SIGCONT);
}

int StartControl::undelivered() noexcept
{
    const std::lock_guard lock(m_mutex);
    return wish() != m_delivered ? wish() : 0;
}

} // namespace ForkFd::Internal
