// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "duration.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace {

struct Unit
{
    std::string_view name;
    double milliseconds;
};

constexpr std::array units = {Unit{"ms", 1},        Unit{"s", 1000},       Unit{"m", 60'000},
                              Unit{"h", 3'600'000}, Unit{"d", 86'400'000}, Unit{"", 1000}};
constexpr double longest = 100 * 365.0 * 86'400'000;

std::string_view takeWhile(std::string_view &text, std::string_view characters)
{
    const std::size_t size = std::min(text.find_first_not_of(characters), text.size());
    const std::string_view taken = text.substr(0, size);
    text.remove_prefix(size);
    return taken;
}

// Not strtod(3), which depends on the locale and reads "infinity" and "0x1p3", too.
std::optional<double> numberOf(std::string_view text)
{
    const std::string_view digits = "0123456789";
    const std::string_view whole = takeWhile(text, digits);
    double number = 0;
    for (const char digit : whole)
        number = number * 10 + (digit - '0');
    std::string_view fraction;
    if (!text.empty() && text.front() == '.') {
        text.remove_prefix(1);
        fraction = takeWhile(text, digits);
    }
    double place = 1;
    for (const char digit : fraction)
        number += (digit - '0') * (place /= 10);
    const bool isNumber = text.empty() && whole.size() + fraction.size() > 0;
    return isNumber ? std::optional(number) : std::nullopt;
}

std::optional<double> takePart(std::string_view &text, bool isFirst)
{
    const std::optional<double> number = numberOf(takeWhile(text, "0123456789."));
    const std::string_view name = takeWhile(text, "abcdefghijklmnopqrstuvwxyz");
    for (const Unit &unit : units) {
        // Only a duration of one part may do without a unit.
        if (number && unit.name == name && (!name.empty() || (isFirst && text.empty())))
            return *number * unit.milliseconds;
    }
    return std::nullopt;
}

} // namespace

std::optional<std::chrono::milliseconds> durationOf(std::string_view text)
{
    double sum = 0;
    bool isFirst = true;
    do {
        const std::optional<double> part = takePart(text, isFirst);
        if (!part)
            return std::nullopt;
        sum += *part;
        isFirst = false;
    } while (!text.empty());
    if (sum > longest)
        return std::nullopt;
    // 0.1 s + 0.2 s must not become 301 ms. The shortest time must not become 0.
    const double wholeMilliseconds = sum > 0 ? std::max(1.0, std::ceil(sum - 1e-6)) : 0;
    return std::chrono::milliseconds(static_cast<long long>(wholeMilliseconds));
}
