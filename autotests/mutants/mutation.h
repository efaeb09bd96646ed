// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_MUTANTS_MUTATION_H
#define FORKFD_MUTANTS_MUTATION_H

// What mutate.py writes into the sources. Each mutation has a number. At most one of them is active in a
// process; see mutation.cpp.

#include <type_traits>

namespace ForkFdMutation {

extern int active; ///< 0: none.
extern unsigned char *reached; ///< One byte for each number. Null: they are not recorded.

/// Whether the mutation is active. Also called between clone and exec, and in signal handlers.
inline bool is(int number) noexcept
{
    if (reached)
        reached[number] = 1;
    return active == number;
}

// A comparison has two mutations: the number is that of the first.
#define FORKFD_MUTATED_COMPARISON(name, original, first, second) \
    template<typename A, typename B> \
    constexpr bool name(int number, const A &a, const B &b) \
    { \
        if (is(number)) \
            return a first b; \
        return is(number + 1) ? a second b : a original b; \
    }

FORKFD_MUTATED_COMPARISON(less, <, <=, >=)
FORKFD_MUTATED_COMPARISON(lessOrEqual, <=, <, >)
FORKFD_MUTATED_COMPARISON(greater, >, >=, <=)
FORKFD_MUTATED_COMPARISON(greaterOrEqual, >=, >, <)

#undef FORKFD_MUTATED_COMPARISON

#define FORKFD_MUTATED_ARITHMETIC(name, original, other) \
    template<typename A, typename B> \
    constexpr auto name(int number, const A &a, const B &b) \
    { \
        if constexpr (requires { \
                          std::common_type_t<decltype(a original b), decltype(a other b)>(a other b); \
                      }) \
            return is(number) ? decltype(a original b)(a other b) : a original b; \
        else \
            return a original b; \
    }

FORKFD_MUTATED_ARITHMETIC(plus, +, -)
FORKFD_MUTATED_ARITHMETIC(minus, -, +)
FORKFD_MUTATED_ARITHMETIC(times, *, +)
FORKFD_MUTATED_ARITHMETIC(divided, /, *)
FORKFD_MUTATED_ARITHMETIC(modulo, %, *)
FORKFD_MUTATED_ARITHMETIC(bitAnd, &, |)
FORKFD_MUTATED_ARITHMETIC(bitOr, |, &)

#undef FORKFD_MUTATED_ARITHMETIC

} // namespace ForkFdMutation

#endif
