// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "surrounding.h"

#include "forkedcopy.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <unistd.h>

namespace Surroundings {

const std::vector<Surrounding> &allSurroundings()
{
    static const std::vector<Surrounding> all = [] {
        std::vector<Surrounding> surroundings = {{.name = "plain"}};
        for (const auto part :
             {filterSurroundings, limitSurroundings, namespaceSurroundings, pauseSurroundings,
              profileSurroundings, signalSurroundings, stateSurroundings, toolSurroundings}) {
            const std::vector<Surrounding> some = part();
            surroundings.insert(surroundings.end(), some.begin(), some.end());
        }
        return surroundings;
    }();
    return all;
}

bool isPlayed(const Surrounding &surrounding, const std::string &scenario)
{
    const auto isNamed = [&](const char *name) { return name == scenario; };
    const auto isLeftOut = [&](const Surrounding::Difference &one) {
        return one.scenario == scenario && !one.result;
    };
    const auto &only = surrounding.only;
    return (only.empty() || std::any_of(only.begin(), only.end(), isNamed))
        && std::none_of(surrounding.differences.begin(), surrounding.differences.end(), isLeftOut);
}

const Surrounding *find(const std::string &name)
{
    const auto &all = allSurroundings();
    const auto it =
        std::find_if(all.begin(), all.end(), [&](const Surrounding &one) { return one.name == name; });
    return it == all.end() ? nullptr : &*it;
}

std::string failed(const char *call)
{
    return std::string(call) + ": " + std::strerror(errno);
}

std::string becomeNobody()
{
    becomeOrdinaryUser();
    return ::access(FORKFD_SURROUNDED_CHILD, X_OK) == 0 ? "" : failed("the build folder");
}

} // namespace Surroundings
