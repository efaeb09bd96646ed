// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "callers.h"

#include <array>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <link.h>
#include <sys/uio.h>
#include <unistd.h>

namespace Faults {

namespace {

constexpr const char *guardianFile = "/memfd:forkfd-guardian";

Caller callerIn(const char *file)
{
    if (*file == '\0')
        return Caller::Library;
    for (const char *system :
         {"libc.so", "libstdc++", "libgcc", "libm.so", "libpthread", "ld-linux", "linux-vdso"}) {
        if (std::strstr(file, system))
            return Caller::System;
    }
    return Caller::Qt;
}

// proc_pid_syscall(5): the call, its arguments, the stack pointer, the instruction pointer.
std::optional<std::uint64_t> stackPointerOf(pid_t thread)
{
    const std::string path = "/proc/" + std::to_string(thread) + "/syscall";
    const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return std::nullopt;
    char text[256] = {};
    const ssize_t size = read(fd, text, sizeof text - 1);
    close(fd);
    unsigned long long stack = 0;
    if (size <= 0 || std::sscanf(text, "%*s %*s %*s %*s %*s %*s %*s %llx", &stack) != 1)
        return std::nullopt;
    return stack;
}

} // namespace

const CodeMap &CodeMap::ofWalker()
{
    static const CodeMap map = [] {
        CodeMap made;
        const auto add = [](dl_phdr_info *info, std::size_t, void *token) {
            for (int i = 0; i < info->dlpi_phnum; ++i) {
                const ElfW(Phdr) &segment = info->dlpi_phdr[i];
                if (segment.p_type != PT_LOAD || (segment.p_flags & PF_X) == 0)
                    continue;
                const std::uint64_t begin = info->dlpi_addr + segment.p_vaddr;
                static_cast<CodeMap *>(token)->m_code.push_back(
                    {begin, begin + segment.p_memsz, callerIn(info->dlpi_name)});
            }
            return 0;
        };
        dl_iterate_phdr(add, &made);
        return made;
    }();
    return map;
}

// Lines such as "7f12a000-7f13b000 r-xp 00000000 00:01 4711 /usr/lib/libc.so.6" (proc_pid_maps(5)).
CodeMap CodeMap::ofGuardian(pid_t pid)
{
    CodeMap map;
    std::ifstream areas("/proc/" + std::to_string(pid) + "/maps");
    for (std::string line; std::getline(areas, line);) {
        unsigned long long begin = 0;
        unsigned long long end = 0;
        char mode[8] = {};
        const bool isArea = std::sscanf(line.c_str(), "%llx-%llx %7s", &begin, &end, mode) == 3;
        if (!isArea || !std::strchr(mode, 'x'))
            continue;
        const bool isOwn = line.find(guardianFile) != std::string::npos;
        map.m_code.push_back({begin, end, isOwn ? Caller::Library : Caller::System});
    }
    return map;
}

std::optional<Caller> CodeMap::ownerAt(std::uint64_t address) const noexcept
{
    const Code *code = codeAt(address);
    return code ? std::optional(code->caller) : std::nullopt;
}

const CodeMap::Code *CodeMap::codeAt(std::uint64_t address) const noexcept
{
    for (const Code &code : m_code) {
        if (address >= code.begin && address < code.end)
            return &code;
    }
    return nullptr;
}

bool isGuardian(pid_t pid)
{
    const std::string path = "/proc/" + std::to_string(pid) + "/exe";
    char target[256];
    const ssize_t size = readlink(path.c_str(), target, sizeof target);
    const std::string_view file(target, size > 0 ? static_cast<std::size_t>(size) : 0);
    return file.starts_with(guardianFile);
}

Call CodeMap::callerOf(pid_t thread, std::uint64_t instructionPointer) const
{
    if (const Code *code = codeAt(instructionPointer); code && code->caller == Caller::Library)
        return {};
    const std::optional<std::uint64_t> stack = stackPointerOf(thread);
    if (!stack)
        return {}; // The kernel refuses it after a change of identity.
    std::array<std::uint64_t, 512> words = {};
    // The stack may end at the end of this page.
    const std::size_t toEndOfPage = 4096 - (*stack & 4095);
    iovec local = {words.data(), sizeof words};
    const iovec remote[] = {
        {reinterpret_cast<void *>(*stack), toEndOfPage},
        {reinterpret_cast<void *>(*stack + toEndOfPage), sizeof words - toEndOfPage}};
    const ssize_t size = process_vm_readv(thread, &local, 1, remote, 2, 0);
    bool isDirect = true;
    for (std::size_t i = 0; size > 0 && i < static_cast<std::size_t>(size) / sizeof words[0]; ++i) {
        const Code *code = codeAt(words[i]);
        if (code && code->caller != Caller::System)
            return {code->caller, isDirect};
        isDirect = isDirect && !code;
    }
    return {Caller::System, false};
}

} // namespace Faults
