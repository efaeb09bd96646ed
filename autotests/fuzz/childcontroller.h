// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_FUZZ_CHILDCONTROLLER_H
#define FORKFD_FUZZ_CHILDCONTROLLER_H

#include "childorders.h"

#include <QtCore/QByteArray>
#include <QtCore/QStringList>

#include <optional>

namespace Fuzz {

/// Tells a fuzzchild what to do, and returns when it has done it. So the fuzzer knows what the child has
/// written and how it will end. One controller for each start.
class ChildController
{
public:
    ChildController();
    ~ChildController();
    ChildController(const ChildController &) = delete;
    ChildController &operator=(const ChildController &) = delete;

    static QString program();
    QStringList arguments() const { return {m_name}; }

    /// Waits until the child runs its program. False if it does not for 20 s.
    bool connect();
    /// Without waiting.
    bool isConnected();
    /// All return an empty value if there is no child any more.
    bool write(int descriptor, const QByteArray &bytes)
    {
        return call(Order::Write, descriptor, bytes).has_value();
    }
    std::optional<QByteArray> input() { return call(Order::ReadInput, 0); }
    std::optional<QByteArray> allInput() { return call(Order::ReadInput, 1); }
    bool close(int descriptor) { return call(Order::Close, descriptor).has_value(); }
    bool ignore(int signal) { return call(Order::Ignore, signal).has_value(); }
    /// False if the child was gone before.
    bool exit(int code) { return send(Order::Exit, code); }
    bool die(int signal) { return send(Order::Die, signal); }

private:
    bool accept(int milliseconds);
    bool send(Order::Kind kind, int argument, const QByteArray &bytes = {});
    std::optional<QByteArray> call(Order::Kind kind, int argument, const QByteArray &bytes = {});
    bool receive(void *target, std::size_t size);

    QString m_name;
    int m_listener = -1;
    int m_connection = -1;
};

} // namespace Fuzz

#endif
