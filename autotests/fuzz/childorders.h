// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_FUZZ_CHILDORDERS_H
#define FORKFD_FUZZ_CHILDORDERS_H

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <sys/socket.h>
#include <sys/un.h>

namespace Fuzz {

/// What the controller sends; `size` bytes follow. The answer is a size of four bytes, and so many
/// bytes.
struct Order
{
    enum Kind : std::uint8_t {
        Write, ///< Writes the bytes to the descriptor.
        ReadInput, ///< Sends the bytes that standard input has now. If the argument is not 0, reads
                   ///< until end of file first.
        Close, ///< Closes the descriptor.
        Ignore, ///< Ignores the signal.
        Exit, ///< Exits with the code.
        Die ///< Dies of the signal.
    };
    Kind kind = Write;
    std::uint8_t argument = 0;
    std::uint16_t size = 0;
};

/// The address of a socket in the abstract namespace (unix(7)), which needs no file.
class SocketAddress
{
public:
    explicit SocketAddress(std::string_view name)
    {
        m_address.sun_family = AF_UNIX;
        const std::size_t length = std::min(name.size(), sizeof m_address.sun_path - 1);
        std::copy_n(name.data(), length, m_address.sun_path + 1);
        m_size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + length);
    }
    const sockaddr *get() const { return reinterpret_cast<const sockaddr *>(&m_address); }
    socklen_t size() const { return m_size; }

private:
    sockaddr_un m_address = {};
    socklen_t m_size;
};

} // namespace Fuzz

#endif
