// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_EXAMPLES_INTERRUPTION_H
#define FORKFD_EXAMPLES_INTERRUPTION_H

#include <QtCore/QSocketNotifier>

#include <functional>
#include <memory>

/// Passes SIGINT, SIGTERM and SIGHUP to the event loop. There may be one object at a time.
class Interruption
{
public:
    /// Calls the function in the event loop, once for each signal.
    explicit Interruption(std::function<void()> onSignal);
    ~Interruption();
    Interruption(const Interruption &) = delete;
    Interruption &operator=(const Interruption &) = delete;

    /// The first signal that came; 0 if there was none.
    int signal() const { return m_signal; }

private:
    void readSignals();

    const std::function<void()> m_onSignal;
    std::unique_ptr<QSocketNotifier> m_notifier;
    int m_signal = 0;
};

#endif
