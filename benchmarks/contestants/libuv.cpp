// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "table.h"

#include "../contestant.h"
#include "../task.h"

#include <array>
#include <csignal>
#include <vector>

#include <unistd.h>
#include <uv.h>

namespace Benchmarks {

namespace {

void check(int result)
{
    if (result < 0)
        throw Failure(uv_strerror(result));
}

class UvChild : public Child
{
public:
    explicit UvChild(uv_loop_t *loop)
        : m_loop(loop)
    {
    }

    ~UvChild() override
    {
        if (m_isRunning) {
            uv_process_kill(&m_process, SIGKILL);
            awaitEnd();
        }
        for (uv_pipe_t &pipe : m_pipes) {
            if (m_hasPipes)
                close(reinterpret_cast<uv_handle_t *>(&pipe));
        }
        if (m_hasProcess)
            close(reinterpret_cast<uv_handle_t *>(&m_process));
        while (m_openHandles > 0)
            uv_run(m_loop, UV_RUN_ONCE);
    }

    void start(const Task &task) override
    {
        std::array<uv_stdio_container_t, 3> streams;
        for (int fd = 0; fd < 3; ++fd)
            streams[static_cast<std::size_t>(fd)] = stream(fd, task.channels);
        m_hasPipes = task.channels == Channels::Pipes;
        uv_process_options_t options = {};
        options.file = task.path();
        options.args = const_cast<char **>(task.argv());
        options.stdio = streams.data();
        options.stdio_count = static_cast<int>(streams.size());
        options.exit_cb = [](uv_process_t *process, int64_t code, int signal) {
            static_cast<UvChild *>(process->data)->ended(static_cast<int>(code), signal);
        };
        m_process.data = this;
        m_hasProcess = true;
        ++m_openHandles;
        check(uv_spawn(m_loop, &m_process, &options));
        m_isRunning = true;
        if (m_hasPipes)
            read(STDOUT_FILENO);
        if (m_hasPipes)
            read(STDERR_FILENO);
    }

    void kill() override { check(uv_process_kill(&m_process, SIGKILL)); }

    int awaitEnd() override
    {
        while (m_isRunning)
            uv_run(m_loop, UV_RUN_ONCE);
        return m_code;
    }

    std::int64_t readToEnd() override
    {
        while (!m_isAtEnd)
            uv_run(m_loop, UV_RUN_ONCE);
        return m_received;
    }

    void exchange(std::string_view data) override
    {
        uv_buf_t buffer =
            uv_buf_init(const_cast<char *>(data.data()), static_cast<unsigned>(data.size()));
        uv_write_t request;
        const std::int64_t wanted = m_received + static_cast<std::int64_t>(data.size());
        check(uv_write(&request, reinterpret_cast<uv_stream_t *>(&m_pipes[STDIN_FILENO]), &buffer, 1,
                       [](uv_write_t *, int) {}));
        while (m_received < wanted && !m_isAtEnd)
            uv_run(m_loop, UV_RUN_ONCE);
    }

private:
    uv_stdio_container_t stream(int fd, Channels channels)
    {
        uv_stdio_container_t container = {};
        if (channels == Channels::None) {
            container.flags = UV_INHERIT_FD;
            container.data.fd = fd;
            return container;
        }
        uv_pipe_t &pipe = m_pipes[static_cast<std::size_t>(fd)];
        uv_pipe_init(m_loop, &pipe, 0);
        pipe.data = this;
        ++m_openHandles;
        const int direction = fd == STDIN_FILENO ? UV_READABLE_PIPE : UV_WRITABLE_PIPE;
        container.flags = static_cast<uv_stdio_flags>(UV_CREATE_PIPE | direction);
        container.data.stream = reinterpret_cast<uv_stream_t *>(&pipe);
        return container;
    }

    void read(int fd)
    {
        const auto provide = [](uv_handle_t *, std::size_t size, uv_buf_t *buffer) {
            static std::vector<char> space;
            space.resize(size);
            *buffer = uv_buf_init(space.data(), static_cast<unsigned>(size));
        };
        const auto receive = [](uv_stream_t *stream, ssize_t count, const uv_buf_t *) {
            static_cast<UvChild *>(stream->data)->received(stream, count);
        };
        check(uv_read_start(reinterpret_cast<uv_stream_t *>(&m_pipes[static_cast<std::size_t>(fd)]),
                            provide, receive));
    }

    void received(uv_stream_t *stream, ssize_t count)
    {
        const bool isOutput = stream == reinterpret_cast<uv_stream_t *>(&m_pipes[STDOUT_FILENO]);
        if (count < 0)
            uv_read_stop(stream);
        if (isOutput && count < 0)
            m_isAtEnd = true;
        else if (isOutput)
            m_received += count;
    }

    void ended(int code, int signal)
    {
        m_isRunning = false;
        m_code = signal ? -signal : code;
    }

    void close(uv_handle_t *handle)
    {
        uv_close(handle,
                 [](uv_handle_t *closed) { --static_cast<UvChild *>(closed->data)->m_openHandles; });
    }

    uv_loop_t *m_loop;
    uv_process_t m_process = {};
    std::array<uv_pipe_t, 3> m_pipes = {};
    bool m_hasProcess = false;
    bool m_hasPipes = false;
    bool m_isRunning = false;
    bool m_isAtEnd = false;
    int m_openHandles = 0;
    int m_code = 0;
    std::int64_t m_received = 0;
};

class LibUv : public Contestant
{
public:
    std::unique_ptr<Child> makeChild() override { return std::make_unique<UvChild>(uv_default_loop()); }
    std::string version() const override { return std::string("libuv ") + uv_version_string(); }
    Skills skills() const override
    {
        return Skill::Single | Skill::Hold | Skill::Crowd | Skill::Read | Skill::Exchange;
    }
};

} // namespace

std::unique_ptr<Contestant> makeLibUv()
{
    return std::make_unique<LibUv>();
}

} // namespace Benchmarks
