// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// coexistence {forkfd|plain} ORDER DIRECTORY
//
// Uses five ways to have children in one process, begun in the given order (such as "glib,uv,ev,qt,us").
// Prints what each of them has seen, one line each. "us" is ForkFd, or with `plain` posix_spawn() and
// waitpid(pid); both programs are the same otherwise. DIRECTORY is empty. The children wait at fifos
// there.
//
// Children end one at a time, and the owner of each child is served before the next child ends. So
// merged signals and chance play no part. In the last round all owners are served after the last end,
// libev first, because libev waits for any child.

#include <gio/gio.h>

#include <ev.h>
#include <uv.h>

#include <ForkFd/childprocess.h>

#include <QtCore/QCoreApplication>
#include <QtCore/QProcess>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using Words = std::vector<std::string>;

/// One way to have children.
class Participant
{
public:
    virtual ~Participant() = default;
    /// Returns the number of the child.
    virtual pid_t start(const Words &command) = 0;
    /// Lets it handle its events.
    virtual void serve() = 0;
    /// Whether serve() may need several calls, because a thread is involved.
    virtual bool seesLate() const { return true; }

    std::vector<int> seen;
    std::size_t startCount = 0;
    std::size_t endCount = 0;
};

/// The words as argv. Owns the strings.
struct Argv
{
    explicit Argv(const Words &words)
        : copy(words)
    {
        for (std::string &word : copy)
            pointers.push_back(word.data());
        pointers.push_back(nullptr);
    }
    char **get() { return pointers.data(); }
    Words copy;
    std::vector<char *> pointers;
};

pid_t spawnPlainly(const Words &command)
{
    pid_t pid = -1;
    if (posix_spawn(&pid, command.front().c_str(), nullptr, nullptr, Argv(command).get(), environ) != 0)
        std::abort();
    return pid;
}

class GLib : public Participant
{
public:
    pid_t start(const Words &command) override
    {
        m_usesSubprocess = !m_usesSubprocess;
        if (m_usesSubprocess) {
            GSubprocess *child =
                g_subprocess_newv(Argv(command).get(), G_SUBPROCESS_FLAGS_NONE, nullptr);
            g_subprocess_wait_async(child, nullptr, subprocessEnded, this);
            return static_cast<pid_t>(std::stol(g_subprocess_get_identifier(child)));
        }
        GPid pid = 0;
        if (!g_spawn_async(nullptr, Argv(command).get(), nullptr, G_SPAWN_DO_NOT_REAP_CHILD, nullptr,
                           nullptr, &pid, nullptr))
            std::abort();
        g_child_watch_add(pid, watchedEnded, this);
        return pid;
    }
    void serve() override
    {
        while (g_main_context_iteration(nullptr, FALSE)) { }
    }

private:
    static void watchedEnded(GPid, int status, void *self)
    {
        static_cast<GLib *>(self)->seen.push_back(status);
    }
    static void subprocessEnded(GObject *object, GAsyncResult *result, void *self)
    {
        GSubprocess *child = G_SUBPROCESS(object);
        g_subprocess_wait_finish(child, result, nullptr);
        static_cast<GLib *>(self)->seen.push_back(g_subprocess_get_status(child));
    }
    bool m_usesSubprocess = false;
};

class LibUv : public Participant
{
public:
    LibUv() { uv_loop_init(&m_loop); }
    pid_t start(const Words &command) override
    {
        Argv argv(command);
        uv_process_options_t options = {};
        options.file = argv.get()[0];
        options.args = argv.get();
        options.exit_cb = [](uv_process_t *process, int64_t code, int) {
            static_cast<LibUv *>(process->data)->seen.push_back(static_cast<int>(code));
        };
        uv_process_t &process = m_processes.emplace_back();
        process.data = this;
        if (uv_spawn(&m_loop, &process, &options) != 0)
            std::abort();
        return process.pid;
    }
    void serve() override
    {
        for (int round = 0; round < 3; ++round)
            uv_run(&m_loop, UV_RUN_NOWAIT);
    }
    bool seesLate() const override { return false; }

private:
    uv_loop_t m_loop;
    std::deque<uv_process_t> m_processes;
};

class LibEv : public Participant
{
public:
    pid_t start(const Words &command) override
    {
        ev_child &watcher = m_watchers.emplace_back();
        const pid_t pid = spawnPlainly(command);
        ev_child_init(&watcher, ended, pid, 0);
        watcher.data = this;
        ev_child_start(m_loop, &watcher);
        return pid;
    }
    void serve() override
    {
        for (int round = 0; round < 3; ++round)
            ev_run(m_loop, EVRUN_NOWAIT);
    }
    bool seesLate() const override { return false; }

private:
    static void ended(struct ev_loop *loop, ev_child *watcher, int)
    {
        static_cast<LibEv *>(watcher->data)->seen.push_back(watcher->rstatus);
        ev_child_stop(loop, watcher);
    }
    struct ev_loop *m_loop = ev_default_loop(0);
    std::deque<ev_child> m_watchers;
};

/// QProcess or ForkFd::ChildProcess.
template<typename Process>
class QtParticipant : public Participant
{
public:
    pid_t start(const Words &command) override
    {
        auto &process = m_processes.emplace_back(std::make_unique<Process>());
        QObject::connect(
            process.get(), &Process::finished, process.get(), [this, p = process.get()](int code) {
                seen.push_back(p->exitStatus() == Process::NormalExit ? code << 8
                                                                      : -1 - p->exitStatus());
            });
        QStringList arguments;
        for (std::size_t i = 1; i < command.size(); ++i)
            arguments.append(QString::fromStdString(command[i]));
        process->start(QString::fromStdString(command.front()), arguments);
        if (!process->waitForStarted())
            std::abort();
        return static_cast<pid_t>(process->processId());
    }
    void serve() override { QCoreApplication::processEvents(); }

private:
    std::vector<std::unique_ptr<Process>> m_processes;
};

class Plain : public Participant
{
public:
    pid_t start(const Words &command) override { return m_pids.emplace_back(spawnPlainly(command)); }
    void serve() override
    {
        for (pid_t &pid : m_pids) {
            int status = -1;
            const pid_t result = pid > 0 ? waitpid(pid, &status, WNOHANG) : 0;
            if (result != 0)
                seen.push_back(result == pid ? status : -1);
            if (result != 0)
                pid = 0;
        }
    }

private:
    std::vector<pid_t> m_pids;
};

std::string directory; // clazy:exclude=non-pod-global-static
int childCount = 0;

/// A child that ends on command.
struct ToldChild
{
    explicit ToldChild(Participant *itsOwner)
        : owner(itsOwner)
        , fifo(directory + '/' + std::to_string(++childCount))
    {
        mkfifo(fifo.c_str(), 0600);
        ++owner->startCount;
        pid = owner->start({FORKFD_TEST_CHILD, "await", fifo, "exit", std::to_string(childCount)});
    }
    // Returns when the child has ended and this thread has got its signal.
    void end() const
    {
        ++owner->endCount;
        int fd;
        while ((fd = open(fifo.c_str(), O_WRONLY | O_CLOEXEC)) < 0 && errno == EINTR) { }
        close(fd);
        siginfo_t info;
        while (waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT) != 0 && errno == EINTR) {
        }
    }
    Participant *owner;
    std::string fifo;
    pid_t pid;
};

void serveUntilSeen(Participant &participant)
{
    participant.serve();
    for (int tries = 0; tries < 3000 && participant.seesLate(); ++tries) {
        if (participant.seen.size() >= participant.endCount)
            return;
        poll(nullptr, 0, 1);
        participant.serve();
    }
}

} // namespace

int main(int argc, char **argv)
{
    if (argc != 4)
        return 2;
    QCoreApplication app(argc, argv);
    directory = argv[3];
    const bool isPlain = argv[1] == std::string("plain");
    const std::map<std::string, std::function<Participant *()>> makers = {
        {"glib", [] { return new GLib; }},
        {"uv", [] { return new LibUv; }},
        {"ev", [] { return new LibEv; }},
        {"qt", [] { return new QtParticipant<QProcess>; }},
        {"us", [isPlain]() -> Participant * {
             return isPlain ? static_cast<Participant *>(new Plain)
                            : new QtParticipant<ForkFd::ChildProcess>;
         }}};

    std::vector<std::pair<std::string, std::unique_ptr<Participant>>> participants;
    std::vector<ToldChild> children;
    for (const QString &name : QString::fromLocal8Bit(argv[2]).split(QLatin1Char(','))) {
        participants.emplace_back(name.toStdString(), makers.at(name.toStdString())());
        for (int i = 0; i < 2; ++i)
            children.emplace_back(participants.back().second.get());
    }
    for (int round = 0; round < 2; ++round) {
        for (const ToldChild &child : children) {
            child.end();
            serveUntilSeen(*child.owner);
        }
        // Some participants have removed their handlers now.
        children.clear();
        for (auto &[name, participant] : participants) {
            for (int i = 0; i < 2; ++i)
                children.emplace_back(participant.get());
        }
    }
    for (std::size_t i = 1; i < children.size();
         i += 2) // GSubprocess waits in a thread and has the even ones.
        children[i].end();
    for (const bool takesAll : {true, false}) {
        for (auto &[name, participant] : participants) {
            if ((name == "ev") == takesAll)
                participant->serve();
        }
    }
    for (std::size_t i = 0; i < children.size(); i += 2) {
        children[i].end();
        serveUntilSeen(*children[i].owner);
    }

    for (const auto &[name, participant] : participants) {
        std::printf("%s %zu:", name.c_str(), participant->startCount);
        for (const int status : participant->seen)
            std::printf(" %d", status);
        std::puts("");
    }
    std::fflush(stdout);
    _exit(0); // No destructors: some wait for children that were stolen.
}
