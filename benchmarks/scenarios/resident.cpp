// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// Start and finish in a parent that uses a lot of memory. A start that copies the parent's page tables
// becomes slower.

#include "../scenario.h"

#include <filesystem>
#include <fstream>

#include <sys/mman.h>
#include <unistd.h>

namespace Benchmarks {

namespace {

constexpr std::size_t gibibyte = std::size_t(1) << 30;

std::size_t availableMemory()
{
    std::ifstream file("/proc/meminfo");
    std::string word;
    std::size_t kibibytes = 0;
    while (file >> word) {
        if (word == "MemAvailable:" && file >> kibibytes)
            break;
    }
    return kibibytes << 10;
}

bool mayBeRunByAll(std::filesystem::path path)
{
    using std::filesystem::perms;
    for (; path != path.root_path(); path = path.parent_path()) {
        if ((std::filesystem::status(path).permissions() & perms::others_exec) == perms::none)
            return false;
    }
    return true;
}

// Checks what the options need: userId needs root, and a program that this user may run.
void demandOptions(const Task &task)
{
    if (::geteuid() != 0)
        throw Impossible("setting all options needs root");
    if (!mayBeRunByAll(task.path()))
        throw Impossible("other users cannot run the child's program");
}

/// Memory of which every page is resident.
class Ballast
{
public:
    explicit Ballast(std::size_t size)
        : m_size(size)
    {
        if (size == 0)
            return;
        if (availableMemory() < size + gibibyte)
            throw Impossible("not enough memory");
        m_memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (m_memory == MAP_FAILED)
            throw Impossible("not enough memory");
        // Small pages, as malloc(3) uses them in most programs.
        ::madvise(m_memory, size, MADV_NOHUGEPAGE);
        for (std::size_t i = 0; i < size; i += 4096)
            static_cast<volatile char *>(m_memory)[i] = 1;
    }
    ~Ballast()
    {
        if (m_size != 0 && m_memory != MAP_FAILED)
            ::munmap(m_memory, m_size);
    }
    Ballast(const Ballast &) = delete;
    Ballast &operator=(const Ballast &) = delete;

private:
    const std::size_t m_size;
    void *m_memory = MAP_FAILED;
};

class Resident : public Scenario
{
public:
    Resident(std::size_t gibibytes, bool hasOptions, int repetitions)
        : Scenario(std::string(hasOptions ? "resident/options/" : "resident/plain/")
                       + std::to_string(gibibytes),
                   hasOptions ? Skill::Hold | Skill::Options : Skill::Hold, repetitions)
        , m_size(gibibytes * gibibyte)
        , m_task(Task::exiting(Channels::None))
    {
        m_task.hasOptions = hasOptions;
    }

    void enter() override
    {
        if (m_task.hasOptions)
            demandOptions(m_task);
        m_ballast = std::make_unique<Ballast>(m_size);
    }

    void prepare(Contestant &contestant) override { runToEnd(contestant, m_task); }

    Sample measure(Contestant &contestant) override
    {
        const Stopwatch watch;
        runToEnd(contestant, m_task);
        return {watch.seconds(), {}};
    }

    void leave() override { m_ballast.reset(); }

private:
    const std::size_t m_size;
    Task m_task;
    std::unique_ptr<Ballast> m_ballast;
};

} // namespace

void addResident(Scenarios &scenarios, Form form)
{
    std::vector<std::size_t> sizes = {0};
    if (form != Form::Check)
        sizes.push_back(1);
    if (form == Form::Full)
        sizes.push_back(4);
    for (const std::size_t size : sizes) {
        for (const bool hasOptions : {false, true})
            scenarios.push_back(std::make_unique<Resident>(size, hasOptions, byForm(form, 1, 20, 20)));
    }
}

} // namespace Benchmarks
