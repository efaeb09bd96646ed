// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "allocations.h"

#include "callers.h"
#include "marker.h"
#include "symbols.h"

#include <cstddef>
#include <cstdint>
#include <optional>

#include <unwind.h>

// The allocator of glibc under its other names.
extern "C" void *__libc_malloc(std::size_t size);
extern "C" void *__libc_calloc(std::size_t count, std::size_t size);
extern "C" void *__libc_realloc(void *memory, std::size_t size);

namespace Faults {

namespace {

constinit bool isOn = false;
constinit thread_local bool isAsking = false; // The unwinder might allocate.

/// The search for the function that wants the memory.
struct Search
{
    const std::uint64_t begin; ///< The return address of the allocator.
    bool hasBegun = false;
    const Symbols::Function *function = nullptr;
};

// Skips libc, the standard library and templates, and ends at the first frame of Qt.
_Unwind_Reason_Code visit(_Unwind_Context *context, void *token)
{
    auto &search = *static_cast<Search *>(token);
    const std::uint64_t address = _Unwind_GetIP(context) - 1; // Within the call.
    search.hasBegun = search.hasBegun || address + 1 == search.begin;
    if (!search.hasBegun)
        return _URC_NO_REASON;
    const std::optional<Caller> caller = CodeMap::ofWalker().ownerAt(address);
    if (caller == Caller::Qt)
        return _URC_END_OF_STACK;
    const Symbols::Function *function =
        caller == Caller::Library ? Symbols::ofThisProgram().at(address) : nullptr;
    if (!function || function->owner == Symbols::Unknown)
        return _URC_NO_REASON;
    search.function = function;
    return _URC_END_OF_STACK;
}

bool fails(const void *caller) noexcept
{
    if (!isOn || isAsking)
        return false;
    isAsking = true;
    Search search = {reinterpret_cast<std::uint64_t>(caller)};
    _Unwind_Backtrace(visit, &search);
    const bool result = search.function && search.function->owner == Symbols::Library
        && mark(Marker::Allocation, search.function->name) != 0;
    isAsking = false;
    return result;
}

} // namespace

void reportAllocations()
{
    CodeMap::ofWalker();
    Symbols::ofThisProgram();
    isOn = true;
}

} // namespace Faults

extern "C" void *malloc(std::size_t size) noexcept
{
    return Faults::fails(__builtin_return_address(0)) ? nullptr : __libc_malloc(size);
}

extern "C" void *calloc(std::size_t count, std::size_t size) noexcept
{
    return Faults::fails(__builtin_return_address(0)) ? nullptr : __libc_calloc(count, size);
}

extern "C" void *realloc(void *memory, std::size_t size) noexcept
{
    return Faults::fails(__builtin_return_address(0)) ? nullptr : __libc_realloc(memory, size);
}
