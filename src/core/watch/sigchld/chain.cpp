// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// handle() and its callees run in signal handlers: async-signal-safe calls only, no allocation, no lock,
// no logging. They call sigaction, processStamp, getpid, pthread_setcancelstate, pthread_setcanceltype
// and the listener. They are not noexcept: a predecessor may unwind, for example when its thread is
// cancelled.
//
// Each installation takes an entry point that was never used before, with its own record. The record is
// filled in once. So a handler never reads a record that changes, and our entries never form a cycle,
// whatever other code saves and restores.
//
// A handler may run between sigaction() and the publication of its record, and does not know its
// predecessor then. It stores the siginfo in the record; the installer publishes the record and calls
// the predecessor with it. Each stored siginfo goes Empty → Kept → Taken. The thread that moves it to
// Taken calls the predecessor: the installer, or the handler if it finds the record published after all.
// Each side writes before it reads, in sequentially consistent order: the handler writes `state` and
// reads `isPublished`, and the installer writes `isPublished` and reads `state`. So at least one of them
// sees what the other wrote.

#include "core/watch/sigchld/chain.h"

#include "core/base/signals.h"
#include "core/base/staycode.h"
#include "core/base/thisprocess.h"
#include "core/watch/sigchld/copies.h"
#include "core/watch/sigchld/disposition.h"
#include "core/watch/sigchld/handlerarguments.h"

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <utility>

#include <unistd.h>

namespace ForkFd::Internal::SigChldChain {

namespace {

constexpr std::size_t poolSize = 32;

struct KeptSignal
{
    enum State : int { Empty, Kept, Taken };
    std::atomic<int> state = Empty;
    siginfo_t info;
};

struct Record
{
    struct sigaction predecessor;
    std::atomic<bool> isPublished = false;
    /// The process that is about to publish the record, and the action that it has just seen. In a copy
    /// of the process made at that moment no thread publishes the record.
    std::atomic<ProcessIdentity> publisher;
    struct sigaction expected;
    /// SA_RESETHAND: the predecessor has had its one call.
    std::atomic<bool> isUsedUp = false;
    std::atomic<unsigned> keptCount = 0;
    std::array<KeptSignal, 16> kept; ///< Further signals coalesce, as SIGCHLD does anyway.
};

std::array<Record, poolSize> records;
std::atomic<std::size_t> usedRecords;
std::atomic<Listener> listener;
std::atomic<ProcessIdentity> installer; ///< The process that is installing a handler, or none.
/// Another handler was seen above an entry of ours.
std::atomic<bool> wasDisplaced;

using Entry = void (*)(int, siginfo_t *, void *);
void handle(std::size_t index, int signal, siginfo_t *info, void *context);

// QEMU 7.2 calls handlers with a stack that is not aligned.
#if defined(__x86_64__) || defined(__i386__)
#define FORKFD_ALIGN_STACK __attribute__((force_align_arg_pointer))
#else
#define FORKFD_ALIGN_STACK
#endif

template<std::size_t index>
FORKFD_ALIGN_STACK void entry(int signal, siginfo_t *info, void *context)
{
    handle(index, signal, info, context);
}
#undef FORKFD_ALIGN_STACK

template<std::size_t... indices>
constexpr std::array<Entry, sizeof...(indices)> makeEntries(std::index_sequence<indices...>)
{
    return {entry<indices>...};
}

constexpr auto entries = makeEntries(std::make_index_sequence<poolSize>());

// The index of our entry in `action`; poolSize if the action is not ours. Does not look at the flags:
// signal(3) returns our entry and can put it back, but without SA_SIGINFO and the other flags.
std::size_t indexOf(const struct sigaction &action) noexcept
{
    const std::uintptr_t handler = handlerOf(action);
    std::size_t index = 0;
    while (index < poolSize && handler != reinterpret_cast<std::uintptr_t>(entries[index]))
        ++index;
    return index;
}

const struct sigaction *predecessorOf(const Record &record) noexcept
{
    if (record.isPublished)
        return &record.predecessor;
    return record.publisher.load().isCurrent() ? nullptr : &record.expected;
}

/// The current chain of actions, from the top down. A stranger is an action that is not ours.
struct Chain
{
    std::size_t top; ///< The index of the current action; poolSize: a stranger.
    bool topHasSigInfo; ///< The kernel fills siginfo for the current action.
    std::uintptr_t topStranger; ///< The address of the current handler if it is not ours; otherwise 0.
    bool reachesDirectly = false; ///< No stranger stands above the given entry.
    struct sigaction stranger = {}; ///< The first stranger; SIG_DFL if not known.

    explicit Chain(std::size_t entryIndex = poolSize) noexcept
    {
        stranger = currentAction();
        top = indexOf(stranger);
        topHasSigInfo = takesThreeArguments(stranger);
        topStranger = top == poolSize && isHandler(stranger) ? handlerOf(stranger) : 0;
        // Each record is older than the one before, so the loop ends.
        for (std::size_t index = top; index != poolSize; index = indexOf(stranger)) {
            reachesDirectly = reachesDirectly || index == entryIndex;
            const struct sigaction *predecessor = predecessorOf(records[index]);
            const struct sigaction unknown = {};
            stranger = predecessor ? *predecessor : unknown;
        }
    }
};

/// The innermost entry of ours on this thread's stack.
struct Position
{
    std::uintptr_t frame;
    const siginfo_t *info; ///< The kernel's siginfo of this signal; null if it did not reach us.
    std::size_t index;
    unsigned rounds;
};
// Initial-exec: with another model the first use may allocate, here in a signal handler. Not a class
// member, because compilers disagree whether the attribute belongs to the declaration or to the
// definition.
__attribute__((tls_model("initial-exec"))) thread_local Position innermost;

/// Detects handlers that call each other in a loop.
///
/// In a sound chain our entries get older from the top down. So if an entry runs deeper on the stack of
/// the same thread than an older entry, or than itself, the handlers form a loop, unless the kernel's
/// siginfo is another one: then the entry handles a new signal. A siglongjmp() out of a handler leaves
/// the count behind. The next entry resets it if it is not deeper or has another siginfo. So jumps look
/// like a loop only if several come in a row, each out of a handler with one argument that calls us from
/// deeper on the stack than the handler before.
class LoopGuard
{
public:
    LoopGuard(std::size_t index, const siginfo_t *info, bool infoIsWhole) noexcept
        : m_outer(innermost)
    {
        // Not the object's address: a sanitizer may keep locals outside the stack.
        const auto frame = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
        // A siginfo below the outer frame is a later one. So is a different siginfo above that frame: a
        // jump has left the frame and made room.
        const bool isNewSignal = infoIsWhole
            && (reinterpret_cast<std::uintptr_t>(info) < m_outer.frame
                || (m_outer.info && info != m_outer.info));
        const bool isNested = frame < m_outer.frame && !isNewSignal;
        m_rounds = !isNested ? 0 : m_outer.rounds + (index >= m_outer.index ? 1 : 0);
        const siginfo_t *const known = isNested ? m_outer.info : nullptr;
        innermost = {frame, infoIsWhole ? info : known, index, m_rounds};
    }
    ~LoopGuard() { innermost = m_outer; }
    LoopGuard(const LoopGuard &) = delete;
    LoopGuard &operator=(const LoopGuard &) = delete;

    /// Whether this signal has come round, as far as it can be known.
    bool hasGoneRound() const noexcept { return m_rounds > 0; }
    bool isLoop() const noexcept { return m_rounds > maxRounds; }

private:
    static constexpr unsigned maxRounds = 8;

    const Position m_outer;
    unsigned m_rounds;
};

// Restores the thread's own cancel type, so that a predecessor that jumps out leaves that type behind.
// The thread may be cancelled at any instruction here, so there must be nothing to unwind.
__attribute__((noinline)) void callWithCancelType(const struct sigaction &predecessor,
                                                  const HandlerArguments &arguments,
                                                  volatile bool &isCalled)
{
    ::pthread_setcanceltype(arguments.cancelType, nullptr);
    isCalled = true;
    callHandler(predecessor, arguments);
    ::pthread_setcanceltype(PTHREAD_CANCEL_DEFERRED, nullptr);
}

void callPredecessor(Record &record, const struct sigaction &predecessor,
                     const HandlerArguments &arguments)
{
    if (!isHandler(predecessor))
        return;
    if ((predecessor.sa_flags & static_cast<int>(SA_RESETHAND)) && record.isUsedUp.exchange(true))
        return;
    if (arguments.cancelType == PTHREAD_CANCEL_DEFERRED) {
        callHandler(predecessor, arguments);
        return;
    }
    volatile bool isCalled = false;
    try {
        callWithCancelType(predecessor, arguments, isCalled);
    } catch (...) { // Cancelled before the call: the predecessor is still called for the signal.
        if (!isCalled)
            callHandler(predecessor, arguments);
        throw;
    }
}

// True if the installer will call the predecessor, false if the caller has to.
bool keepForInstaller(Record &record, const HandlerArguments &arguments) noexcept
{
    const unsigned position = record.keptCount.fetch_add(1);
    if (position >= record.kept.size())
        return !record.isPublished;
    KeptSignal &kept = record.kept[position];
    if (arguments.areWhole)
        kept.info = *arguments.info;
    kept.state = KeptSignal::Kept;
    int expected = KeptSignal::Kept;
    return !record.isPublished || !kept.state.compare_exchange_strong(expected, KeptSignal::Taken);
}

void tellListener(pid_t pid) noexcept
{
    // The listener calls cancellation points.
    const CancellationBlocker blocker;
    listener.load(std::memory_order_acquire)(pid);
}

void handleUncancelled(std::size_t index, int signal, siginfo_t *info, void *context, int cancelType)
{
    const Chain chain(index);
    // A stranger between the top and us has probably called us. If it takes one argument, the other two
    // are garbage. But it may also have been installed after the kernel had called us.
    const bool isFilled = chain.top == poolSize || chain.topHasSigInfo;
    const bool isWhole = (isFilled && isFromKernel(info, context))
        || (!chain.reachesDirectly && takesThreeArguments(chain.stranger));
    Copies::noteSignal(chain.topStranger);
    // If another entry of ours is on top, it has already told the listener.
    if (chain.top == index || chain.top == poolSize)
        tellListener(chain.top == index && isWhole ? info->si_pid : 0);

    const LoopGuard guard(index, info, isWhole);
    const HandlerArguments arguments = {signal, info, context, isWhole, cancelType};
    Record &record = records[index];
    const struct sigaction *predecessor = predecessorOf(record);
    if (!predecessor && !keepForInstaller(record, arguments))
        predecessor = &record.predecessor;
    // A stranger that installed itself a second time, above us, is also our predecessor and was called
    // before us. Skip it only after it has led back to us, at the price of a second call: if it was
    // installed after the kernel had called us, it was not called for this signal.
    const bool wasCalled = guard.hasGoneRound() && predecessor && !chain.reachesDirectly
        && haveSameHandler(chain.stranger, *predecessor);
    if (predecessor && !wasCalled && !guard.isLoop())
        callPredecessor(record, *predecessor, arguments);
}

void handle(std::size_t index, int signal, siginfo_t *info, void *context)
{
    const int savedErrno = errno;
    // Delays an asynchronous cancellation (PTHREAD_CANCEL_ASYNCHRONOUS) until the predecessor runs or
    // this signal has been handled. Otherwise the unwinding would begin in a destructor, which ends the
    // program.
    int cancelType;
    ::pthread_setcanceltype(PTHREAD_CANCEL_DEFERRED, &cancelType);
    handleUncancelled(index, signal, info, context, cancelType);
    errno = savedErrno;
    if (cancelType != PTHREAD_CANCEL_DEFERRED)
        ::pthread_setcanceltype(cancelType, nullptr); // Does not return to a cancelled thread.
}

struct sigaction actionFor(std::size_t index, const struct sigaction &predecessor) noexcept
{
    struct sigaction action = {};
    action.sa_sigaction = entries[index];
    // A program may block SIGCHLD and read it with signalfd(2), and want stops without a handler.
    action.sa_flags = SA_SIGINFO | Copies::mark | (predecessor.sa_flags & SA_NOCLDSTOP);
    ::sigemptyset(&action.sa_mask);
    if (isHandler(predecessor)) {
        action.sa_flags |= predecessor.sa_flags & (SA_RESTART | SA_NODEFER | SA_ONSTACK);
        action.sa_mask = predecessor.sa_mask;
    } else {
        // A thread with a small stack may have a signal stack, and SIGCHLD may interrupt any thread.
        action.sa_flags |= SA_RESTART | SA_ONSTACK;
    }
    return action;
}

void deliverKept(Record &record)
{
    for (KeptSignal &kept : record.kept) {
        int expected = KeptSignal::Kept;
        if (!kept.state.compare_exchange_strong(expected, KeptSignal::Taken))
            continue;
        ucontext_t context = {};
        kept.info.si_signo = SIGCHLD;
        callPredecessor(record, record.predecessor, {SIGCHLD, &kept.info, &context, true});
    }
}

// Gives our current action its flags back. If other code changes the action at the same moment, restores
// that change, and `current` is then the new action.
void restoreFlags(struct sigaction &current) noexcept
{
    const std::size_t index = indexOf(current);
    const struct sigaction *predecessor = predecessorOf(records[index]);
    const struct sigaction unknown = {};
    const struct sigaction action = actionFor(index, predecessor ? *predecessor : unknown);
    if (::sigaction(SIGCHLD, &action, &current) == 0 && indexOf(current) != index)
        ::sigaction(SIGCHLD, &current, nullptr);
}

void installOnTop() noexcept
{
    struct sigaction expected = currentAction();
    if (indexOf(expected) != poolSize && !takesThreeArguments(expected))
        restoreFlags(expected);
    if (indexOf(expected) != poolSize)
        return;
    // The handler that was installed above ours now decides how children are waited for (S11).
    const bool isDisplaced = usedRecords.load(std::memory_order_relaxed) > 0;
    if (isDisplaced)
        wasDisplaced.store(true, std::memory_order_relaxed);
    if (isDisplaced && !Copies::mayInstallAbove(expected))
        return;
    Copies::noteInstallation();
    while (indexOf(expected) == poolSize) {
        const std::size_t index = usedRecords.load(std::memory_order_relaxed);
        if (index == poolSize)
            return;
        usedRecords.store(index + 1, std::memory_order_relaxed);
        Record &record = records[index];
        record.expected = expected;
        record.publisher = ProcessIdentity::current();
        const struct sigaction action = actionFor(index, expected);
        if (::sigaction(SIGCHLD, &action, &record.predecessor) != 0)
            return;
        if (indexOf(record.predecessor) != poolSize)
            record.predecessor.sa_flags |= SA_SIGINFO; // Our entries always take three arguments.
        record.isPublished = true;
        if (haveSameHandler(record.predecessor, expected) || indexOf(record.predecessor) != poolSize)
            return;
        // Other code changed the action between the two calls, so ours has the flags of the wrong
        // predecessor. Install another entry on top, with the right flags.
        expected = record.predecessor;
    }
}

} // namespace

void install(Listener newListener)
{
    keepCodeLoaded();
    listener.store(newListener, std::memory_order_release);
    // A thread of the parent may have been installing when this process was forked. It does not exist
    // here.
    ProcessIdentity holder = installer.load(std::memory_order_relaxed);
    if (holder.isCurrent()
        || !installer.compare_exchange_strong(holder, ProcessIdentity::current(),
                                              std::memory_order_acquire))
        return;
    const std::size_t first = usedRecords.load(std::memory_order_relaxed);
    installOnTop();
    const std::size_t end = usedRecords.load(std::memory_order_relaxed);
    installer.store({}, std::memory_order_release);
    // Last, because a predecessor may never return.
    for (std::size_t index = first; index < end; ++index)
        deliverKept(records[index]);
}

bool standsForIgnore() noexcept
{
    // Spares starts with pidfds a system call.
    if (usedRecords.load(std::memory_order_relaxed) == 0)
        return false;
    const Chain chain;
    return chain.top != poolSize && isIgnore(chain.stranger);
}

bool standsForAutomaticReaping() noexcept
{
    return !wasDisplaced.load(std::memory_order_relaxed) && standsForAutomaticReapingNow();
}

bool standsForAutomaticReapingNow() noexcept
{
    const Chain chain;
    return chain.top != poolSize && reapsAutomatically(chain.stranger);
}

} // namespace ForkFd::Internal::SigChldChain
