// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "callers.h"

#include <array>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include <fcntl.h>
#include <link.h>
#include <sys/uio.h>
#include <unistd.h>

namespace Faults {

namespace {

struct Code
{
    std::uint64_t begin;
    std::uint64_t end;
    Caller caller;
};

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

int addCode(dl_phdr_info *info, std::size_t, void *token)
{
    for (int i = 0; i < info->dlpi_phnum; ++i) {
        const ElfW(Phdr) &segment = info->dlpi_phdr[i];
        if (segment.p_type == PT_LOAD && (segment.p_flags & PF_X) != 0) {
            const std::uint64_t begin = info->dlpi_addr + segment.p_vaddr;
            static_cast<std::vector<Code> *>(token)->push_back(
                {begin, begin + segment.p_memsz, callerIn(info->dlpi_name)});
        }
    }
    return 0;
}

// Forked copies of this process have the same code at the same addresses.
const Code *codeAt(std::uint64_t address)
{
    static const std::vector<Code> all = [] {
        std::vector<Code> code;
        dl_iterate_phdr(addCode, &code);
        return code;
    }();
    for (const Code &code : all) {
        if (address >= code.begin && address < code.end)
            return &code;
    }
    return nullptr;
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

Call callerOf(pid_t thread, std::uint64_t instructionPointer)
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
