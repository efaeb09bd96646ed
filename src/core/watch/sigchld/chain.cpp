// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// handle() and what it calls run in signal handlers: async-signal-safe calls only, no allocation, no
// lock, no logging. They call sigaction, processStamp, getpid, pthread_setcancelstate,
// pthread_setcanceltype and what the listener calls. They are not noexcept: a predecessor may leave by
// an unwinding, as when its thread is cancelled.
//
// Each installation takes a fresh entry point with a record of its own, which is filled in once and
// never used again. A handler therefore never reads a record that changes, and our entries never form a
// cycle among themselves, whoever saves and restores what.
//
// Between sigaction() and the writing of the record a handler may already run that does not know its
// predecessor. It keeps the siginfo; the installer, once the record is published, calls the predecessor
// with it. Each kept siginfo has a state, Empty → Kept → Taken, and whoever moves it to Taken calls: the
// installer, or the handler itself when it finds that the record was published meanwhile. Both sides
// write before they read (the handler `state` then `isPublished`, the installer the other way round), in
// sequentially consistent order, so that one of them sees the other.

#include "core/watch/sigchld/chain.h"

#include "core/base/disposition.h"
#include "core/base/signals.h"
#include "core/base/thisprocess.h"

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <utility>

#include <ucontext.h>
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
    /// Who was about to publish it, and what he had seen just before. In a copy of the process that was
    /// made in that moment nobody will.
    std::atomic<ProcessIdentity> publisher;
    struct sigaction expected;
    /// SA_RESETHAND: the predecessor has had its one call.
    std::atomic<bool> isUsedUp = false;
    std::atomic<unsigned> keptCount = 0;
    std::array<KeptSignal, 16> kept; ///< More at once coalesce, as SIGCHLD does anyway.
};

std::array<Record, poolSize> records;
std::atomic<std::size_t> usedRecords;
std::atomic<Listener> listener;
std::atomic<ProcessIdentity> installer; ///< The process one of whose threads installs, or none.
/// Somebody was seen above an entry of ours.
std::atomic<bool> wasDisplaced;

using Entry = void (*)(int, siginfo_t *, void *);
void handle(std::size_t index, int signal, siginfo_t *info, void *context);

template<std::size_t index>
void entry(int signal, siginfo_t *info, void *context)
{
    handle(index, signal, info, context);
}

template<std::size_t... indices>
constexpr std::array<Entry, sizeof...(indices)> makeEntries(std::index_sequence<indices...>)
{
    return {entry<indices>...};
}

constexpr auto entries = makeEntries(std::make_index_sequence<poolSize>());

// The index of the entry that an action is; poolSize when it is somebody else's.
std::size_t indexOf(const struct sigaction &action) noexcept
{
    std::size_t index = 0;
    while (index < poolSize
           && !((action.sa_flags & SA_SIGINFO) && action.sa_sigaction == entries[index]))
        ++index;
    return index;
}

// Null while its publisher is about it.
const struct sigaction *predecessorOf(const Record &record) noexcept
{
    if (record.isPublished)
        return &record.predecessor;
    return record.publisher.load().isCurrent() ? nullptr : &record.expected;
}

/// What the present chain shows from its top down.
struct Chain
{
    std::size_t top; ///< The index of the current action; poolSize: somebody else's.
    bool reachesDirectly = false; ///< No stranger stands between the top and the entry asked about.
    struct sigaction stranger = {}; ///< The first action that is not ours; SIG_DFL if not known.

    explicit Chain(std::size_t entryIndex = poolSize) noexcept
    {
        stranger = currentAction();
        top = indexOf(stranger);
        // Each of our records is older than the one before, so that this ends.
        for (std::size_t index = top; index != poolSize; index = indexOf(stranger)) {
            reachesDirectly = reachesDirectly || index == entryIndex;
            const struct sigaction *predecessor = predecessorOf(records[index]);
            const struct sigaction unknown = {};
            stranger = predecessor ? *predecessor : unknown;
        }
    }
};

// The kernel puts siginfo and context on the stack, not far above the frame of the handler. Checked
// because what is above us may change while we are being called.
bool isFromKernel(const siginfo_t *info, const void *context) noexcept
{
    const auto frame = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
    const auto isNear = [frame](const void *pointer) {
        const auto address = reinterpret_cast<std::uintptr_t>(pointer);
        return address > frame && address < frame + 16 * 1024;
    };
    // Our own stand-in (callPredecessor) is near, too, when a loop brings it back. It tells nothing, and
    // nor does a signal from outside the PID namespace, which looks the same.
    const auto isStandIn = [info] { return info->si_code == SI_USER && info->si_pid == 0; };
    return isNear(info) && isNear(context) && info->si_signo == SIGCHLD && !isStandIn();
}

/// Where the thread was in an entry of ours.
struct Position
{
    std::uintptr_t frame;
    const siginfo_t *info; ///< The kernel's of this signal; null if none came down to us.
    std::size_t index;
    unsigned rounds;
};
// Initial-exec: the first use of another model may allocate, here in a signal handler. Not a member of a
// class, where one compiler wants the attribute at the declaration, another at the definition.
__attribute__((tls_model("initial-exec"))) thread_local Position innermost;

/// Tells when handlers call each other for ever.
///
/// Down a sound chain our entries get older. One that is entered below an older one, in the same thread
/// and deeper on its stack, has gone round, unless it has another siginfo of the kernel's: then a new
/// signal has come. A siglongjmp() out of a handler leaves the count behind, and the next entry that is
/// not deeper, or has a siginfo of its own, starts afresh: only several such jumps in a row, each out of
/// a handler with one argument that calls us from deeper than the one before, are mistaken for a loop.
class LoopGuard
{
public:
    LoopGuard(std::size_t index, const siginfo_t *info, bool infoIsWhole) noexcept
        : m_outer(innermost)
    {
        // Not the object's address: a sanitizer may keep locals elsewhere than on the stack.
        const auto frame = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
        // A siginfo below the outer frame came later. So did another one above it, for which a jump has
        // made room: the jump left that frame behind.
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

    /// As far as can be known, for the signal that is being handled.
    bool hasGoneRound() const noexcept { return m_rounds > 0; }
    bool isLoop() const noexcept { return m_rounds > maxRounds; }

private:
    static constexpr unsigned maxRounds = 8;

    const Position m_outer;
    unsigned m_rounds;
};

/// What a handler was called with. A handler above us that takes one argument hands down garbage in the
/// place of the other two.
struct Arguments
{
    int signal;
    siginfo_t *info;
    void *context;
    bool areWhole;
    int cancelType = PTHREAD_CANCEL_DEFERRED; ///< The interrupted thread's.
};

void call(const struct sigaction &predecessor, const Arguments &arguments)
{
    if (!takesThreeArguments(predecessor)) {
        predecessor.sa_handler(arguments.signal);
    } else if (arguments.areWhole) {
        predecessor.sa_sigaction(arguments.signal, arguments.info, arguments.context);
    } else {
        siginfo_t info = {};
        info.si_signo = arguments.signal;
        ucontext_t context = {};
        predecessor.sa_sigaction(arguments.signal, &info, &context);
    }
}

// With the thread's own cancel type, which a predecessor that jumps out leaves behind. The thread may be
// cancelled at any instruction here, so that there must be nothing to unwind.
__attribute__((noinline)) void callWithCancelType(const struct sigaction &predecessor,
                                                  const Arguments &arguments, volatile bool &isCalled)
{
    ::pthread_setcanceltype(arguments.cancelType, nullptr);
    isCalled = true;
    call(predecessor, arguments);
    ::pthread_setcanceltype(PTHREAD_CANCEL_DEFERRED, nullptr);
}

void callPredecessor(Record &record, const struct sigaction &predecessor, const Arguments &arguments)
{
    if (!isHandler(predecessor))
        return;
    if ((predecessor.sa_flags & static_cast<int>(SA_RESETHAND)) && record.isUsedUp.exchange(true))
        return;
    if (arguments.cancelType == PTHREAD_CANCEL_DEFERRED) {
        call(predecessor, arguments);
        return;
    }
    volatile bool isCalled = false;
    try {
        callWithCancelType(predecessor, arguments, isCalled);
    } catch (...) { // The thread was cancelled before: the predecessor hears of the signal all the same.
        if (!isCalled)
            call(predecessor, arguments);
        throw;
    }
}

// True when the installer will call the predecessor, false when we have to.
bool keepForInstaller(Record &record, const Arguments &arguments) noexcept
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
    // It waits and writes, which would end a thread that is being cancelled.
    const CancellationBlocker blocker;
    listener.load(std::memory_order_acquire)(pid);
}

void handleUncancelled(std::size_t index, int signal, siginfo_t *info, void *context, int cancelType)
{
    const Chain chain(index);
    // A stranger between the top and us has called us, as it seems. If it takes one argument, garbage
    // came in the place of the other two. But it may have come only after the kernel had called us.
    const bool isWhole =
        isFromKernel(info, context) || (!chain.reachesDirectly && takesThreeArguments(chain.stranger));
    // An entry of ours that is on top has told the listener already.
    if (chain.top == index || chain.top == poolSize)
        tellListener(chain.top == index && isWhole ? info->si_pid : 0);

    const LoopGuard guard(index, info, isWhole);
    const Arguments arguments = {signal, info, context, isWhole, cancelType};
    Record &record = records[index];
    const struct sigaction *predecessor = predecessorOf(record);
    if (!predecessor && !keepForInstaller(record, arguments))
        predecessor = &record.predecessor;
    // A stranger that has installed itself a second time, above us, was called before us and calls us.
    // Only once it has led back to us, at the price of a second call: it may have come after the kernel
    // had called us, and has not heard of this signal.
    const bool wasCalled = guard.hasGoneRound() && predecessor && !chain.reachesDirectly
        && haveSameHandler(chain.stranger, *predecessor);
    if (predecessor && !wasCalled && !guard.isLoop())
        callPredecessor(record, *predecessor, arguments);
}

void handle(std::size_t index, int signal, siginfo_t *info, void *context)
{
    const int savedErrno = errno;
    // A thread that may be cancelled at any moment (PTHREAD_CANCEL_ASYNCHRONOUS) is cancelled in the
    // predecessor, or when this signal has been handled. Otherwise the unwinding would begin in a
    // destructor, which ends the program.
    int cancelType;
    ::pthread_setcanceltype(PTHREAD_CANCEL_DEFERRED, &cancelType);
    handleUncancelled(index, signal, info, context, cancelType);
    errno = savedErrno;
    if (cancelType != PTHREAD_CANCEL_DEFERRED)
        ::pthread_setcanceltype(cancelType, nullptr); // Does not return to a thread that was cancelled.
}

// The action for an entry that stands for `predecessor`.
struct sigaction actionFor(std::size_t index, const struct sigaction &predecessor) noexcept
{
    struct sigaction action = {};
    action.sa_sigaction = entries[index];
    action.sa_flags = SA_SIGINFO;
    ::sigemptyset(&action.sa_mask);
    if (isHandler(predecessor)) {
        action.sa_flags |= predecessor.sa_flags & (SA_RESTART | SA_NODEFER | SA_NOCLDSTOP | SA_ONSTACK);
        action.sa_mask = predecessor.sa_mask;
    } else {
        action.sa_flags |= SA_RESTART | SA_NOCLDSTOP;
    }
    return action;
}

// Calls the predecessor for the signals that came before it was known.
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

bool installOnTop() noexcept
{
    struct sigaction expected = currentAction();
    if (indexOf(expected) != poolSize)
        return true;
    // Whoever came above us since the first time wants children to be waited for, or not, in his own
    // way.
    if (usedRecords.load(std::memory_order_relaxed) > 0)
        wasDisplaced.store(true, std::memory_order_relaxed);
    while (indexOf(expected) == poolSize) {
        const std::size_t index = usedRecords.load(std::memory_order_relaxed);
        if (index == poolSize)
            return false;
        usedRecords.store(index + 1, std::memory_order_relaxed);
        Record &record = records[index];
        record.expected = expected;
        record.publisher = ProcessIdentity::current();
        const struct sigaction action = actionFor(index, expected);
        if (::sigaction(SIGCHLD, &action, &record.predecessor) != 0)
            return false;
        record.isPublished = true;
        if (haveSameHandler(record.predecessor, expected) || indexOf(record.predecessor) != poolSize)
            return true;
        // Somebody came between the two calls: ours has the flags for another predecessor than it got.
        // Once more on top, with the right ones.
        expected = record.predecessor;
    }
    return true;
}

} // namespace

bool install(Listener newListener)
{
    listener.store(newListener, std::memory_order_release);
    // A thread of the process that this one was forked from may have been about it; it is not here.
    ProcessIdentity holder = installer.load(std::memory_order_relaxed);
    if (holder.isCurrent()
        || !installer.compare_exchange_strong(holder, ProcessIdentity::current(),
                                              std::memory_order_acquire))
        return false;
    const std::size_t first = usedRecords.load(std::memory_order_relaxed);
    const bool isInstalled = installOnTop();
    const std::size_t end = usedRecords.load(std::memory_order_relaxed);
    installer.store({}, std::memory_order_release);
    // Last, because a predecessor may never return.
    for (std::size_t index = first; index < end; ++index)
        deliverKept(records[index]);
    return isInstalled;
}

bool standsForIgnore() noexcept
{
    const Chain chain;
    return chain.top != poolSize && isIgnore(chain.stranger);
}

bool standsForAutomaticReaping() noexcept
{
    if (wasDisplaced.load(std::memory_order_relaxed))
        return false;
    const Chain chain;
    return chain.top != poolSize && reapsAutomatically(chain.stranger);
}

} // namespace ForkFd::Internal::SigChldChain
