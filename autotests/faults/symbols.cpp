// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "symbols.h"

#include <algorithm>
#include <string_view>

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace Faults {

namespace {

// Names of nested functions and lambdas begin as those of the functions around them, after more letters:
// "_ZZNK6ForkFd".
Symbols::Owner ownerOf(std::string_view name)
{
    if (!name.starts_with("_Z"))
        return Symbols::Unknown;
    const std::size_t scope = name.find_first_not_of("ZNKLVR", 2);
    if (scope == std::string_view::npos)
        return Symbols::Unknown;
    name.remove_prefix(scope);
    return name.starts_with("6ForkFd") ? Symbols::Library
        : name.starts_with("6Faults")  ? Symbols::Walker
                                       : Symbols::Unknown;
}

// Stays mapped, because the names lie in it. Null without such a file.
const char *mapThisProgram()
{
    const int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    struct stat status = {};
    void *memory = MAP_FAILED;
    if (fd >= 0 && fstat(fd, &status) == 0)
        memory = mmap(nullptr, static_cast<std::size_t>(status.st_size), PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);
    return memory == MAP_FAILED ? nullptr : static_cast<const char *>(memory);
}

std::uint64_t loadAddress()
{
    std::uint64_t address = 0;
    // The program itself comes first.
    const auto note = [](dl_phdr_info *info, std::size_t, void *token) {
        *static_cast<std::uint64_t *>(token) = info->dlpi_addr;
        return 1;
    };
    dl_iterate_phdr(note, &address);
    return address;
}

} // namespace

const Symbols &Symbols::ofThisProgram()
{
    static const Symbols symbols;
    return symbols;
}

Symbols::Symbols()
{
    const char *file = mapThisProgram();
    if (!file)
        return;
    const auto *header = reinterpret_cast<const ElfW(Ehdr) *>(file);
    const auto *sections = reinterpret_cast<const ElfW(Shdr) *>(file + header->e_shoff);
    const std::uint64_t base = loadAddress();
    for (int i = 0; i < header->e_shnum; ++i) {
        if (sections[i].sh_type != SHT_SYMTAB)
            continue;
        const char *names = file + sections[sections[i].sh_link].sh_offset;
        const auto *symbol = reinterpret_cast<const ElfW(Sym) *>(file + sections[i].sh_offset);
        for (const auto *end = symbol + sections[i].sh_size / sizeof *symbol; symbol < end; ++symbol) {
            if (ELF64_ST_TYPE(symbol->st_info) != STT_FUNC || symbol->st_size == 0)
                continue;
            const std::uint64_t begin = base + symbol->st_value;
            const char *name = names + symbol->st_name;
            m_functions.push_back({begin, begin + symbol->st_size, ownerOf(name), name});
        }
    }
    std::sort(m_functions.begin(), m_functions.end(),
              [](const Function &a, const Function &b) { return a.begin < b.begin; });
}

const Symbols::Function *Symbols::at(std::uint64_t address) const noexcept
{
    auto after = std::upper_bound(
        m_functions.begin(), m_functions.end(), address,
        [](std::uint64_t value, const Function &function) { return value < function.begin; });
    if (after == m_functions.begin() || address >= std::prev(after)->end)
        return nullptr;
    return &*std::prev(after);
}

} // namespace Faults
