// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/start/description.h"

#include "core/base/signalname.h"

#include <array>
#include <cstdio>

namespace ForkFd::Internal {

namespace {

// Not with operator+: GCC 12 reports an overlap that cannot be there (-Wrestrict).
void append(std::string &list, const char *separator, const std::string &item)
{
    if (!list.empty())
        list += separator;
    list += item;
}

/// Collects the members that are set.
class MemberList
{
public:
    void add(const char *name, const std::string &value = {})
    {
        append(m_text, ", ", name);
        if (!value.empty())
            append(m_text, " ", value);
    }
    void addFlag(const char *name, bool isSet)
    {
        if (isSet)
            add(name);
    }
    template<typename Number>
    void addNumber(const char *name, const std::optional<Number> &number)
    {
        if (number)
            add(name, std::to_string(*number));
    }
    std::string text() const { return m_text.empty() ? "none" : m_text; }

private:
    std::string m_text;
};

std::string limitText(rlim_t limit)
{
    return limit == RLIM_INFINITY ? "unlimited" : std::to_string(limit);
}

std::string textOf(const std::vector<ResourceLimit> &limits)
{
    std::string text;
    for (const ResourceLimit &limit : limits)
        append(text, " ",
               std::to_string(limit.resource) + '=' + limitText(limit.soft) + '/'
                   + limitText(limit.hard));
    return text;
}

std::string textOf(const std::vector<FileDescriptor> &descriptors)
{
    std::string text;
    for (const FileDescriptor &descriptor : descriptors)
        append(text, " ",
               std::to_string(descriptor.childFd) + '=' + std::to_string(descriptor.parentFd));
    return text;
}

std::string textOf(const std::vector<int> &processors)
{
    std::string text;
    for (const int processor : processors)
        append(text, " ", std::to_string(processor));
    return text;
}

std::string octal(mode_t mode)
{
    std::array<char, 24> digits = {};
    std::snprintf(digits.data(), digits.size(), "%03lo", static_cast<unsigned long>(mode));
    return digits.data();
}

std::string textOf(const TerminalSize &size)
{
    return std::to_string(size.columns) + 'x' + std::to_string(size.rows);
}

} // namespace

std::string describeOptions(const LaunchOptions &options)
{
    // Does not compile until a new member has its line below.
    const auto &[fileDescriptors, newSession, processGroup, controllingTerminal, resourceLimits,
                 niceValue, umask, cpuAffinity, oomScoreAdjust, userId, groupId, supplementaryGroups,
                 controlGroup, dieWithParent, noNewPrivileges, pseudoTerminal, signalMask,
                 closeDescriptors, argumentZero, parentDeathSignal, treeDiesWithParent,
                 treeDiesWithParentIfPossible] = options;
    MemberList list;
    if (!fileDescriptors.empty())
        list.add("fileDescriptors", textOf(fileDescriptors));
    list.addFlag("newSession", newSession);
    list.addNumber("processGroup", processGroup);
    list.addNumber("controllingTerminal", controllingTerminal);
    if (!resourceLimits.empty())
        list.add("resourceLimits", textOf(resourceLimits));
    list.addNumber("niceValue", niceValue);
    if (umask)
        list.add("umask", octal(*umask));
    if (!cpuAffinity.empty())
        list.add("cpuAffinity", textOf(cpuAffinity));
    list.addNumber("oomScoreAdjust", oomScoreAdjust);
    list.addNumber("userId", userId);
    list.addNumber("groupId", groupId);
    if (supplementaryGroups)
        list.add("supplementaryGroups",
                 std::string("(") + std::to_string(supplementaryGroups->size()) + ')');
    if (!controlGroup.empty())
        list.add("controlGroup", controlGroup);
    list.addFlag("dieWithParent", dieWithParent);
    list.addFlag("noNewPrivileges", noNewPrivileges);
    if (pseudoTerminal)
        list.add("pseudoTerminal", textOf(*pseudoTerminal));
    list.addFlag("signalMask", signalMask.has_value());
    list.addFlag("closeDescriptors", closeDescriptors);
    list.addFlag("argumentZero", argumentZero.has_value());
    if (dieWithParent && parentDeathSignal != SIGKILL)
        list.add("parentDeathSignal", nameOfSignal(parentDeathSignal));
    list.addFlag("treeDiesWithParent", treeDiesWithParent);
    list.addFlag("treeDiesWithParentIfPossible", treeDiesWithParentIfPossible);
    return list.text();
}

} // namespace ForkFd::Internal
