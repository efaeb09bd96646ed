// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/start/environment.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <string_view>
#include <unordered_map>

#include <sched.h>
#include <unistd.h>

extern "C" char **environ;

namespace ForkFd::Internal {

namespace {

// Only reached if another thread changes the environment all the time. Then the last copy is used.
constexpr int maxTries = 1000;

constexpr std::string_view notInNames("=\0", 2);

char **currentArray() noexcept
{
    return std::atomic_ref(environ).load(std::memory_order_acquire);
}

// Passes each entry to `take`. Returns false if `take` returns false, or if another thread has replaced
// the array: that thread frees the old one, so stop reading.
template<typename Take>
bool readEntries(Take take)
{
    char **const array = currentArray();
    for (std::size_t i = 0; array; ++i) { // Null after clearenv(3).
        if (currentArray() != array)
            return false;
        char *entry = std::atomic_ref(array[i]).load(std::memory_order_relaxed);
        if (!entry)
            break;
        if (!take(entry))
            return false;
    }
    return true;
}

bool copyInto(std::vector<char *> &entries)
{
    entries.clear();
    return readEntries([&entries](char *entry) {
        entries.push_back(entry);
        return true;
    });
}

bool isCopy(const std::vector<char *> &entries)
{
    std::size_t count = 0;
    const bool areSame = readEntries(
        [&](const char *entry) { return count < entries.size() && entries[count++] == entry; });
    return areSame && count == entries.size();
}

} // namespace

std::vector<char *> environmentNow()
{
    std::vector<char *> entries;
    entries.reserve(128);
    for (int tries = 0; tries < maxTries; ++tries) {
        if (copyInto(entries) && isCopy(entries))
            break;
        ::sched_yield();
    }
    return entries;
}

// The copy is one piece: a piece for each variable would take as long as the rest of inThread().
std::string copyOfEnvironment()
{
    std::string copy;
    copy.reserve(4096);
    for (const char *entry : environmentNow())
        copy.append(entry).push_back('\0');
    return copy;
}

std::vector<char *> entriesOf(std::string &copy)
{
    std::vector<char *> entries;
    entries.reserve(128);
    for (std::size_t begin = 0; begin < copy.size(); begin = copy.find('\0', begin) + 1)
        entries.push_back(copy.data() + begin);
    return entries;
}

bool areValid(const EnvironmentChanges &changes) noexcept
{
    return std::all_of(changes.begin(), changes.end(), [](const auto &change) {
        const auto &[name, value] = change;
        return !name.empty() && name.find_first_of(notInNames) == std::string::npos
            && (!value || value->find('\0') == std::string::npos);
    });
}

void applyChanges(const EnvironmentChanges &changes, std::vector<char *> &entries,
                  std::vector<std::string> &texts)
{
    // The last change of a name counts. With many changes, a search for each would take minutes.
    std::unordered_map<std::string_view, const EnvironmentChanges::value_type *> last;
    for (const auto &change : changes)
        last[change.first] = &change;
    std::erase_if(entries, [&last](const std::string_view entry) {
        return last.find(entry.substr(0, entry.find('='))) != last.end();
    });
    texts.reserve(changes.size()); // Otherwise the texts would move.
    for (const auto &change : changes) {
        const auto &[name, value] = change;
        if (value && last[name] == &change)
            entries.push_back(texts.emplace_back(name + '=' + *value).data());
    }
}

} // namespace ForkFd::Internal
