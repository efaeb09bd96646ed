// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// The driver for libFuzzer, which finds inputs that reach new code. fuzz_NAME --artifact shrinks what it
// finds.

#include "fuzzer.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>

namespace {

unsigned long long inputCount = 0;
unsigned long long operationCount = 0;
const char *seed = "0";
const std::time_t begin = std::time(nullptr);

void printFigures()
{
    std::printf("{\"name\": \"%s\", \"driver\": \"libFuzzer\", \"seed\": %s, \"executions\": %llu, "
                "\"operations\": %llu, \"seconds\": %lld, \"failures\": 0}\n",
                Fuzz::name, seed, inputCount, operationCount,
                static_cast<long long>(std::time(nullptr) - begin));
}

} // namespace

extern "C" int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    for (int i = 1; i < *argc; ++i) {
        if (std::strncmp((*argv)[i], "-seed=", 6) == 0)
            seed = (*argv)[i] + 6;
    }
    Fuzz::setUp();
    std::atexit(printFigures);
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const std::span<const std::uint8_t> input(data, size);
    try {
        operationCount += Fuzz::play(input);
    } catch (const Fuzz::Fault &fault) {
        std::fprintf(stderr, "%s: %s\n%s", Fuzz::name, fault.what(), Fuzz::describe(input).c_str());
        std::abort();
    }
    ++inputCount;
    return 0;
}
