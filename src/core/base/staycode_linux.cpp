// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/base/staycode.h"

#include <cstdint>
#include <span>

#include <link.h>
#include <sys/auxv.h>

namespace ForkFd::Internal {

namespace {

using Headers = std::span<const ElfW(Phdr)>;

// The kernel gives the address of the program headers (getauxval(3)).
Headers headersOfProgram() noexcept
{
    return {reinterpret_cast<const ElfW(Phdr) *>(::getauxval(AT_PHDR)), ::getauxval(AT_PHNUM)};
}

// The difference between the addresses in memory and those in the headers. A program without a PT_PHDR
// entry is linked for a fixed address.
std::uintptr_t loadBiasOf(Headers headers) noexcept
{
    for (const auto &header : headers) {
        if (header.p_type == PT_PHDR)
            return reinterpret_cast<std::uintptr_t>(headers.data()) - header.p_vaddr;
    }
    return 0;
}

} // namespace

CodePlace placeOf(const void *address) noexcept
{
    const Headers headers = headersOfProgram();
    if (!headers.data())
        return CodePlace::Unknown;
    const std::uintptr_t offset = reinterpret_cast<std::uintptr_t>(address) - loadBiasOf(headers);
    for (const auto &header : headers) {
        if (header.p_type == PT_LOAD && offset - header.p_vaddr < header.p_memsz)
            return CodePlace::Program;
    }
    return CodePlace::SharedObject;
}

} // namespace ForkFd::Internal
