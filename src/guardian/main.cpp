// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// The guardian: a program that the library contains and executes from memory. It kills the trees that
// its program has asked it to guard when that program ends. docs/design/guardian.md explains it.

#include "guardian/message.h"
#include "guardian/pause.h"
#include "guardian/processes.h"
#include "guardian/tree.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <utility>

#include <poll.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

// libstdc++ is not linked.
void *operator new(std::size_t size)
{
    if (void *memory = std::malloc(size))
        return memory;
    std::abort(); // The program starts another guardian.
}

void operator delete(void *memory) noexcept
{
    std::free(memory);
}

void operator delete(void *memory, std::size_t) noexcept
{
    std::free(memory);
}

namespace ForkFd::Internal {

namespace {

class Guardian
{
public:
    Guardian(pid_t program, bool usesPidFds, const char *directoryName) noexcept
        : m_programPid(program)
        , m_usesPidFds(usesPidFds)
    {
        Process process;
        m_programStart = lookAt(program, process) ? process.start : 0;
        if (directoryName)
            m_ownCgroup.set(UniqueFd(GuardianProgram::directoryFd), directoryName);
    }

    int run() noexcept
    {
        prepare();
        const bool isWanted =
            tell({.kind = GuardianMessage::Ready, .errorCode = m_errorCode}) && m_errorCode == 0;
        if (isWanted)
            guard();
        m_ownCgroup.leave();
        m_ownCgroup.remove();
        return isWanted ? 0 : 1;
    }

private:
    enum Receipt { Received, Nothing, Failed };

    void guard() noexcept
    {
        while (!hasProgramEnded())
            waitForChange();
        // From now on a child that is still being created cannot say that it leads a tree (EPIPE), and
        // ends. The messages before can all be read.
        ::shutdown(m_socket.get(), SHUT_RD);
        receiveAll();
        killAll();
    }

    // Nothing was sent yet. A filter that refuses to receive or to wait is found here, so that the start
    // fails.
    void prepare() noexcept
    {
        epoll_event none = {};
        m_poll.reset(::epoll_create1(EPOLL_CLOEXEC));
        if (!m_poll || !add(m_socket.get()) || (m_usesPidFds && !add(m_program.get()))
            || receive() == Failed || ::epoll_wait(m_poll.get(), &none, 1, 0) < 0)
            m_errorCode = errno;
    }

    bool add(int fd) noexcept
    {
        epoll_event event = {};
        event.events = EPOLLIN;
        event.data.ptr = nullptr;
        return ::epoll_ctl(m_poll.get(), EPOLL_CTL_ADD, fd, &event) == 0;
    }

    bool tell(const GuardianMessage &message) noexcept
    {
        return ::send(m_socket.get(), &message, sizeof message, MSG_NOSIGNAL | MSG_DONTWAIT)
            == static_cast<ssize_t>(sizeof message);
    }

    // With a pidfd the program's end is known at once, even if other processes hold the other end of the
    // socket.
    bool hasProgramEnded() noexcept
    {
        if (m_hasEndOfFile)
            return true;
        pollfd program = {m_program.get(), POLLIN, 0};
        const int count = m_usesPidFds ? ::poll(&program, 1, 0) : -1;
        if (count >= 0)
            return count > 0;
        Process process;
        if (!lookAt(m_programPid, process))
            return !mayExist(m_programPid);
        const bool isOther = m_programStart != 0 && process.start != m_programStart;
        return isOther || !process.isAlive();
    }

    void waitForChange() noexcept
    {
        constexpr int lookInterval = 500;
        epoll_event event = {};
        const bool needsLooks = !m_usesPidFds || m_hasUntoldEnd;
        const int count = ::epoll_wait(m_poll.get(), &event, 1, needsLooks ? lookInterval : -1);
        if (count > 0 && event.data.ptr)
            look(*static_cast<Tree *>(event.data.ptr));
        else if (count > 0)
            receiveAll();
        else if (needsLooks)
            lookAtAll();
        if (count < 0)
            pauseFor(10); // It may fail again.
    }

    // Tries again for a moment, because the messages stay in the socket.
    void receiveAll() noexcept
    {
        constexpr int mostFailures = 10;
        for (int failures = 0; failures < mostFailures;) {
            const Receipt receipt = receive();
            if (receipt == Nothing)
                return;
            if (receipt == Failed)
                pauseFor(++failures);
        }
    }

    Receipt receive() noexcept
    {
        GuardianMessage message;
        iovec data = {&message, sizeof message};
        alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(ucred))];
        msghdr header = {};
        header.msg_iov = &data;
        header.msg_iovlen = 1;
        header.msg_control = control;
        header.msg_controllen = sizeof control;
        const ssize_t size = ::recvmsg(m_socket.get(), &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
        const bool isEnd = size == 0 || (size < 0 && errno == ECONNRESET);
        m_hasEndOfFile = m_hasEndOfFile || isEnd;
        if (size <= 0)
            return isEnd || errno == EAGAIN ? Nothing : Failed;
        ucred sender = {-1, 0, 0};
        UniqueFd fd = takeAttached(header, sender);
        if (size == static_cast<ssize_t>(sizeof message) && mayTellUs(sender)) {
            if (message.leader < 0)
                message.leader = sender.pid;
            take(message, std::move(fd));
        }
        return Received;
    }

    // A program that has given up its user, or a forked copy that has done so, must not be able to make
    // this process kill for it.
    static bool mayTellUs(const ucred &sender) noexcept
    {
        return sender.pid >= 0 && sender.uid == ::geteuid();
    }

    // The kernel translates the sender's numbers to the namespaces of this process.
    static UniqueFd takeAttached(msghdr &header, ucred &sender) noexcept
    {
        UniqueFd fd;
        for (cmsghdr *part = CMSG_FIRSTHDR(&header); part; part = CMSG_NXTHDR(&header, part)) {
            if (part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_RIGHTS) {
                int number = -1;
                std::memcpy(&number, CMSG_DATA(part), sizeof number);
                fd.reset(number);
            } else if (part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_CREDENTIALS) {
                std::memcpy(&sender, CMSG_DATA(part), sizeof sender);
            }
        }
        return fd;
    }

    void take(const GuardianMessage &message, UniqueFd fd) noexcept
    {
        std::unique_ptr<Tree> *place = find(message.tree);
        if (message.kind == GuardianMessage::Forget) {
            if (*place)
                *place = std::move((*place)->next);
            return;
        }
        if (!*place)
            *place = std::make_unique<Tree>(message.tree, m_poll.get(), m_usesPidFds);
        (*place)->take(message, std::move(fd));
        look(**place);
    }

    /// The tree's place in the list, or the end of the list.
    std::unique_ptr<Tree> *find(std::uint64_t id) noexcept
    {
        std::unique_ptr<Tree> *place = &m_trees;
        while (*place && (*place)->id() != id)
            place = &(*place)->next;
        return place;
    }

    // A program that is stopped does not read, and the socket may be full.
    void look(Tree &tree) noexcept
    {
        if (!tree.isOver())
            return;
        if (!tell({.kind = GuardianMessage::Gone, .tree = tree.id()})) {
            m_hasUntoldEnd = true;
            return;
        }
        std::unique_ptr<Tree> *place = find(tree.id());
        *place = std::move((*place)->next);
    }

    void lookAtAll() noexcept
    {
        m_hasUntoldEnd = false;
        for (Tree *tree = m_trees.get(); tree;) {
            Tree *next = tree->next.get();
            look(*tree);
            tree = next;
        }
    }

    // Cgroups first: that is quick and sure. The walk then finds processes that have left them.
    void killAll() noexcept
    {
        const Moment end = Moment::in(10'000);
        bool mayKillMore;
        do {
            Walk walk(m_usesPidFds);
            mayKillMore = false;
            for (Tree *tree = m_trees.get(); tree; tree = tree->next.get()) {
                tree->take({.kind = GuardianMessage::Started}, {}); // Its start may be cut short.
                // Again: before Linux 6.14 it may miss a process in fork().
                mayKillMore = tree->kill(walk) || mayKillMore;
            }
            walk.killAll();
            pauseFor(1);
            removeEndedTrees();
        } while (m_trees && mayKillMore && !end.isOver());
    }

    void removeEndedTrees() noexcept
    {
        List<Process> processes;
        if (!listProcesses(processes))
            return;
        for (std::unique_ptr<Tree> *place = &m_trees; *place;) {
            if ((*place)->isOver(&processes)) {
                (*place)->cgroup().remove();
                *place = std::move((*place)->next);
            } else {
                place = &(*place)->next;
            }
        }
    }

    const pid_t m_programPid;
    const bool m_usesPidFds;
    std::uint64_t m_programStart = 0;
    UniqueFd m_poll;
    const UniqueFd m_socket{GuardianProgram::socketFd};
    const UniqueFd m_program{m_usesPidFds ? GuardianProgram::programFd : -1};
    Cgroup m_ownCgroup;
    bool m_hasEndOfFile = false;
    bool m_hasUntoldEnd = false; ///< The program was not told yet that a tree is over.
    int m_errorCode = 0; ///< Why this guardian cannot begin.
    std::unique_ptr<Tree> m_trees;
};

// The program may have been started with few descriptors.
void raiseDescriptorLimit() noexcept
{
    rlimit limit = {};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

} // namespace

} // namespace ForkFd::Internal

int main(int argc, char **argv)
{
    using namespace ForkFd::Internal;
    if (argc < 3)
        return 2;
    // A reader of the program's output must not wait for the guardian.
    for (int fd = 0; fd <= 2; ++fd)
        UniqueFd(fd).reset();
    ::prctl(PR_SET_NAME, GuardianProgram::name);
    raiseDescriptorLimit();
    const bool usesPidFds = std::strcmp(argv[2], GuardianProgram::usesPidFds) == 0;
    Guardian guardian(std::atoi(argv[1]), usesPidFds, argc > 3 ? argv[3] : nullptr);
    return guardian.run();
}
