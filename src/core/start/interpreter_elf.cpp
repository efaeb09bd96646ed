// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/start/interpreter.h"

#include <climits>
#include <cstring>

#include <elf.h>
#include <unistd.h>

namespace ForkFd::Internal {

namespace {

template<typename T>
bool readAt(int fd, off_t offset, T &value)
{
    return ::pread(fd, &value, sizeof value, offset) == static_cast<ssize_t>(sizeof value);
}

std::string readText(int fd, off_t offset, std::size_t size)
{
    std::string text(size, '\0');
    if (::pread(fd, text.data(), size, offset) != static_cast<ssize_t>(size))
        return {};
    return text.substr(0, text.find('\0'));
}

// For both ELF classes: a 64-bit system also runs 32-bit programs, and often lacks their loader.
template<typename FileHeader, typename ProgramHeader>
std::string loaderIn(int fd)
{
    FileHeader file;
    if (!readAt(fd, 0, file) || file.e_phentsize != sizeof(ProgramHeader))
        return {};
    for (unsigned i = 0; i < file.e_phnum; ++i) {
        ProgramHeader header;
        if (!readAt(fd, static_cast<off_t>(file.e_phoff + i * sizeof header), header))
            return {};
        if (header.p_type == PT_INTERP && header.p_filesz <= PATH_MAX)
            return readText(fd, static_cast<off_t>(header.p_offset),
                            static_cast<std::size_t>(header.p_filesz));
    }
    return {};
}

constexpr unsigned char ownByteOrder =
    __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? ELFDATA2LSB : ELFDATA2MSB;

} // namespace

std::string loaderOf(int fd)
{
    unsigned char ident[EI_NIDENT];
    if (!readAt(fd, 0, ident) || std::memcmp(ident, ELFMAG, SELFMAG) != 0
        || ident[EI_DATA] != ownByteOrder)
        return {};
    return ident[EI_CLASS] == ELFCLASS64 ? loaderIn<Elf64_Ehdr, Elf64_Phdr>(fd)
                                         : loaderIn<Elf32_Ehdr, Elf32_Phdr>(fd);
}

} // namespace ForkFd::Internal
