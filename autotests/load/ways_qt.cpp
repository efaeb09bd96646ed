// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "ways.h"

#include <ForkFd/childprocess.h>

#include <QtCore/QCoreApplication>
#include <QtCore/QEventLoop>

#include <unistd.h>

namespace Load {

namespace {

QString program()
{
    return QStringLiteral(FORKFD_LOAD_CHILD);
}

QStringList argumentsFor(const Deed &deed)
{
    QStringList arguments;
    for (const std::string &word : deed.words())
        arguments.append(QString::fromStdString(word));
    return arguments;
}

ForkFd::LaunchOptions launchOptions(const StartOptions &options)
{
    ForkFd::LaunchOptions launch;
    launch.processGroup = options.group;
    if (options.input >= 0)
        launch.fileDescriptors = {{STDIN_FILENO, options.input}};
    return launch;
}

class RunningObject : public Running
{
public:
    RunningObject(std::unique_ptr<Account> account, bool loops, const StartOptions &options)
        : Running(std::move(account))
        , m_loops(loops)
    {
        // Without pipes: an object that lives with thousands of others has one descriptor.
        m_process.setProcessChannelMode(ForkFd::ChildProcess::ForwardedChannels);
        m_process.setInputChannelMode(ForkFd::ChildProcess::ForwardedInputChannel);
        m_process.setLaunchOptions(launchOptions(options));
        QObject::connect(&m_process, &ForkFd::ChildProcess::ended, &m_process, [this] {
            ++m_ends;
            m_loop.quit();
        });
        m_process.start(program(), argumentsFor(this->account().deed()));
    }

    bool sendSignal(int signal) override
    {
        account().expect(signal);
        return m_process.sendSignal(signal);
    }

    void finish() override
    {
        while (m_loops && m_ends == 0)
            m_loop.exec();
        if (!m_loops && !m_process.startError().step && m_ends == 0 && !m_process.waitForFinished(-1))
            account().fail("has not finished, but waitForFinished() has returned");
        QCoreApplication::sendPostedEvents(&m_process);
        if (m_ends > 1)
            account().fail("has ended more than once");
        if (m_process.startError().step)
            account().reportFailure(m_process.startError());
        else
            account().report(Ending::of(m_process.exitInfo()));
    }
    pid_t pid() const override { return static_cast<pid_t>(m_process.processId()); }

private:
    const bool m_loops;
    int m_ends = 0;
    QEventLoop m_loop;
    ForkFd::ChildProcess m_process;
};

class RunningFuture : public Running
{
public:
    RunningFuture(std::unique_ptr<Account> account, const StartOptions &options, bool queues)
        : Running(std::move(account))
    {
        ForkFd::RunOptions run;
        run.launchOptions = launchOptions(options);
        const QStringList arguments = argumentsFor(this->account().deed());
        m_future = queues && options.queue ? options.queue->run(program(), arguments, run)
                                           : ForkFd::run(program(), arguments, run);
    }

    bool sendSignal(int) override { return false; }

    void finish() override
    {
        const ForkFd::RunResult result = m_future.result();
        if (result.startError.step)
            account().reportFailure(result.startError);
        else
            account().report(Ending::of(result.exitInfo));
        if (m_future.resultCount() != 1)
            account().fail("has another number of results than one");
    }

private:
    QFuture<ForkFd::RunResult> m_future;
};

} // namespace

bool canDo(Way way, const Deed &deed)
{
    switch (way) {
    case Way::ForkFd: // The copy has our streams.
        return deed.output == 0;
    case Way::VForkFd: // This thread sleeps until the child has ended.
        return deed.output == 0 && deed.end && !deed.isLeashed && deed.doze == 0;
    case Way::Run:
    case Way::Queue: // There is no function to send a signal.
        return deed.end.has_value();
    default:
        return true;
    }
}

std::unique_ptr<Running> start(Judge &judge, Way way, const Deed &deed, const StartOptions &options)
{
    constexpr const char *names[] = {"spawn()",   "spawn() and poll()", "forkfd()",          "vforkfd()",
                                     "spawnfd()", "ChildProcess",       "waitForFinished()", "run()",
                                     "RunQueue"};
    auto account = std::make_unique<Account>(judge, deed, names[static_cast<int>(way)]);
    if (way == Way::Loop || way == Way::WaitFor)
        return std::make_unique<RunningObject>(std::move(account), way == Way::Loop, options);
    if (way == Way::Run || way == Way::Queue)
        return std::make_unique<RunningFuture>(std::move(account), options, way == Way::Queue);
    return startInCore(std::move(account), way, options);
}

} // namespace Load
