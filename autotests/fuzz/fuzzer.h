// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_FUZZ_FUZZER_H
#define FORKFD_FUZZ_FUZZER_H

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

/// What a fuzzer implements, and both drivers call. docs/design/fuzz.md.
namespace Fuzz {

using Input = std::vector<std::uint8_t>;

/// The library did not do what it should. A fuzzer throws it out of play().
struct Fault : std::runtime_error
{
    using std::runtime_error::runtime_error;
};

/// How the inputs of a fuzzer look: some bytes of settings, then steps of equal size, so that an input
/// without one of its steps is an input, too.
struct Shape
{
    std::size_t headSize = 0;
    std::size_t stepSize = 1;
    std::size_t maxSteps = 64;
};

/// The name of the fuzzer, as its target has it.
extern const char *const name;
extern const Shape shape;

/// Called once in each process, before the first play().
void setUp();
/// Plays an input, of any size. Returns the number of operations that it was.
std::size_t play(std::span<const std::uint8_t> input);
/// The operations of an input as text, one line each.
std::string describe(std::span<const std::uint8_t> input);

} // namespace Fuzz

#endif
