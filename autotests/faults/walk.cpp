// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "walk.h"

#include "course.h"
#include "faultlist.h"
#include "supervisor.h"
#include "tally.h"
#include "verdict.h"
#include "workers.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <map>
#include <random>
#include <vector>

#include <linux/close_range.h>
#include <sys/prctl.h>
#include <unistd.h>

namespace Faults {

namespace {

constexpr int skipped = 77;
constexpr int firstLook = 4; ///< This many runs tell which calls a scenario makes …
constexpr int secondLook = 8; ///< … and this many more what it may keep.

Report play(const Course &course, const Fault &fault)
{
    return Supervisor(*course.scenario, course.backend, fault, course.healthy.belongings).run();
}

// The time limits are the walker's own, so a single wrong run may be due to a busy machine. It counts if
// it happens again in one of two runs that reach the call. Before these, more runs without a failure
// tell what the scenario may keep, which partly depends on time.
Verdict run(Course &course, const Fault &fault)
{
    const Report report = play(course, fault);
    Verdict verdict = judge(fault, course.healthy, report);
    if (verdict.kind != Verdict::Wrong)
        return verdict;
    learn(course, secondLook);
    verdict = judge(fault, course.healthy, report);
    constexpr int attempts = 6;
    for (int i = 0, reached = 0; verdict.kind == Verdict::Wrong && i < attempts && reached < 2; ++i) {
        const Verdict again = judge(fault, course.healthy, play(course, fault));
        verdict.seconds += again.seconds;
        if (again.kind == Verdict::Wrong)
            return verdict;
        reached += again.kind == Verdict::NotReached ? 0 : 1;
    }
    if (verdict.kind == Verdict::Wrong)
        verdict.kind = Verdict::Once;
    return verdict;
}

int printCalls(const std::vector<Course> &courses)
{
    for (const Course &course : courses) {
        std::map<std::pair<std::string, std::string>, int> counts;
        for (const Place &place : course.healthy.places)
            ++counts[{place.actor, place.call}];
        std::printf("%s: \"%s\", keeps%s\n", course.name().c_str(), course.healthy.results.at(0).c_str(),
                    course.healthy.belongings.beyond({}).c_str());
        for (const auto &[key, count] : counts)
            std::printf("    %s/%s %d\n", key.first.c_str(), key.second.c_str(), count);
    }
    return 0;
}

// Orphans become our children. The program child checks its descriptors and ignored signals, so it must
// inherit none from the shell, not even as a background job.
void prepareProcess()
{
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    for (int signal = 1; signal < NSIG; ++signal) {
        struct sigaction action = {};
        if (sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN)
            std::signal(signal, SIG_DFL);
    }
    close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
}

struct Task
{
    Course *course;
    Kind kind;
    Fault fault; ///< With Kind::Pairs the first failure of the pairs.
};

void sendVerdict(Course &course, const Fault &fault, const Send &send)
{
    send(fault.text() + '\n' + pack(run(course, fault)));
}

void runTask(const Task &task, const Send &send)
{
    if (task.kind != Kind::Pairs)
        return sendVerdict(*task.course, task.fault, send);
    for (const Fault &pair : pairsOf(*task.course, task.fault, play(*task.course, task.fault)))
        sendVerdict(*task.course, pair, send);
}

// The kinds take turns. In the full walk the order is random, too: the slow faults of a scenario do not
// come all at once.
std::vector<Task> tasksFor(std::vector<Course> &courses, const WalkOptions &options)
{
    std::vector<std::vector<Task>> tasks;
    std::mt19937 random(options.seed);
    std::size_t most = 0;
    for (const Kind kind : options.kinds) {
        std::vector<Task> &ofKind = tasks.emplace_back();
        for (Course &course : courses) {
            for (const Fault &fault : faultsOf(course, kind, options.place))
                ofKind.push_back({&course, kind, fault});
        }
        std::shuffle(ofKind.begin(), ofKind.end(), random);
        most = std::max(most, ofKind.size());
    }
    std::vector<Task> all;
    for (std::size_t i = 0; i < most; ++i) {
        for (const std::vector<Task> &ofKind : tasks) {
            if (i < ofKind.size())
                all.push_back(ofKind[i]);
        }
    }
    return all;
}

int walk(std::vector<Course> &courses, const WalkOptions &options)
{
    const auto begin = std::chrono::steady_clock::now();
    const std::vector<Task> tasks = tasksFor(courses, options);
    const auto isOver = [&] {
        return !options.isFull
            && std::chrono::steady_clock::now() - begin > std::chrono::seconds(options.seconds);
    };
    std::printf("seed %u, %zu runs:", options.seed, tasks.size());
    for (const Kind kind : options.kinds)
        std::printf(" %s", nameOf(kind));
    std::printf("\n");
    std::size_t injected = 0;
    Tally tally(options.isVerbose);
    const auto receive = [&](const std::string &result) {
        const std::size_t lineEnd = result.find('\n');
        tally.add(Fault::fromText(result.substr(0, lineEnd)).value(),
                  unpack(result.substr(lineEnd + 1)));
        if (++injected % 1000 == 0)
            std::printf("%zu\n", injected);
    };
    const std::size_t done = runInWorkers(
        tasks.size(), options.jobs, [&](std::size_t i, const Send &send) { runTask(tasks[i], send); },
        receive, isOver);
    tally.print();
    const bool isWhole =
        options.scenario == "*" && options.place == "*" && options.kinds.size() == allKinds().size();
    if (done == tasks.size() && isWhole)
        tally.printUnusedRows();
    if (!options.report.empty() && !tally.writeReport(options.report, options.seed))
        std::fprintf(stderr, "faults: cannot write %s\n", options.report.c_str());
    const std::chrono::duration<double> duration = std::chrono::steady_clock::now() - begin;
    std::printf(
        "%zu failures injected in %.0f s, %zu of %zu runs, seed %u: %d went wrong, %d only once\n",
        injected, duration.count(), done, tasks.size(), options.seed, tally.wrong(), tally.once());
    return tally.wrong() == 0 ? 0 : 1;
}

} // namespace

int walk(const WalkOptions &options)
{
    prepareProcess();
    std::vector<Course> courses = coursesFor(options.scenario);
    int complaints = 0;
    for (Course &course : courses) {
        if (options.task == WalkOptions::List) {
            std::printf("%s\n", course.name().c_str());
            continue;
        }
        learn(course, firstLook);
        if (course.complaint.starts_with("no filter")) {
            std::puts("This system has no seccomp filters that a process can answer.");
            return skipped;
        }
        if (!course.complaint.empty() && ++complaints > 0)
            std::printf("WRONG %s without any failure: %s\n", course.name().c_str(),
                        course.complaint.c_str());
    }
    std::erase_if(courses, [](const Course &course) { return !course.complaint.empty(); });
    if (options.task == WalkOptions::List)
        return 0;
    const int result = options.task == WalkOptions::Calls ? printCalls(courses) : walk(courses, options);
    return complaints > 0 ? 1 : result;
}

int walkOne(const WalkOptions &options)
{
    prepareProcess();
    const auto fault = Fault::fromText(options.only);
    for (Course &course : coursesFor(fault ? fault->scenario : "")) {
        if (course.backend != fault->backend)
            continue;
        learn(course, firstLook + secondLook);
        Supervisor supervisor(*course.scenario, course.backend, *fault, course.healthy.belongings);
        supervisor.trace();
        const Report report = supervisor.run();
        const Verdict verdict = judge(*fault, course.healthy, report);
        for (const std::string &result : report.results)
            std::printf("result: %s\n", result.c_str());
        std::printf("%s", report.log.c_str());
        const char *names[] = {"not reached", "right result", "start error",
                               "expected: ",  "once: ",       "WRONG: "};
        std::printf("%s%s\n%.1f s\n", names[verdict.kind], verdict.text.c_str(), report.seconds);
        return verdict.kind == Verdict::Wrong ? 1 : 0;
    }
    std::fprintf(stderr, "faults: there is no failure \"%s\"\n", options.only.c_str());
    return 2;
}

} // namespace Faults
