// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// A program whose main() ends by pthread_exit(). Its last thread starts a child, does with it what the
// argument says, writes a byte to standard output, and ends. Then the process ends, as POSIX says.
//
//   wait     waits for a child that ends at once
//   leave    leaves a child that ends at once to the keeper
//   die      as wait, with dieWithParent
//   ignore   as leave, with SIGCHLD ignored
//   stop     destroys the object of a running child, with the policy Stop
//   grace    stops a child that ends at once, with a long grace, and waits for its end
//   kill     stops a child that ignores SIGTERM, and waits for its end
//   leak     stops a child that ignores SIGTERM, and neither waits for its end nor destroys its object
//   cancel   has run() run a program that ignores SIGTERM, and cancels the future
//   living   leaves a child that keeps running
//   dying    keeps the object of a running child with dieWithParent
//   run      has run() run a program, and waits for its end

#include <ForkFd/childprocess.h>
#include <ForkFd/run.h>
#include <ForkFd/spawn.h>

#include <csignal>
#include <string>

#include <pthread.h>
#include <unistd.h>

namespace {

std::string mode; // clazy:exclude=non-pod-global-static

std::optional<ForkFd::Child> start(const char *word, bool diesWithUs)
{
    ForkFd::LaunchOptions options;
    options.dieWithParent = diesWithUs;
    return ForkFd::spawn({{FORKFD_TEST_CHILD, word}}, options);
}

void stopOne()
{
    ForkFd::ChildProcess process;
    process.setDestructionPolicy(ForkFd::ChildProcess::DestructionPolicy::Stop);
    process.start(QStringLiteral(FORKFD_TEST_CHILD), {QStringLiteral("sleep")});
}

// Returns when the child has begun to do what its words say.
void startAndStop(ForkFd::ChildProcess &process, const QString &words, std::chrono::milliseconds grace)
{
    process.setDestructionPolicy(ForkFd::ChildProcess::DestructionPolicy::Kill);
    process.setStopGrace(grace);
    process.start(QStringLiteral(FORKFD_TEST_CHILD), words.split(u' '));
    process.waitForReadyRead();
    process.stop();
}

void stopAndWait(const QString &words, std::chrono::milliseconds grace)
{
    ForkFd::ChildProcess process;
    startAndStop(process, words, grace);
    process.waitForFinished();
}

void cancelRun()
{
    int isReady[2];
    if (::pipe(isReady) != 0)
        return;
    ForkFd::RunOptions options;
    options.stopGrace = std::chrono::milliseconds(100);
    options.launchOptions.fileDescriptors = {{8, isReady[1]}};
    auto future = ForkFd::run(QStringLiteral(FORKFD_TEST_CHILD),
                              QStringLiteral("ignore 15 write 1 8 sleep").split(u' '), options);
    char byte;
    if (::read(isReady[0], &byte, 1) == 1)
        future.cancel();
}

void stopInSomeWay()
{
    const auto ignoring = QStringLiteral("ignore 15 session sleep");
    if (mode == "stop")
        stopOne();
    else if (mode == "grace")
        stopAndWait(QStringLiteral("session sleep"), std::chrono::hours(1));
    else if (mode == "kill")
        stopAndWait(ignoring, std::chrono::milliseconds(100));
    else if (mode == "leak") // The object is never destroyed.
        startAndStop(*new ForkFd::ChildProcess, ignoring, std::chrono::milliseconds(100));
}

void use()
{
    const bool goesOn = mode == "living" || mode == "dying";
    if (mode == "stop" || mode == "grace" || mode == "kill" || mode == "leak") {
        stopInSomeWay();
    } else if (mode == "cancel") {
        cancelRun();
    } else if (mode == "run") {
        ForkFd::run(QStringLiteral(FORKFD_TEST_CHILD), {QStringLiteral("name")}).waitForFinished();
    } else {
        auto process = start(goesOn ? "sleep" : "name", mode == "die" || mode == "dying");
        if (mode == "wait" || mode == "die")
            process->wait();
        if (mode == "dying")
            new ForkFd::Child(std::move(*process)); // Never destroyed.
    }
}

void *lastThread(void *)
{
    use();
    return ::write(STDOUT_FILENO, "!", 1) == 1 ? nullptr : &mode;
}

} // namespace

int main(int argc, char **argv)
{
    alarm(100); // Ends the program if it hangs.
    mode = argc > 1 ? argv[1] : "";
    if (mode == "ignore")
        std::signal(SIGCHLD, SIG_IGN);
    pthread_t thread;
    if (pthread_create(&thread, nullptr, lastThread, nullptr) != 0)
        return 1;
    pthread_detach(thread);
    pthread_exit(nullptr);
}
