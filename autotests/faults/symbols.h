// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_FAULTS_SYMBOLS_H
#define FORKFD_FAULTS_SYMBOLS_H

#include <cstdint>
#include <vector>

namespace Faults {

/// The functions of this program, from the symbol table of its file. The linker mixes the functions of
/// the library with those of the scenarios, so that their addresses alone do not tell whose they are.
class Symbols
{
public:
    enum Owner {
        Library, ///< In the namespace ForkFd.
        Walker, ///< In the namespace Faults, which is also that of the scenarios.
        Unknown ///< A template of Qt or the standard library, or code of another file.
    };

    struct Function
    {
        std::uint64_t begin;
        std::uint64_t end;
        Owner owner;
        const char *name; ///< Mangled.
    };

    /// Reads them at the first call. Allocates nothing after that.
    static const Symbols &ofThisProgram();
    /// Null if no function of this program is there.
    const Function *at(std::uint64_t address) const noexcept;

private:
    Symbols();

    std::vector<Function> m_functions; ///< By address.
};

} // namespace Faults

#endif
