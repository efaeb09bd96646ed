// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "soakobject.h"

#include <QtCore/QEventLoop>

#include <algorithm>
#include <csignal>

namespace Load {

using namespace std::chrono_literals;

Deed randomDeed(std::mt19937 &random, bool mayWrite)
{
    Deed deed = Deed::numbered(random());
    if (random() % 6 == 0)
        deed = Deed::sleeping();
    deed.isDeaf = random() % 8 == 0;
    if (random() % 3 == 0)
        deed.doze = static_cast<int>(random() % 30);
    if (mayWrite && random() % 3 == 0)
        deed.output = static_cast<int>(random() % (random() % 4 == 0 ? 300000 : 5000));
    return deed;
}

SoakObject::SoakObject(SoakWorld &world, std::uint32_t seed)
    : m_world(world)
    , m_random(seed)
    , m_account(world.judge, randomDeed(m_random, true), "ChildProcess")
    , m_process(new Process(this))
    , m_timer(new QTimer(this))
{
    ++m_world.objects;
    chooseOptions();
    chooseLimits();
    connectAll();
    m_timer->start(static_cast<int>(m_random() % 5));
    QStringList arguments;
    for (const std::string &word : m_account.deed().words())
        arguments.append(QString::fromStdString(word));
    m_process->start(QStringLiteral(FORKFD_LOAD_CHILD), arguments);
    m_world.numbers.add(static_cast<pid_t>(m_process->processId()));
}

SoakObject::~SoakObject()
{
    --m_world.objects;
}

void SoakObject::chooseOptions()
{
    m_isRead = m_account.deed().output > 0 || chance(2);
    m_isEager = chance(2);
    if (!m_isRead) {
        m_process->setProcessChannelMode(Process::ForwardedChannels);
        m_process->setInputChannelMode(Process::ForwardedInputChannel);
    }
    if (chance(3))
        m_process->setStartMode(Process::StartMode::Background);
    if (chance(3))
        m_process->setReadBufferSize(1 + m_random() % 10000);
    if (chance(4))
        m_process->setDrainTimeout(50ms);
    if (chance(8))
        m_process->setLaunchOptions({.dieWithParent = true});
    constexpr Process::SignalScope scopes[] = {Process::SignalScope::Process,
                                               Process::SignalScope::Group, Process::SignalScope::Tree};
    m_process->setSignalScope(scopes[m_random() % 3]);
}

void SoakObject::chooseLimits()
{
    m_process->setStopGrace(std::chrono::milliseconds(m_random() % 20));
    if (!chance(5))
        return;
    m_account.expect(SIGTERM);
    m_account.expect(SIGKILL);
    m_process->setTimeLimit(std::chrono::milliseconds(1 + m_random() % 50));
}

void SoakObject::connectAll()
{
    connect(m_timer, &QTimer::timeout, this, &SoakObject::act);
    connect(m_process, &Process::finished, this, [this] { ++m_finished; });
    connect(m_process, &Process::ended, this, &SoakObject::end);
    connect(m_process, &Process::readyRead, this, [this] {
        if (m_isEager)
            read(1 << 20);
    });
}

void SoakObject::read(qint64 most)
{
    m_output += m_process->read(most).size();
}

// The events of a nested loop find the object busy.
void SoakObject::act()
{
    if (m_isBusy || m_isOver)
        return;
    m_isBusy = true;
    actOnce();
    m_isBusy = false;
    if (m_isOver)
        deleteLater(); // A nested loop would have destroyed the object below this frame.
}

void SoakObject::actOnce()
{
    switch (m_random() % 12) {
    case 0:
    case 1:
        return signalChild();
    case 2:
        m_account.expect(SIGTERM);
        return m_process->terminate();
    case 3:
        m_account.expect(SIGTERM);
        m_account.expect(SIGKILL);
        return m_process->stop();
    case 4:
        m_account.expect(SIGKILL);
        return m_process->kill();
    case 5:
        return nestLoop();
    case 6:
        m_process->waitForFinished(static_cast<int>(m_random() % 4));
        return;
    case 7:
        return chance(4) ? leave() : move();
    default:
        read(1 + m_random() % 20000);
    }
}

// A stopped child is not left stopped: nothing else would let it end.
void SoakObject::signalChild()
{
    const int signal = chance(2) ? SIGSTOP : fatalSignal(m_random());
    m_account.expect(signal);
    m_process->sendSignal(signal);
    if (signal == SIGSTOP && chance(2))
        nestLoop();
    if (signal == SIGSTOP && !m_isOver) {
        m_account.expect(SIGCONT);
        m_process->sendSignal(SIGCONT);
    }
}

void SoakObject::move()
{
    moveToThread(m_world.homes[m_random() % m_world.homes.size()]);
}

void SoakObject::nestLoop()
{
    static thread_local int depth = 0;
    if (depth >= 3)
        return;
    ++depth;
    QEventLoop loop;
    QTimer::singleShot(static_cast<int>(m_random() % 5), &loop, &QEventLoop::quit);
    loop.exec();
    --depth;
}

// Destroys the object of a child that may live. A child that would sleep for ever is not left alone.
void SoakObject::leave()
{
    if (m_process->state() != Process::Running)
        return;
    constexpr Process::DestructionPolicy policies[] = {Process::DestructionPolicy::Kill,
                                                       Process::DestructionPolicy::Stop,
                                                       Process::DestructionPolicy::LeaveRunning};
    m_process->setDestructionPolicy(policies[m_random() % (m_account.deed().end ? 3 : 2)]);
    m_process->disconnect(this);
    m_isOver = true;
    m_timer->stop();
    m_account.abandon();
}

void SoakObject::end()
{
    if (++m_ended > 1)
        return m_account.fail("has ended twice");
    m_isOver = true;
    m_timer->stop();
    while (m_process->bytesAvailable() > 0)
        read(1 << 20);
    if (m_process->startError().step) {
        m_account.reportFailure(m_process->startError());
    } else {
        checkEnd();
        m_account.report(Ending::of(m_process->exitInfo()));
    }
    if (!m_isBusy)
        deleteLater();
}

void SoakObject::checkEnd()
{
    const Ending ending = Ending::of(m_process->exitInfo());
    if (m_finished != 1)
        m_account.fail("has emitted finished() " + std::to_string(m_finished) + " times");
    constexpr Process::ExitStatus statuses[] = {Process::NormalExit, Process::CrashExit,
                                                Process::UnknownExit};
    if (m_process->exitStatus() != statuses[ending.reason])
        m_account.fail("has another exitStatus() than exitInfo()");
    const bool isWhole = m_account.isOwn(ending);
    if (m_isRead
        && (m_output > m_account.deed().output || (isWhole && m_output < m_account.deed().output)))
        m_account.fail("has written " + std::to_string(m_output) + " bytes");
}

} // namespace Load
