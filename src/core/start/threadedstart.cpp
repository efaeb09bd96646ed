// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/start/pendingstart.h"

#include "core/base/event.h"
#include "core/base/librarythread.h"
#include "core/base/signals.h"
#include "core/base/staycode.h"
#include "core/base/wait.h"
#include "core/start/environment.h"
#include "core/start/parent_calls.h"
#include "core/start/start.h"
#include "core/start/startsunderway.h"
#include "core/stop/startcontrol.h"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <new>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace ForkFd::Internal {

namespace {

/// Readable when the outcome is known.
struct ToldEvent : ExitEvent
{
    ToldEvent() = default;
    ~ToldEvent() { close(); }
    ToldEvent(const ToldEvent &) = delete;
    ToldEvent &operator=(const ToldEvent &) = delete;

    const int errorCode = open(Private) ? 0 : errno; ///< 0 if it is open.
};

/// The owner and the starting thread share this; the last one that releases it frees it.
struct Shared
{
    explicit Shared(ThreadedRequest itsRequest)
        : request(std::move(itsRequest))
        , child(std::make_shared<StoppableChild>(request.scope, StoppableChild::InThread))
        , entry(*child->startControl(), told)
    {
    }
    Shared(const Shared &) = delete;
    Shared &operator=(const Shared &) = delete;

    /// Belongs to the thread; after a cancellation its `owned` belongs to the owner.
    ThreadedRequest request;
    const std::shared_ptr<StoppableChild> child;
    ToldEvent told; ///< Outlives the entry: the exit of the process sets it.
    const StartsUnderWay::Entry entry;
    std::atomic<bool> hasWoken = false; ///< The thread has set `told`, or given up to do so.
    StartFailure failure; ///< Belongs to the thread until StartControl::tell(), then to the owner.
};

bool isReadable(int fd) noexcept
{
    pollfd entry = {fd, POLLIN, 0};
    return ::poll(&entry, 1, 0) != 0; // If poll(2) is refused, only tell() counts.
}

StartFailure completeAndStart(Shared &shared)
try {
    StartFailure failure;
    if (shared.request.complete)
        failure = shared.request.complete(shared.request);
    if (!failure)
        failure = startStoppable(*shared.child, std::move(shared.request.start));
    return failure;
} catch (const std::bad_alloc &) {
    return {Step::Clone, ENOMEM};
}

// A filter that was installed since may refuse write(2) for ever. An owner that sleeps is not woken
// then, but it finds the outcome when it looks.
void wakeOwner(Shared &shared) noexcept
{
    for (int tries = 0; tries < 100 && !shared.told.set(); ++tries)
        pauseFor(std::chrono::milliseconds(10));
    shared.hasWoken = true;
}

void startAndTell(void *argument)
{
    const std::unique_ptr<std::shared_ptr<Shared>> holder(
        static_cast<std::shared_ptr<Shared> *>(argument));
    Shared &shared = **holder;
    StartControl &control = *shared.child->startControl();
    shared.failure = completeAndStart(shared);
    // Closes the descriptors, so that the owner can read the end of file of a pipe. After a claim the
    // start cannot be canceled any more; if it was, the owner closes them.
    static_cast<void>(control.claim());
    if (!control.isCanceled())
        shared.request = {};
    if (control.tell())
        wakeOwner(shared);
}

class ThreadedStart final : public PendingStart
{
public:
    explicit ThreadedStart(std::shared_ptr<Shared> shared) noexcept
        : PendingStart(shared->child)
        , m_shared(std::move(shared))
        , m_control(*m_child->startControl())
    {
    }
    ~ThreadedStart() override
    {
        if (belongsToThisProcess())
            return;
        // A forked copy has no thread that would close them.
        m_shared->told.close();
        m_shared->request.owned.close();
        m_shared->request.opened.close();
    }

    int descriptor() const noexcept override { return m_shared->told.readable; }
    Deadline deadline() const noexcept override { return Deadline::forever(); }

    bool look() noexcept override
    {
        const CancellationBlocker blocker;
        if (m_isKnown)
            return true;
        const bool isCanceled = m_control.isCanceled() || !belongsToThisProcess();
        if (!isCanceled
            && !(m_control.isTold() && (m_shared->hasWoken || isReadable(m_shared->told.readable))))
            return false;
        m_isKnown = true;
        m_failure = isCanceled ? StartFailure(Step::Canceled, ECANCELED) : std::move(m_shared->failure);
        if (m_failure)
            m_child.reset();
        return true;
    }

    bool cancel() noexcept override
    {
        if (m_isKnown || !belongsToThisProcess() || !m_control.cancel())
            return false;
        m_shared->request.owned.close(); // The thread may hang for long.
        m_shared->told.set();
        return true;
    }

private:
    bool belongsToThisProcess() const noexcept { return m_shared->child->belongsToThisProcess(); }

    const std::shared_ptr<Shared> m_shared;
    StartControl &m_control; ///< Belongs to the shared child.
    bool m_isKnown = false;
};

// A child with an absolute working directory needs no other directory. If the current directory cannot
// be opened, a child without a working directory inherits the directory that is current at its creation.
StartFailure keepDirectory(ThreadedRequest &request)
{
    if (request.start.directoryFd >= 0)
        return {}; // The request already has one.
    const std::string &wanted = request.start.command.workingDirectory;
    const bool isAbsolute = !wanted.empty() && wanted.front() == '/';
    if (isAbsolute && !request.needsDirectory)
        return {};
    UniqueFd directory = ParentCalls::openCurrentDirectory();
    if (!directory && (errno == EMFILE || errno == ENFILE))
        return {Step::Descriptors, errno};
    if (!directory && !isAbsolute && !wanted.empty())
        return {Step::WorkingDirectory, errno, wanted};
    request.directory = directory.get();
    if (!isAbsolute)
        request.start.directoryFd = request.directory;
    if (directory)
        request.opened.add(std::move(directory));
    return {};
}

void keepMask(StartRequest &request) noexcept
{
    std::optional<sigset_t> &mask = request.options.signalMask;
    if (!mask && !request.parameters.resetsSignalHandlers)
        ::pthread_sigmask(SIG_SETMASK, nullptr, &mask.emplace());
}

bool keepDescriptor(int &fd, DescriptorList &kept)
{
    UniqueFd copy = UniqueFd::duplicate(fd);
    if (!copy)
        return false;
    fd = copy.get();
    kept.add(std::move(copy));
    return true;
}

} // namespace

FailedStep keepDescriptors(LaunchOptions &options, DescriptorList &kept)
{
    const auto failed = [](Step step) {
        return FailedStep{errno == EBADF ? step : Step::Descriptors, errno};
    };
    for (FileDescriptor &descriptor : options.fileDescriptors) {
        if (!keepDescriptor(descriptor.parentFd, kept))
            return failed(Step::FileDescriptors);
    }
    if (options.controllingTerminal && !keepDescriptor(*options.controllingTerminal, kept))
        return failed(Step::ControllingTerminal);
    return {};
}

std::unique_ptr<PendingStart> PendingStart::inThread(ThreadedRequest request, StartFailure &failure)
{
    if (!request.start.command.environment)
        request.start.environmentCopy = copyOfEnvironment();
    keepMask(request.start);
    failure = keepDescriptors(request.start.options, request.owned);
    if (!failure)
        failure = keepDirectory(request);
    if (failure)
        return nullptr;
    keepCodeLoaded(); // The thread runs this code, and so does the exit handler of the list of starts.
    auto shared = std::make_shared<Shared>(std::move(request));
    if (!shared->entry) {
        failure = {Step::Clone, EAGAIN};
        return nullptr;
    }
    if (shared->told.errorCode != 0) {
        failure = {Step::Descriptors, shared->told.errorCode};
        return nullptr;
    }
    shared->request.start.control = shared->child->startControl();
    auto start = std::make_unique<ThreadedStart>(shared);
    auto holder = std::make_unique<std::shared_ptr<Shared>>(std::move(shared));
    if (const int errorCode = startLibraryThread("forkfd-start", startAndTell, holder.get())) {
        failure = {Step::Clone, errorCode};
        return nullptr;
    }
    static_cast<void>(holder.release());
    return start;
}

} // namespace ForkFd::Internal
