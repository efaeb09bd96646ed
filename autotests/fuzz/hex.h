// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_FUZZ_HEX_H
#define FORKFD_FUZZ_HEX_H

#include "fuzzer.h"

#include <string_view>

namespace Fuzz {

std::string toHex(std::span<const std::uint8_t> bytes);
/// Writes \xHH for a backslash and for each byte that is not printable ASCII.
std::string escaped(std::string_view bytes);
/// Ends at the first character that is no digit.
Input fromHex(std::string_view digits);

/// A corpus is a text file with one input per line, in hexadecimal. Lines that begin with '#' are
/// comments.
std::vector<Input> readCorpus(const std::string &file);
/// Writes one file for each input to `folder`. libFuzzer reads such a folder.
bool unpackCorpus(const std::string &file, const std::string &folder);
/// Prints the files in `folder` as lines of a corpus.
void packCorpus(const std::string &folder);
Input readInput(const std::string &file);

} // namespace Fuzz

#endif
