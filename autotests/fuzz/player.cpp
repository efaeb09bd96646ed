// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "player.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <new>
#include <thread>
#include <utility>

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

namespace Fuzz {

namespace {

constexpr std::size_t maxInputSize = 1 << 16;
constexpr int faultCode = 3;

std::string nameOf(int status)
{
    if (WIFSIGNALED(status))
        return "crash: signal " + std::to_string(WTERMSIG(status));
    return "crash: exit code " + std::to_string(WEXITSTATUS(status));
}

} // namespace

struct Player::Page
{
    std::atomic<std::uint64_t> inputCount;
    std::atomic<std::uint64_t> operationCount;
    std::size_t size;
    std::uint8_t input[maxInputSize];
    char fault[4096];
};

Player::Player()
    : m_page(static_cast<Page *>(
        mmap(nullptr, sizeof(Page), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)))
{
    if (m_page == MAP_FAILED)
        throw std::bad_alloc();
}

Player::~Player()
{
    munmap(m_page, sizeof(Page));
}

// Destroys nothing at the end: a fuzzer may have threads that go on.
void Player::work(const Source &next)
{
    setUp();
    for (Input input = next(); !input.empty(); input = next()) {
        m_page->size = std::min(input.size(), maxInputSize);
        std::copy_n(input.begin(), m_page->size, m_page->input);
        try {
            m_page->operationCount += Fuzz::play({m_page->input, m_page->size});
        } catch (const Fault &fault) {
            std::strncpy(m_page->fault, fault.what(), sizeof m_page->fault - 1);
            _exit(faultCode);
        }
        ++m_page->inputCount;
    }
    _exit(0);
}

// Returns the wait status; -1 after a hang.
int Player::awaitEnd(pid_t worker, std::chrono::seconds patience)
{
    using Clock = std::chrono::steady_clock;
    std::uint64_t seen = m_page->inputCount;
    for (auto since = Clock::now(); Clock::now() - since < patience;) {
        int status = 0;
        if (waitpid(worker, &status, WNOHANG) == worker)
            return status;
        if (m_page->inputCount != seen)
            since = Clock::now();
        seen = m_page->inputCount;
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    kill(worker, SIGABRT); // A sanitizer prints where the process is.
    std::this_thread::sleep_for(std::chrono::seconds(1));
    kill(worker, SIGKILL);
    waitpid(worker, nullptr, 0);
    return -1;
}

Player::Result Player::play(const Source &next, std::chrono::seconds patience)
{
    m_page->inputCount = 0;
    m_page->operationCount = 0;
    m_page->size = 0;
    m_page->fault[0] = '\0';
    std::fflush(stdout);
    const pid_t worker = fork();
    if (worker == 0)
        work(next);
    const int status = worker > 0 ? awaitEnd(worker, patience) : -1;
    Result result;
    if (m_page->fault[0] != '\0')
        result.fault = m_page->fault;
    else if (status != 0)
        result.fault = status < 0 ? "hang: no end after " + std::to_string(patience.count()) + " s"
                                  : nameOf(status);
    result.input.assign(m_page->input, m_page->input + m_page->size);
    result.inputCount = m_page->inputCount;
    result.operationCount = m_page->operationCount;
    return result;
}

Player::Result Player::playOne(const Input &input)
{
    bool isPlayed = false;
    return play([&] { return std::exchange(isPlayed, true) ? Input() : input; });
}

} // namespace Fuzz
