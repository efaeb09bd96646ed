// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// GSubprocess from GLib's gio.

#include "table.h"

#include "../contestant.h"
#include "../task.h"

#include <csignal>
#include <vector>

#include <gio/gio.h>

namespace Benchmarks {

namespace {

[[noreturn]] void fail(GError *error)
{
    const Failure failure(error ? error->message : "GSubprocess failed");
    g_clear_error(&error);
    throw failure;
}

class GChild : public Child
{
public:
    explicit GChild(GMainContext *context)
        : m_context(context)
    {
    }

    ~GChild() override
    {
        if (m_process && !m_hasEnded) {
            g_subprocess_force_exit(m_process);
            g_subprocess_wait(m_process, nullptr, nullptr);
        }
        g_clear_object(&m_process);
    }

    void start(const Task &task) override
    {
        m_style = task.style;
        const int flags = task.channels == Channels::None ? G_SUBPROCESS_FLAGS_STDIN_INHERIT
                                                          : G_SUBPROCESS_FLAGS_STDIN_PIPE
                | G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE;
        GError *error = nullptr;
        m_process = g_subprocess_newv(task.argv(), static_cast<GSubprocessFlags>(flags), &error);
        if (!m_process)
            fail(error);
    }

    void kill() override { g_subprocess_force_exit(m_process); }

    int awaitEnd() override
    {
        if (m_style == Style::Waiting)
            g_subprocess_wait(m_process, nullptr, nullptr);
        else
            awaitInLoop();
        m_hasEnded = true;
        return g_subprocess_get_if_exited(m_process) ? g_subprocess_get_exit_status(m_process)
                                                     : -g_subprocess_get_term_sig(m_process);
    }

    std::int64_t readToEnd() override
    {
        std::int64_t total = 0;
        while (const gssize count = read())
            total += count;
        return total;
    }

    void exchange(std::string_view data) override
    {
        GError *error = nullptr;
        if (!g_output_stream_write_all(g_subprocess_get_stdin_pipe(m_process), data.data(), data.size(),
                                       nullptr, nullptr, &error))
            fail(error);
        for (gssize done = 0; done < static_cast<gssize>(data.size());) {
            const gssize count = read();
            if (count == 0)
                fail(nullptr);
            done += count;
        }
    }

private:
    void awaitInLoop()
    {
        bool isDone = false;
        const auto done = [](GObject *process, GAsyncResult *result, gpointer data) {
            g_subprocess_wait_finish(G_SUBPROCESS(process), result, nullptr);
            *static_cast<bool *>(data) = true;
        };
        g_subprocess_wait_async(m_process, nullptr, done, &isDone);
        while (!isDone)
            g_main_context_iteration(m_context, true);
    }

    gssize read()
    {
        static std::vector<char> buffer(64 << 10);
        GError *error = nullptr;
        const gssize count = g_input_stream_read(g_subprocess_get_stdout_pipe(m_process), buffer.data(),
                                                 buffer.size(), nullptr, &error);
        if (count < 0)
            fail(error);
        return count;
    }

    GMainContext *m_context;
    GSubprocess *m_process = nullptr;
    Style m_style = Style::EventLoop;
    bool m_hasEnded = false;
};

class GLib : public Contestant
{
public:
    // Not the default context: Qt may have added sources to it.
    GLib()
        : m_context(g_main_context_new())
    {
        g_main_context_push_thread_default(m_context);
    }
    ~GLib() override
    {
        g_main_context_pop_thread_default(m_context);
        g_main_context_unref(m_context);
    }

    std::unique_ptr<Child> makeChild() override { return std::make_unique<GChild>(m_context); }
    std::string version() const override
    {
        return "GLib " + std::to_string(glib_major_version) + '.' + std::to_string(glib_minor_version)
            + '.' + std::to_string(glib_micro_version);
    }
    Skills skills() const override
    {
        return Skill::Single | Skill::Wait | Skill::Hold | Skill::Crowd | Skill::Read | Skill::Exchange
            | Skill::Many;
    }

private:
    GMainContext *m_context;
};

} // namespace

std::unique_ptr<Contestant> makeGLib()
{
    return std::make_unique<GLib>();
}

} // namespace Benchmarks
