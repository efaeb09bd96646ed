// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "kind.h"

namespace Faults {

std::span<const Kind> allKinds()
{
    static constexpr Kind kinds[] = {Kind::Calls, Kind::Pairs, Kind::Allocations, Kind::Delays};
    return kinds;
}

std::span<const Kind> sampledKinds()
{
    static constexpr Kind kinds[] = {Kind::Calls};
    return kinds;
}

const char *nameOf(Kind kind)
{
    switch (kind) {
    case Kind::Calls:
        return "calls";
    case Kind::Pairs:
        return "pairs";
    case Kind::Allocations:
        return "allocations";
    case Kind::Delays:
        return "delays";
    }
    return "";
}

std::optional<Kind> kindFromName(std::string_view name)
{
    for (const Kind kind : allKinds()) {
        if (nameOf(kind) == name)
            return kind;
    }
    return std::nullopt;
}

} // namespace Faults
