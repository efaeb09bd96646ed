// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/start/attempt.h"

#include "core/base/quietwrite.h"
#include "core/base/refusal.h"
#include "core/base/sanitizers.h"
#include "core/base/wait.h"
#include "core/start/startreport.h"
#include "core/stop/startcontrol.h"
#include "core/watch/exitwatch.h"

#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

namespace ForkFd::Internal {

ProgramContext::ProgramContext(const StartPlan &itsPlan)
    : plan(itsPlan)
    , aside(plan.moves().size(), -1)
    , directory(plan.directoryFd())
    , controllingTerminal(plan.options().controllingTerminal.value_or(-1))
    , controlGroup(plan.controlGroupFd())
    , parent(plan.options().dieWithParent ? ::getpid() : -1)
{
}

StartAttempt::StartAttempt(CodeContext &child) noexcept
    : m_child(child)
    , m_program(nullptr)
    , m_control(nullptr)
{
    child.parentMask = m_blocker.previousMask();
}

StartAttempt::StartAttempt(ProgramContext &child, StartReport *later) noexcept
    : m_child(child)
    , m_program(&child)
    , m_control(child.plan.control())
    , m_later(later)
{
    child.parentMask = m_blocker.previousMask();
}

StartAttempt::Shown::Shown(StartControl *control, int (*send)(void *, int), void *token) noexcept
    : m_control(control)
{
    if (m_control)
        m_control->showChild(send, token);
}

void StartAttempt::Shown::end() noexcept
{
    if (StartControl *control = std::exchange(m_control, nullptr))
        control->hideChild();
}

bool StartAttempt::mayBegin() noexcept
{
    if (!m_control || m_control->claim())
        return true;
    fail(Step::Canceled, ECANCELED);
    return false;
}

bool StartAttempt::maySeeOurMemory() const noexcept
{
    return maySeeOurMemory(m_program->plan.modifier());
}

bool StartAttempt::maySeeOurMemory(const ChildModifier &modifier) noexcept
{
    if (Sanitizers::needFork())
        return false;
    // The frames of instrumented code would stay in a sanitizer's records of our stack.
    return !modifier.function || (modifier.maySeeOurMemory && !Sanitizers::areActive());
}

bool StartAttempt::leadsGroup() const noexcept
{
    return m_program && m_program->plan.processGroup() == 0;
}

StartAttempt::Outcome StartAttempt::fail(Step step, int errorCode) noexcept
{
    m_failure = {step, errorCode};
    return NotStarted;
}

StartAttempt::Outcome StartAttempt::failAsReported() noexcept
{
    m_failure = m_child.report.failure;
    return NotStarted;
}

StartAttempt::Outcome StartAttempt::failCreation(int errorCode) noexcept
{
    return fail(errorCode == EMFILE || errorCode == ENFILE ? Step::Descriptors : Step::Clone, errorCode);
}

bool StartAttempt::Line::open() noexcept
{
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return false;
    ours.reset(ends[0]);
    theirs.reset(ends[1]);
    // Reading the report must not block, even where poll(2) is refused. The child's end stays blocking.
    return ::fcntl(ours.get(), F_SETFL, O_NONBLOCK) == 0;
}

StartAttempt::Outcome StartAttempt::startCopy(bool hasGate)
{
    Line line;
    if ((hasGate || m_program) && !line.open())
        return failCreation(errno);
    const pid_t pid = createCopy();
    if (pid == 0) {
        beginCopiedChild(line, hasGate);
        becomeChild(m_child);
        return InChild;
    }
    line.theirs.reset();
    Outcome outcome = watchCopy(pid);
    if (outcome != Started)
        return outcome; // A child at the gate exits when our end closes.
    outcome = letGo(line, hasGate);
    if (ExitWatch *failed = outcome == Started ? nullptr : watch())
        collectFailedCopy(*failed);
    return outcome;
}

// Runs in the child between clone and exec: async-signal-safe calls only. Returns when the gate is
// open.
void StartAttempt::beginCopiedChild(Line &line, bool hasGate) noexcept
{
    line.ours.reset(); // Otherwise the child would miss the end of file when the parent dies.
    char go = 0;
    ssize_t count = sizeof go;
    while (hasGate && (count = ::read(line.theirs.get(), &go, sizeof go)) < 0 && errno == EINTR) { }
    if (count != sizeof go)
        ::_exit(notSharedExitCode); // The parent has died or has given the start up.
    m_child.sharedMark = nullptr;
    m_child.handlersAreReset = false;
    if (m_program)
        m_child.reportFd = line.theirs.release();
    else
        line.theirs.reset();
}

// Ends a child at the gate. Shuts the socket down, because a forked copy may hold our end.
void StartAttempt::closeGate(Line &line) noexcept
{
    ::shutdown(line.ours.get(), SHUT_WR);
    line.ours.reset();
}

// Whether the child ends before its program. The signal may not reach it: another thread uses the slot
// to send a signal, or a filter refuses kill(2).
bool StartAttempt::endBeforeProgram(Line &line, bool hasGate) const noexcept
{
    const bool isKilled = watch() && watch()->sendSignal(SIGKILL) == 0;
    if (hasGate)
        closeGate(line);
    return isKilled || hasGate;
}

// Returns false with errno if the child would wait for ever. A child that has ended needs no gate. If
// the kernel is wrong about its end, the shutdown ends it.
bool StartAttempt::openGate(const Line &line) noexcept
{
    char go = 0;
    ssize_t count;
    do {
        count = ::send(line.ours.get(), &go, sizeof go, MSG_NOSIGNAL);
    } while (count < 0 && errno == EINTR);
    if (count < 0 && isRefusal(errno)) {
        const iovec byte = {&go, sizeof go};
        count = writeWithSignalBlocked(line.ours.get(), &byte, 1);
    }
    if (count == sizeof go)
        return true;
    const int errorCode = errno;
    ::shutdown(line.ours.get(), SHUT_WR);
    errno = errorCode;
    return errorCode == EPIPE || errorCode == ECONNRESET;
}

namespace {

int signalWatched(void *watch, int signal)
{
    return static_cast<ExitWatch *>(watch)->sendSignal(signal);
}

} // namespace

// Opens the gate of a copied child and waits for its report.
StartAttempt::Outcome StartAttempt::letGo(Line &line, bool hasGate) noexcept
{
    const Shown shown(watch() ? m_control : nullptr, signalWatched, watch());
    if (m_control && m_control->wish() != 0 && endBeforeProgram(line, hasGate))
        return fail(Step::Canceled, ECANCELED);
    if (hasGate && !openGate(line)) {
        const int errorCode = errno;
        closeGate(line);
        return failCreation(errorCode);
    }
    return m_program ? readReport(line) : Started;
}

StartAttempt::Outcome StartAttempt::readReport(Line &line) noexcept
{
    StartReport report(std::move(line.ours));
    const StartReport::Outcome outcome = report.await(watch(), !m_later);
    m_child.report = report.received();
    if (m_later && outcome == StartReport::AtModifier)
        *m_later = std::move(report);
    return outcome == StartReport::Failed ? failAsReported() : Started;
}

void StartAttempt::collectFailedCopy(ExitWatch &watch) noexcept
{
    RetryDelay retryDelay;
    while (watch.isWatching() && !watch.collect()) {
        // Also tries without an event: every thread may have blocked the signal behind the descriptor.
        const std::chrono::milliseconds delay = retryDelay.next();
        pollfd entry = {watch.descriptor(), POLLIN, 0};
        if (pollDescriptors(&entry, 1, static_cast<int>(delay.count())) > 0 && !watch.collect())
            pauseFor(delay);
    }
}

} // namespace ForkFd::Internal
