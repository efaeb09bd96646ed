// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// Boost.Process v2, header-only.

#include "table.h"

#include "../contestant.h"
#include "../task.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/readable_pipe.hpp>
#include <boost/asio/writable_pipe.hpp>
#include <boost/asio/write.hpp>
#include <boost/process/v2/process.hpp>
#include <boost/process/v2/stdio.hpp>
#include <boost/version.hpp>

#include <csignal>
#include <optional>
#include <vector>

#include <sys/wait.h>

namespace Benchmarks {

namespace {

namespace asio = boost::asio;
namespace process = boost::process::v2;

struct Pipes
{
    explicit Pipes(asio::io_context &context)
        : input(context)
        , output(context)
        , errorOutput(context)
    {
    }
    asio::writable_pipe input;
    asio::readable_pipe output;
    asio::readable_pipe errorOutput;
};

class BoostChild : public Child
{
public:
    explicit BoostChild(asio::io_context &context)
        : m_context(context)
    {
    }

    ~BoostChild() override
    {
        if (!m_process || m_hasEnded)
            return;
        boost::system::error_code ignored;
        m_process->terminate(ignored);
    }

    void start(const Task &task) override
    {
        m_style = task.style;
        const std::vector<std::string> arguments(task.words().begin() + 1, task.words().end());
        try {
            if (task.channels == Channels::Pipes) {
                Pipes &pipes = m_pipes.emplace(m_context);
                m_process.emplace(m_context, task.path(), arguments,
                                  process::process_stdio{pipes.input, pipes.output, pipes.errorOutput});
            } else {
                m_process.emplace(m_context, task.path(), arguments);
            }
        } catch (const boost::system::system_error &error) {
            throw Failure(error.what());
        }
    }

    void kill() override { ::kill(m_process->id(), SIGKILL); }

    int awaitEnd() override
    {
        int code = 0;
        if (m_style == Style::Waiting) {
            code = m_process->wait();
        } else {
            m_process->async_wait([&code](boost::system::error_code, int result) { code = result; });
            m_context.restart();
            m_context.run();
        }
        m_hasEnded = true;
        const int status = m_process->native_exit_code();
        return WIFSIGNALED(status) ? -WTERMSIG(status) : code;
    }

    std::int64_t readToEnd() override
    {
        std::int64_t total = 0;
        boost::system::error_code error;
        while (!error)
            total += static_cast<std::int64_t>(m_pipes->output.read_some(asio::buffer(buffer()), error));
        return total;
    }

    void exchange(std::string_view data) override
    {
        boost::system::error_code error;
        asio::write(m_pipes->input, asio::buffer(data), error);
        if (!error)
            asio::read(m_pipes->output, asio::buffer(buffer(), data.size()), error);
        if (error)
            throw Failure(error.message());
    }

private:
    static std::vector<char> &buffer()
    {
        static std::vector<char> buffer(64 << 10);
        return buffer;
    }

    asio::io_context &m_context;
    std::optional<Pipes> m_pipes;
    std::optional<process::process> m_process;
    Style m_style = Style::EventLoop;
    bool m_hasEnded = false;
};

class Boost : public Contestant
{
public:
    std::unique_ptr<Child> makeChild() override { return std::make_unique<BoostChild>(m_context); }
    std::string version() const override
    {
        return "Boost " + std::to_string(BOOST_VERSION / 100000) + '.'
            + std::to_string(BOOST_VERSION / 100 % 1000);
    }
    Skills skills() const override
    {
        return Skill::Single | Skill::Wait | Skill::Hold | Skill::Crowd | Skill::Thousands | Skill::Read
            | Skill::Exchange | Skill::Many;
    }

private:
    asio::io_context m_context;
};

} // namespace

std::unique_ptr<Contestant> makeBoost()
{
    return std::make_unique<Boost>();
}

} // namespace Benchmarks
