// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "childcontroller.h"

#include "fuzzer.h"

#include <atomic>
#include <cerrno>

#include <poll.h>
#include <unistd.h>

namespace Fuzz {

namespace {

constexpr int patience = 20000;

bool becomesReadable(int fd, int milliseconds)
{
    pollfd entry = {fd, POLLIN, 0};
    int count;
    do {
        count = poll(&entry, 1, milliseconds);
    } while (count < 0 && errno == EINTR);
    return count > 0;
}

} // namespace

ChildController::ChildController()
{
    static std::atomic<int> number;
    m_name = QStringLiteral("forkfd-fuzz-%1-%2").arg(getpid()).arg(++number);
    m_listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const SocketAddress address(m_name.toStdString());
    if (bind(m_listener, address.get(), address.size()) != 0 || listen(m_listener, 1) != 0)
        throw Fault("controller: no socket");
}

ChildController::~ChildController()
{
    ::close(m_listener);
    if (m_connection >= 0)
        ::close(m_connection);
}

QString ChildController::program()
{
    return QStringLiteral(FORKFD_FUZZ_CHILD);
}

bool ChildController::accept(int milliseconds)
{
    if (m_connection < 0 && becomesReadable(m_listener, milliseconds))
        m_connection = accept4(m_listener, nullptr, nullptr, SOCK_CLOEXEC);
    return m_connection >= 0;
}

bool ChildController::connect()
{
    return accept(patience);
}

bool ChildController::isConnected()
{
    return accept(0);
}

bool ChildController::send(Order::Kind kind, int argument, const QByteArray &bytes)
{
    if (m_connection < 0)
        return false;
    const Order order = {kind, static_cast<std::uint8_t>(argument),
                         static_cast<std::uint16_t>(bytes.size())};
    const QByteArray message = QByteArray(reinterpret_cast<const char *>(&order), sizeof order) + bytes;
    const auto size = static_cast<std::size_t>(message.size());
    return ::send(m_connection, message.constData(), size, MSG_NOSIGNAL) == message.size();
}

bool ChildController::receive(void *target, std::size_t size)
{
    auto *bytes = static_cast<char *>(target);
    while (size > 0) {
        if (!becomesReadable(m_connection, patience))
            throw Fault("child: no answer for 20 s");
        const ssize_t count = read(m_connection, bytes, size);
        if (count <= 0)
            return false;
        bytes += count;
        size -= static_cast<std::size_t>(count);
    }
    return true;
}

std::optional<QByteArray> ChildController::call(Order::Kind kind, int argument, const QByteArray &bytes)
{
    std::uint32_t size = 0;
    if (!send(kind, argument, bytes) || !receive(&size, sizeof size))
        return {};
    QByteArray answer(static_cast<qsizetype>(size), '\0');
    if (!receive(answer.data(), size))
        return {};
    return answer;
}

} // namespace Fuzz
