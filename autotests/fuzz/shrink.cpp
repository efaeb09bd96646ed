// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "shrink.h"

#include <algorithm>
#include <utility>

namespace Fuzz {

namespace {

/// Removes steps, and then makes bytes zero, as long as the fault stays.
class Shrinker
{
public:
    Shrinker(Player &player, Input input, const std::string &fault, std::chrono::seconds limit)
        : m_player(player)
        , m_input(std::move(input))
        , m_kind(kindOf(fault))
        , m_end(std::chrono::steady_clock::now() + limit)
    {
    }

    Input shrunk()
    {
        for (std::size_t count = stepCount(); count > 0; count /= 2)
            removeSteps(count);
        clearBytes();
        return m_input;
    }

private:
    static std::string kindOf(const std::string &fault) { return fault.substr(0, fault.find(':')); }
    bool isOver() const { return std::chrono::steady_clock::now() >= m_end; }
    std::size_t stepCount() const
    {
        return m_input.size() > shape.headSize ? (m_input.size() - shape.headSize) / shape.stepSize : 0;
    }

    // A fault that depends on chance gets three tries.
    bool keeps(const Input &candidate)
    {
        for (int i = 0; i < 3 && !isOver(); ++i) {
            if (kindOf(m_player.playOne(candidate).fault) == m_kind) {
                m_input = candidate;
                return true;
            }
        }
        return false;
    }

    void removeSteps(std::size_t count)
    {
        for (std::size_t at = 0; at + count <= stepCount() && !isOver();) {
            Input candidate = m_input;
            const auto begin =
                candidate.begin() + static_cast<std::ptrdiff_t>(shape.headSize + at * shape.stepSize);
            candidate.erase(begin, begin + static_cast<std::ptrdiff_t>(count * shape.stepSize));
            if (candidate.empty() || !keeps(candidate))
                at += count;
        }
    }

    void clearBytes()
    {
        for (std::size_t i = 0; i < m_input.size() && !isOver(); ++i) {
            Input candidate = m_input;
            if (std::exchange(candidate[i], std::uint8_t(0)) != 0)
                keeps(candidate);
        }
    }

    Player &m_player;
    Input m_input;
    const std::string m_kind;
    const std::chrono::steady_clock::time_point m_end;
};

} // namespace

Input shrink(Player &player, Input input, const std::string &fault, std::chrono::seconds limit)
{
    return Shrinker(player, std::move(input), fault, limit).shrunk();
}

} // namespace Fuzz
