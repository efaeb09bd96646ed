// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "hex.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace Fuzz {

std::string toHex(std::span<const std::uint8_t> bytes)
{
    constexpr char digits[] = "0123456789abcdef";
    std::string text;
    for (const std::uint8_t byte : bytes) {
        text += digits[byte / 16];
        text += digits[byte % 16];
    }
    return text;
}

std::string escaped(std::string_view bytes)
{
    std::string text;
    for (const char byte : bytes) {
        const auto value = static_cast<std::uint8_t>(byte);
        const bool isPrintable = byte >= ' ' && byte <= '~' && byte != '\\';
        text += isPrintable ? std::string(1, byte) : "\\x" + toHex({&value, 1});
    }
    return text;
}

Input fromHex(std::string_view digits)
{
    const auto valueOf = [](char digit) {
        return digit >= '0' && digit <= '9' ? digit - '0'
            : digit >= 'a' && digit <= 'f'  ? digit - 'a' + 10
                                            : -1;
    };
    Input bytes;
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
        const int high = valueOf(digits[i]);
        const int low = valueOf(digits[i + 1]);
        if (high < 0 || low < 0)
            break;
        bytes.push_back(static_cast<std::uint8_t>(high * 16 + low));
    }
    return bytes;
}

std::vector<Input> readCorpus(const std::string &file)
{
    std::vector<Input> inputs;
    std::ifstream lines(file);
    for (std::string line; std::getline(lines, line);) {
        if (!line.empty() && line.front() != '#')
            inputs.push_back(fromHex(line));
    }
    return inputs;
}

bool unpackCorpus(const std::string &file, const std::string &folder)
{
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    std::size_t number = 0;
    for (const Input &input : readCorpus(file)) {
        std::ofstream output(folder + "/" + std::to_string(number++), std::ios::binary);
        std::copy(input.begin(), input.end(), std::ostreambuf_iterator<char>(output));
        if (!output)
            return false;
    }
    return !error;
}

void packCorpus(const std::string &folder)
{
    std::vector<std::string> lines;
    for (const auto &entry : std::filesystem::directory_iterator(folder))
        lines.push_back(toHex(readInput(entry.path().string())));
    std::sort(lines.begin(), lines.end());
    for (const std::string &line : lines)
        std::printf("%s\n", line.c_str());
}

Input readInput(const std::string &file)
{
    std::ifstream input(file, std::ios::binary);
    return Input(std::istreambuf_iterator<char>(input), {});
}

} // namespace Fuzz
