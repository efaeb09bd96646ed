// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_FUZZ_INPUTREADER_H
#define FORKFD_FUZZ_INPUTREADER_H

#include <cstddef>
#include <cstdint>
#include <span>

namespace Fuzz {

/// Decodes an input. After its end there are only zeros, so that each input means something.
class InputReader
{
public:
    explicit InputReader(std::span<const std::uint8_t> input)
        : m_rest(input)
    {
    }

    bool isAtEnd() const { return m_rest.empty(); }
    std::uint8_t byte()
    {
        if (m_rest.empty())
            return 0;
        const std::uint8_t first = m_rest.front();
        m_rest = m_rest.subspan(1);
        return first;
    }
    /// A number below `limit`, which is 1 to 256.
    unsigned below(unsigned limit) { return byte() % limit; }
    bool flag() { return (byte() & 1) != 0; }

private:
    std::span<const std::uint8_t> m_rest;
};

} // namespace Fuzz

#endif
