// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/start/plan.h"

#include "core/start/environment.h"
#include "core/start/parent_calls.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <csignal>

#include <fcntl.h>
#include <unistd.h>

namespace ForkFd::Internal {

namespace {

bool hasNul(const std::string &text)
{
    return text.find('\0') != std::string::npos;
}

std::vector<char *> pointersTo(std::vector<std::string> &strings)
{
    std::vector<char *> pointers;
    pointers.reserve(strings.size() + 1); // With the null that execve(2) needs.
    for (std::string &string : strings)
        pointers.push_back(string.data());
    return pointers;
}

FailedStep checkDescriptors(const std::vector<FileDescriptor> &descriptors) noexcept
{
    for (auto it = descriptors.begin(); it != descriptors.end(); ++it) {
        const auto hasSameNumber = [it](const FileDescriptor &d) { return d.childFd == it->childFd; };
        if (it->childFd < 0)
            return {Step::FileDescriptors, EBADF};
        if (::fcntl(it->parentFd, F_GETFD) < 0)
            return {Step::FileDescriptors, errno};
        if (std::any_of(descriptors.begin(), it, hasSameNumber))
            return {Step::FileDescriptors, EINVAL};
    }
    return {};
}

FailedStep checkSession(const LaunchOptions &options) noexcept
{
    const bool isLeader = options.newSession || options.pseudoTerminal;
    if (isLeader && options.processGroup.value_or(0) != 0)
        return {Step::ProcessGroup, EINVAL};
    if (options.controllingTerminal && options.pseudoTerminal)
        return {Step::ControllingTerminal, EINVAL};
    if (options.controllingTerminal && ::fcntl(*options.controllingTerminal, F_GETFD) < 0)
        return {Step::ControllingTerminal, errno};
    return {};
}

// More than any kernel supports, and few enough for a mask.
constexpr int cpuCount = 1 << 16;
constexpr unsigned bitsOfWord = sizeof(unsigned long) * CHAR_BIT;

// Refuses values that the system calls would change or ignore.
FailedStep checkValues(const LaunchOptions &options) noexcept
{
    const int nice = options.niceValue.value_or(0);
    if (nice < -20 || nice > 19)
        return {Step::NiceValue, EINVAL};
    if ((options.umask.value_or(0) & ~mode_t{0777}) != 0)
        return {Step::Umask, EINVAL};
    const auto isNoCpu = [](int cpu) { return cpu < 0 || cpu >= cpuCount; };
    if (std::any_of(options.cpuAffinity.begin(), options.cpuAffinity.end(), isNoCpu))
        return {Step::CpuAffinity, EINVAL};
    if (options.userId == static_cast<uid_t>(-1))
        return {Step::UserId, EINVAL};
    if (options.groupId == static_cast<gid_t>(-1))
        return {Step::GroupId, EINVAL};
    if (hasNul(options.controlGroup))
        return {Step::ControlGroup, EINVAL};
    if (options.argumentZero && hasNul(*options.argumentZero))
        return {Step::ArgumentZero, EINVAL};
    const int deathSignal = options.parentDeathSignal;
    if (options.dieWithParent && (deathSignal <= 0 || deathSignal >= NSIG))
        return {Step::ParentDeathSignal, EINVAL};
    return {};
}

} // namespace

StartPlan::StartPlan(StartRequest &&request)
    : m_request(std::move(request))
    , m_error(check())
{
    if (m_error)
        return;
    planArguments();
    planEnvironment();
    planMoves();
    planCpuMask();
    if (const auto &score = m_request.options.oomScoreAdjust)
        m_oomScoreText = std::to_string(*score);
    if (lowestToClose())
        m_descriptorEnd = ParentCalls::endOfOpenDescriptors();
    openControlGroup();
}

FailedStep StartPlan::check() const noexcept
{
    const Command &command = m_request.command;
    if (command.argv.empty() || m_request.executable.empty() || hasNul(m_request.executable))
        return {Step::Program, EINVAL};
    if (std::any_of(command.argv.begin(), command.argv.end(), hasNul))
        return {Step::Argument, EINVAL};
    if (command.environment
        && std::any_of(command.environment->begin(), command.environment->end(), hasNul))
        return {Step::Environment, EINVAL};
    if (!areValid(command.environmentChanges))
        return {Step::Environment, EINVAL};
    if (hasNul(command.workingDirectory))
        return {Step::WorkingDirectory, EINVAL};
    if (m_request.parameters.createsSession && m_request.options.processGroup.value_or(0) != 0)
        return {Step::ProcessGroup, EINVAL};
    return check(m_request.options);
}

FailedStep StartPlan::check(const LaunchOptions &options) noexcept
{
    FailedStep error = checkDescriptors(options.fileDescriptors);
    if (!error)
        error = checkSession(options);
    if (!error)
        error = checkValues(options);
    return error;
}

void StartPlan::planArguments()
{
    m_argv = pointersTo(m_request.command.argv);
    m_argv.push_back(nullptr);
    if (auto &name = m_request.options.argumentZero)
        m_argv.front() = name->data();
}

void StartPlan::planEnvironment()
{
    Command &command = m_request.command;
    std::optional<std::string> &copy = m_request.environmentCopy;
    if (command.environment)
        m_envp = pointersTo(*command.environment);
    else
        m_envp = copy ? entriesOf(*copy) : environmentNow();
    if (!command.environmentChanges.empty())
        applyChanges(command.environmentChanges, m_envp, m_changedVariables);
    m_envp.push_back(nullptr);
}

void StartPlan::planMoves()
{
    m_moves.reserve(m_request.channels.size() + m_request.options.fileDescriptors.size());
    for (const auto *list : {&m_request.channels, &m_request.options.fileDescriptors}) {
        for (const FileDescriptor &descriptor : *list)
            m_moves.push_back({descriptor.parentFd, descriptor.childFd, false});
    }
    for (DescriptorMove &move : m_moves) {
        move.isInTheWay =
            std::any_of(m_moves.begin(), m_moves.end(), [&move](const DescriptorMove &other) {
                return &other != &move && other.to == move.from;
            });
    }
}

void StartPlan::planCpuMask()
{
    for (const int cpu : m_request.options.cpuAffinity) {
        const auto number = static_cast<unsigned>(cpu);
        const std::size_t word = number / bitsOfWord;
        if (m_cpuMask.size() <= word)
            m_cpuMask.resize(word + 1);
        m_cpuMask[word] |= 1UL << number % bitsOfWord;
    }
}

void StartPlan::openControlGroup()
{
    const std::string &path = m_request.options.controlGroup;
    if (path.empty())
        return;
    m_controlGroup = ParentCalls::openControlGroup(path.c_str());
    if (!m_controlGroup)
        m_error = {Step::ControlGroup, errno};
}

char *const *StartPlan::envp() const noexcept
{
    return m_envp.data();
}

const char *StartPlan::workingDirectory() const noexcept
{
    const std::string &directory = m_request.command.workingDirectory;
    return directory.empty() ? nullptr : directory.c_str();
}

bool StartPlan::createsSession() const noexcept
{
    return m_request.options.newSession || m_request.parameters.createsSession;
}

// A group leader cannot create a session (setsid(2)), and a new session comes with a group.
std::optional<pid_t> StartPlan::processGroup() const noexcept
{
    if (createsSession())
        return std::nullopt;
    if (m_request.options.processGroup)
        return m_request.options.processGroup;
    return m_request.ownGroup ? std::optional<pid_t>(0) : std::nullopt;
}

// A new session has no terminal, and the child keeps a terminal that the options name.
bool StartPlan::leavesTerminal() const noexcept
{
    return m_request.leavesTerminal && !createsSession() && !m_request.options.controllingTerminal;
}

int StartPlan::controlGroupFd() const noexcept
{
    return m_controlGroup ? m_controlGroup.get() : m_request.controlGroupFd;
}

std::optional<int> StartPlan::lowestToClose() const noexcept
{
    constexpr int lowest = STDERR_FILENO + 1;
    if (m_request.options.closeDescriptors)
        return lowest;
    if (m_request.parameters.closesDescriptors)
        return std::max(m_request.parameters.lowestDescriptorToClose, lowest);
    return std::nullopt;
}

bool StartPlan::changesIdentity() const noexcept
{
    return m_request.options.userId || m_request.options.groupId || m_request.parameters.resetsIds;
}

const sigset_t *StartPlan::signalMask() const noexcept
{
    return m_request.options.signalMask ? &*m_request.options.signalMask : nullptr;
}

} // namespace ForkFd::Internal
