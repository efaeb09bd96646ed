// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// The arguments and variables that a plan gives to execve(2), against lists that are changed one by one.

#include "fuzzer.h"
#include "inputreader.h"

#include "core/start/environment.h"
#include "core/start/plan.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include <unistd.h>

using ForkFd::Internal::FailedStep;
using ForkFd::Internal::StartPlan;
using ForkFd::Internal::StartRequest;
using ForkFd::Internal::Step;

namespace {

using Texts = std::vector<std::string>;

enum Operation { Argument, Entry, Set, Remove, OperationCount };
constexpr std::array<const char *, OperationCount> names = {"argument", "entry", "set", "remove"};

/// Where the variables come from.
enum Source { Request, Copy, Process, SourceCount };
constexpr std::array<const char *, SourceCount> sources = {"request", "copy", "process"};

// Short texts of few characters: names are often the same, empty, or contain a "=".
std::string textOf(unsigned code)
{
    std::string text;
    unsigned rest = code / 4;
    for (unsigned length = code % 4; length > 0; --length, rest /= 4)
        text += "AB=C"[rest % 4];
    if (code == 0xff)
        text[1] = '\0';
    return text;
}

struct Step3
{
    explicit Step3(Fuzz::InputReader &reader)
        : operation(static_cast<Operation>(reader.below(OperationCount)))
        , first(textOf(reader.byte()))
        , second(textOf(reader.byte()))
    {
    }
    std::string entry() const { return first + '=' + second; }

    Operation operation;
    std::string first;
    std::string second;
};

/// The variables and changes of the input, and the environment that must result.
struct Model
{
    explicit Model(Fuzz::InputReader &reader)
        : source(static_cast<Source>(reader.below(SourceCount)))
        , hasZero(reader.flag())
    {
        while (!reader.isAtEnd())
            add(Step3(reader));
    }

    void add(const Step3 &step)
    {
        if (step.operation == Argument) {
            arguments.push_back(step.first);
        } else if (step.operation == Entry) {
            // Entries without a "=" are passed on. Only a request can have a NUL.
            const std::string entry = step.second.size() == 3 ? step.first : step.entry();
            if (source == Request || (!hasNul(entry)))
                variables.push_back(entry);
        } else {
            const bool sets = step.operation == Set;
            changes.emplace_back(step.first, sets ? std::optional(step.second) : std::nullopt);
        }
    }

    FailedStep error() const
    {
        if (arguments.empty())
            return {Step::Program, EINVAL};
        if (std::any_of(arguments.begin(), arguments.end(), hasNul))
            return {Step::Argument, EINVAL};
        if (std::any_of(variables.begin(), variables.end(), hasNul))
            return {Step::Environment, EINVAL};
        for (const auto &[name, value] : changes) {
            if (name.empty() || name.find('=') != std::string::npos || hasNul(name)
                || hasNul(value.value_or("")))
                return {Step::Environment, EINVAL};
        }
        return {};
    }

    Texts environment() const
    {
        Texts result = variables;
        for (const auto &[name, value] : changes) {
            std::erase_if(result, [&name = name](const std::string &entry) {
                return entry.substr(0, entry.find('=')) == name;
            });
            if (value)
                result.push_back(name + '=' + *value);
        }
        return result;
    }

    static bool hasNul(const std::string &text) { return text.find('\0') != std::string::npos; }

    const Source source;
    const bool hasZero;
    Texts arguments;
    Texts variables;
    ForkFd::Internal::EnvironmentChanges changes;
};

/// Replaces the variables of this process.
class Environment
{
public:
    explicit Environment(Texts &variables)
    {
        for (std::string &variable : variables)
            m_entries.push_back(variable.data());
        m_entries.push_back(nullptr);
        m_previous = std::exchange(environ, m_entries.data());
    }
    ~Environment() { environ = m_previous; }
    Environment(const Environment &) = delete;
    Environment &operator=(const Environment &) = delete;

private:
    std::vector<char *> m_entries;
    char **m_previous;
};

Texts listOf(char *const *entries)
{
    Texts list;
    for (; *entries; ++entries)
        list.emplace_back(*entries);
    return list;
}

std::string quoted(const Texts &list)
{
    std::string text;
    for (const std::string &entry : list)
        text += " \"" + entry + '"';
    return text;
}

void compare(const char *what, const Texts &is, const Texts &wanted)
{
    if (is != wanted)
        throw Fuzz::Fault(std::string(what) + ':' + quoted(is) + ", not" + quoted(wanted));
}

StartRequest requestOf(const Model &model)
{
    StartRequest request;
    request.executable = "/program";
    request.command.argv = model.arguments;
    request.command.environmentChanges = model.changes;
    if (model.hasZero)
        request.options.argumentZero = "zero";
    if (model.source == Request)
        request.command.environment = model.variables;
    if (model.source == Copy) {
        request.environmentCopy.emplace();
        for (const std::string &variable : model.variables)
            request.environmentCopy->append(variable).push_back('\0');
    }
    return request;
}

void compare(const Model &model)
{
    Texts ofProcess = model.source == Process ? model.variables : Texts{"WRONG=1"};
    const Environment environment(ofProcess);
    const StartPlan plan(requestOf(model));
    const FailedStep wanted = model.error();
    if (plan.error().step != wanted.step || plan.error().errorCode != wanted.errorCode)
        throw Fuzz::Fault("error: step " + std::to_string(static_cast<int>(plan.error().step)) + ", not "
                          + std::to_string(static_cast<int>(wanted.step)));
    if (wanted)
        return;
    Texts arguments = model.arguments;
    if (model.hasZero)
        arguments.front() = "zero";
    compare("arguments", listOf(plan.argv()), arguments);
    compare("environment", listOf(plan.envp()), model.environment());
}

} // namespace

namespace Fuzz {

const char *const name = "environment";
const Shape shape = {.headSize = 2, .stepSize = 3, .maxSteps = 20};

void setUp()
{
}

std::size_t play(std::span<const std::uint8_t> input)
{
    InputReader reader(input);
    const Model model(reader);
    compare(model);
    return model.arguments.size() + model.variables.size() + model.changes.size();
}

std::string describe(std::span<const std::uint8_t> input)
{
    InputReader reader(input);
    std::string text = std::string("  from the ") + sources[reader.below(SourceCount)];
    text += reader.flag() ? ", argumentZero\n" : "\n";
    while (!reader.isAtEnd()) {
        const Step3 step(reader);
        text += std::string("  ") + names[step.operation] + " \"" + step.first + "\" \"" + step.second
            + "\"\n";
    }
    return text;
}

} // namespace Fuzz
