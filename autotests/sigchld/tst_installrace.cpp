// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "sigchldhandler.h"

#include <QtCore/QElapsedTimer>

#include <cstdio>
#include <functional>
#include <string>
#include <thread>

namespace {

// Handlers that another library installs in turn. Each signal must reach one of them, once.
std::atomic<int> received;

void countSent(const siginfo_t *info)
{
    if (info->si_code == SI_TKILL) // Counts the Sender's signals, not those of children.
        ++received;
}
void oneHandler(int, siginfo_t *info, void *)
{
    countSent(info);
}
void otherHandler(int, siginfo_t *info, void *)
{
    countSent(info);
}

void installInTurn(int turn)
{
    struct sigaction action = {};
    action.sa_sigaction = turn % 2 ? oneHandler : otherHandler;
    action.sa_flags = SA_SIGINFO | SA_RESTART;
    sigaction(SIGCHLD, &action, nullptr);
}

/// The order that loses signals: one predecessor for all installations, written after the installation.
namespace Naive {
std::atomic<void (*)(int, siginfo_t *, void *)> predecessor;

void handle(int signal, siginfo_t *info, void *context)
{
    if (const auto next = predecessor.load())
        next(signal, info, context);
}

void install()
{
    struct sigaction action = {};
    action.sa_sigaction = handle;
    action.sa_flags = SA_SIGINFO | SA_RESTART;
    struct sigaction previous;
    predecessor = nullptr; // As in a library that has just been loaded.
    sigaction(SIGCHLD, &action, &previous);
    predecessor = previous.sa_sigaction;
}
} // namespace Naive

/// Sends signals to its own thread. So each is handled before the next is sent, and none are merged.
class Sender
{
public:
    Sender()
        : m_thread([this] {
            while (!m_isDone) {
                // The library keeps a limited number of signals during an installation.
                if (m_sent - received < 8)
                    raise(SIGCHLD), ++m_sent;
                else
                    std::this_thread::yield();
            }
        })
    {
    }
    ~Sender() { finish(); }
    /// Ends the thread. Returns the number of signals that it has sent.
    int finish()
    {
        m_isDone = true;
        if (m_thread.joinable())
            m_thread.join();
        return m_sent;
    }

private:
    std::atomic<bool> m_isDone = false;
    std::atomic<int> m_sent = 0;
    std::thread m_thread;
};

// Runs in a separate program, where our handler was never installed.
namespace Inside {

// Prints the result of `work`, and whether signals were lost or came twice.
int run(const std::function<QByteArray()> &work)
{
    alarm(120);
    installInTurn(0);
    Sender sender;
    QByteArray wrong = work();
    const int sent = sender.finish();
    QElapsedTimer timer;
    timer.start();
    while (received < sent && timer.elapsed() < 2000)
        std::this_thread::yield();
    if (received != sent)
        wrong += QByteArray::number(received) + " of " + QByteArray::number(sent) + " signals came";
    std::fputs(wrong.constData(), stdout);
    return 0;
}

QByteArray installNaively()
{
    for (int i = 0; i < 20'000; ++i) {
        Naive::install();
        installInTurn(i);
    }
    return {};
}

QByteArray startChildren()
{
    std::atomic<bool> isDone = false;
    std::thread other([&isDone] {
        for (int i = 0; !isDone; ++i) {
            installInTurn(i);
            // A pause, so that starts fall between two installations as well as into one.
            std::this_thread::sleep_for(std::chrono::microseconds(200));
        }
    });
    QByteArray wrong;
    QElapsedTimer timer;
    timer.start();
    // Each start puts our handler on top again. Once the entry points are used up, only the sweeper
    // finds ends.
    for (int i = 0; i < 25 && timer.elapsed() < 3000; ++i) {
        const QByteArray outcome = ProcessTest::outcomeOf(ProcessTest::child({"exit", "4"}));
        if (outcome != "exited with code 4")
            wrong += outcome + '\n';
    }
    isDone = true;
    other.join();
    return wrong;
}

} // namespace Inside

} // namespace

/// Two libraries install their handlers at the same time while signals come: no signal is lost.
/// Holds: S1.
class tst_InstallRace : public SigChldTest
{
    Q_OBJECT

private Q_SLOTS:
    void naiveOrderLoses();
    void losesNothing();

private:
    static QByteArray lossesOf(const char *work);
};

QByteArray tst_InstallRace::lossesOf(const char *work)
{
    ForkFd::Command command;
    command.argv = {QCoreApplication::applicationFilePath().toStdString(), work};
    return outputOf(command);
}

// Shows that the method of losesNothing() would find a loss.
void tst_InstallRace::naiveOrderLoses()
{
    QByteArray losses;
    for (int round = 0; round < 100 && losses.isEmpty(); ++round)
        losses = lossesOf("naive");
    QVERIFY2(losses.endsWith(" signals came"), losses.constData());
}

void tst_InstallRace::losesNothing()
{
    QElapsedTimer timer;
    timer.start();
    for (int round = 0; round < 30 && timer.elapsed() < 20'000; ++round)
        QCOMPARE(lossesOf("ours"), QByteArray());
}

int main(int argc, char **argv)
{
    const std::string work = argc == 2 ? argv[1] : "";
    if (work == "naive")
        return Inside::run(Inside::installNaively);
    if (work == "ours")
        return Inside::run(Inside::startChildren);
    return SigChldTest::run<tst_InstallRace>(argc, argv);
}
#include "tst_installrace.moc"
