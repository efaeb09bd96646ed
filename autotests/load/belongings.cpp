// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "belongings.h"

#include <algorithm>
#include <csignal>
#include <cstdio>

#include <dirent.h>
#include <malloc.h>
#include <poll.h>
#include <sys/wait.h>

namespace Load {

namespace {

constexpr int tries = 6000; // Of 10 ms.
// Qt and libc keep a little for each thread that has been. A leak of 16 bytes for each of 20,000
// children is more.
constexpr long heapTolerance = 256 * 1024;
constexpr long residentToleranceKiB = 16 * 1024;
constexpr int mappingTolerance = 24; // The heap's areas come and go.

int countEntries(const char *folder)
{
    DIR *directory = ::opendir(folder);
    int count = 0;
    while (const dirent *entry = directory ? ::readdir(directory) : nullptr)
        count += entry->d_name[0] != '.' ? 1 : 0;
    if (directory)
        ::closedir(directory);
    return count;
}

int countLines(const char *file)
{
    std::FILE *stream = std::fopen(file, "re");
    int count = 0;
    for (int c; stream && (c = std::getc(stream)) != EOF;)
        count += c == '\n' ? 1 : 0;
    if (stream)
        std::fclose(stream);
    return count;
}

long residentKiB()
{
    long pages = 0;
    if (std::FILE *stream = std::fopen("/proc/self/statm", "re")) {
        if (std::fscanf(stream, "%*d %ld", &pages) != 1)
            pages = 0;
        std::fclose(stream);
    }
    return pages * 4;
}

bool hasChildren()
{
    siginfo_t info;
    return ::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT | __WALL) == 0;
}

} // namespace

Belongings Belongings::now()
{
    Belongings all;
    all.descriptors = countEntries("/proc/self/fd") - 1;
    all.threads = countEntries("/proc/self/task");
    all.mappings = countLines("/proc/self/maps");
    all.heap = ::mallinfo2().uordblks;
    all.residentKiB = Load::residentKiB();
    return all;
}

std::string Belongings::text() const
{
    return std::to_string(descriptors) + " descriptors, " + std::to_string(threads) + " threads, "
        + std::to_string(mappings) + " mappings, " + std::to_string(heap) + " bytes of heap, "
        + std::to_string(residentKiB) + " KiB resident";
}

LeftoverCheck::LeftoverCheck(Judge &judge, const char *part)
    : m_judge(judge)
    , m_part(part)
{
}

bool LeftoverCheck::isAtRest()
{
    m_last = Belongings::now();
    return !hasChildren()
        && (m_warmUps > 0
            || (m_last.descriptors <= m_base.descriptors && m_last.threads <= m_base.threads
                && m_last.mappings <= m_base.mappings + mappingTolerance && heapGrowth() <= heapTolerance
                && residentGrowthKiB() <= residentToleranceKiB));
}

// Threads of the library end two seconds after their last child, so that a busy and an idle look may
// differ.
void LeftoverCheck::look()
{
    int count = 0;
    while (!isAtRest() && ++count < tries)
        ::poll(nullptr, 0, 10);
    if (hasChildren())
        m_judge.fail(m_part + ": there are children, although all ends have been reported");
    else if (count == tries)
        m_judge.fail(m_part + ": more than before: " + m_last.text() + ", and before " + m_base.text());
    if (m_warmUps > 0) {
        --m_warmUps;
        m_base = m_last;
    }
}

PeakWatch::PeakWatch()
    : m_thread([this] { watch(); })
{
}

PeakWatch::~PeakWatch()
{
    m_isDone = true;
    m_thread.join();
}

void PeakWatch::watch()
{
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, nullptr);
    while (!m_isDone) {
        descriptors = std::max<int>(descriptors, countEntries("/proc/self/fd"));
        threads = std::max<int>(threads, countEntries("/proc/self/task"));
        residentKiB = std::max<long>(residentKiB, Load::residentKiB());
        ::poll(nullptr, 0, 100);
    }
}

} // namespace Load
