// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "core/start/guardedstart.h"

#include "core/base/cgroup.h"
#include "core/base/pidfd_linux.h"
#include "core/base/quietwrite.h"
#include "core/start/plan.h"
#include "guardian/image.h"
#include "guardian/message.h"

#include <cerrno>
#include <csignal>
#include <string>
#include <utility>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace ForkFd::Internal {

namespace {

#ifndef MFD_EXEC
constexpr unsigned MFD_EXEC = 0x0010U; // Linux 6.3; glibc 2.38.
#endif

UniqueFd makeMemoryFile() noexcept
{
    // Says that the file is to be executed (sysctl vm.memfd_noexec). Older kernels do not know the flag.
    UniqueFd file(::memfd_create(GuardianProgram::name, MFD_CLOEXEC | MFD_EXEC));
    if (!file && errno == EINVAL)
        file.reset(::memfd_create(GuardianProgram::name, MFD_CLOEXEC));
    // Above the numbers that descriptors get in the guardian.
    return file ? UniqueFd(::fcntl(file.get(), F_DUPFD_CLOEXEC, 10)) : UniqueFd();
}

// Returns no descriptor, with errno, if the program cannot be written: RLIMIT_FSIZE also limits files in
// memory.
UniqueFd makeProgram() noexcept
{
    UniqueFd file = makeMemoryFile();
    std::size_t written = 0;
    while (file && written < GuardianProgram::imageSize) {
        // writev(2) takes pointers to data that it does not change.
        const iovec rest = {const_cast<unsigned char *>(GuardianProgram::image) + written,
                            GuardianProgram::imageSize - written};
        const ssize_t size = writeWithSignalBlocked(file.get(), &rest, 1);
        if (size > 0)
            written += static_cast<std::size_t>(size);
        else
            file.reset();
    }
    return file;
}

/// The descriptors of a guardian that is about to be started.
struct Descriptors
{
    const UniqueFd program = makeProgram();
    const int errorCode = program ? 0 : errno;
    const bool usesPidFds = backend() == Backend::PidFd;
    const UniqueFd thisProcess = usesPidFds ? openPidFd(::getpid()) : UniqueFd();
};

// The guardian has no terminal and no directory of ours, blocks all signals, and keeps nothing open.
StartRequest requestFor(const Descriptors &descriptors, int socket)
{
    StartRequest request;
    request.executable = "/proc/self/fd/" + std::to_string(descriptors.program.get());
    request.command.argv = {GuardianProgram::name, std::to_string(::getpid()),
                            descriptors.thisProcess ? GuardianProgram::usesPidFds : "number"};
    request.command.environment.emplace();
    request.command.workingDirectory.assign(1, '/'); // GCC 12 warns about a literal (GCC bug 105651).
    request.options.fileDescriptors = {{GuardianProgram::socketFd, socket}};
    if (descriptors.thisProcess)
        request.options.fileDescriptors.push_back(
            {GuardianProgram::programFd, descriptors.thisProcess.get()});
    request.options.closeDescriptors = true;
    ::sigfillset(&request.options.signalMask.emplace());
    return request;
}

int start(StartRequest request)
{
    const StartPlan plan(std::move(request));
    return plan.error() ? plan.error().errorCode : System::startOrphan(plan).failure.errorCode;
}

} // namespace

int launchGuardian(int socket, PrivateCgroup &own)
{
    const Descriptors descriptors;
    if (descriptors.errorCode != 0)
        return descriptors.errorCode;
    const StartRequest request = requestFor(descriptors, socket);
    // In a cgroup of its own, where that is permitted, the guardian survives a kill of our cgroup.
    PrivateCgroup group = PrivateCgroup::make({}, "guardian");
    if (const UniqueFd directory = group ? group.open() : UniqueFd()) {
        StartRequest inGroup = request;
        inGroup.controlGroupFd = directory.get();
        inGroup.options.fileDescriptors.push_back({GuardianProgram::directoryFd, directory.get()});
        inGroup.command.argv.push_back(group.path().substr(group.path().rfind('/') + 1));
        if (start(std::move(inGroup)) == 0) {
            own = std::move(group);
            return 0;
        }
        group.remove();
    }
    return start(request);
}

} // namespace ForkFd::Internal
