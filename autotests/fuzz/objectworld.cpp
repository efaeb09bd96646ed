// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "objectworld.h"

#include <QtCore/QCoreApplication>
#include <QtCore/QDeadlineTimer>
#include <QtCore/QEventLoop>
#include <QtCore/QTimer>

#include <csignal>
#include <utility>

namespace Fuzz {

using ForkFd::ChildProcess;

namespace {

constexpr std::chrono::seconds patience(30);

} // namespace

LoopThread::LoopThread()
{
    m_context.moveToThread(&m_thread);
    m_thread.start();
}

LoopThread::~LoopThread()
{
    m_thread.quit();
    m_thread.wait();
}

void LoopThread::call(const std::function<void()> &function)
{
    if (QThread::currentThread() == &m_thread)
        return function();
    QMetaObject::invokeMethod(&m_context, function, Qt::BlockingQueuedConnection);
}

ObjectWorld::ObjectWorld(LoopThread &other)
    : m_other(other)
{
    for (int i = 0; i < 3; ++i) {
        m_objects.push_back(std::make_shared<ObservedProcess>(m_faults));
        const auto create = [&] { m_objects.back()->create(); };
        if (i == 2)
            m_other.call(create);
        else
            create();
    }
}

ObjectWorld::~ObjectWorld()
{
    for (const Shared &object : m_objects) {
        if (object->exists())
            inThreadOf(*object, [&object] { object->destroy(); });
    }
}

void ObjectWorld::inThreadOf(ObservedProcess &object, const std::function<void()> &function)
{
    const auto guarded = [&] {
        try {
            function();
        } catch (const Fault &fault) { // It must not leave the thread's event loop.
            m_faults.add(fault.what());
        }
    };
    const bool isOther = object.exists() && object.process()->thread() == m_other.thread();
    if (isOther)
        m_other.call(guarded);
    else
        guarded();
}

// An object that is gone is made anew, in the main thread.
void ObjectWorld::apply(const ObjectStep &step)
{
    const Shared object = m_objects[step.object];
    if (step.operation == ObjectStep::Act) {
        m_moment = step.first % ObservedProcess::MomentCount;
        return;
    }
    const auto moment = std::exchange(m_moment, std::nullopt);
    inThreadOf(*object, [&] {
        if (!object->exists())
            object->create();
        if (!moment)
            return carryOut(object, step);
        const auto action = [this, weak = std::weak_ptr(object), step] {
            if (const Shared shared = weak.lock(); shared && shared->exists())
                carryOut(shared, step);
        };
        object->act(static_cast<ObservedProcess::Moment>(*moment), action);
    });
}

void ObjectWorld::carryOut(const Shared &object, const ObjectStep &step)
{
    if (step.operation <= ObjectStep::StartEmpty)
        start(*object, step);
    else if (step.operation <= ObjectStep::SetProgram)
        set(*object, step);
    else if (step.operation <= ObjectStep::ChildDies)
        orderChild(*object, step);
    else if (step.operation <= ObjectStep::ReadError)
        transfer(*object, step);
    else if (step.operation <= ObjectStep::Transaction)
        transferMore(*object, step);
    else if (step.operation <= ObjectStep::WaitForTreeEnded)
        wait(*object, step);
    else if (step.operation <= ObjectStep::Close)
        signal(*object, step);
    else
        manage(object, step);
}

void ObjectWorld::start(ObservedProcess &object, const ObjectStep &step)
{
    ChildProcess &process = *object.process();
    if (process.state() != ChildProcess::NotRunning) {
        process.start(QStringLiteral("/no/such/program")); // Refused, whatever it is.
        return;
    }
    if (step.operation == ObjectStep::StartMissing) {
        object.beginLife(true, true);
        return process.start(QStringLiteral("/no/such/program"), {QString::number(step.first)});
    }
    if (step.operation == ObjectStep::StartEmpty) {
        object.beginLife(true, false); // The device is not opened anew.
        return process.start(QString());
    }
    constexpr QIODevice::OpenModeFlag modes[] = {QIODevice::ReadWrite, QIODevice::ReadWrite,
                                                 QIODevice::ReadWrite, QIODevice::WriteOnly};
    const auto mode = modes[step.first % 4];
    const QStringList arguments =
        object.beginLife(false, mode == QIODevice::ReadWrite).controller->arguments();
    process.start(ChildController::program(), arguments, mode);
}

void ObjectWorld::set(ObservedProcess &object, const ObjectStep &step)
{
    ChildProcess &process = *object.process();
    switch (step.operation) {
    case ObjectStep::SetStartMode:
        return process.setStartMode(static_cast<ChildProcess::StartMode>(step.first % 2));
    case ObjectStep::SetChannelMode:
        if (process.state() == ChildProcess::NotRunning) // The model does not know two modes at a time.
            process.setProcessChannelMode(static_cast<ChildProcess::ProcessChannelMode>(step.first % 2));
        return;
    case ObjectStep::SetScope:
        return process.setSignalScope(static_cast<ChildProcess::SignalScope>(step.first % 3));
    case ObjectStep::SetPolicy:
        return process.setDestructionPolicy(
            static_cast<ChildProcess::DestructionPolicy>(step.first % 3));
    case ObjectStep::SetBufferSize:
        return process.setReadBufferSize(step.first % 64);
    case ObjectStep::SetDrainTimeout:
        return process.setDrainTimeout(std::chrono::milliseconds(step.first % 8));
    default:
        process.setProgram(QStringLiteral("/program/%1").arg(step.first));
        process.setArguments({QString::number(step.second)});
        process.setStopGrace(std::chrono::milliseconds(step.second % 20));
        process.setStopSignal(step.first % 2 ? 0 : SIGINT);
    }
}

void ObjectWorld::wait(ObservedProcess &object, const ObjectStep &step)
{
    ChildProcess &process = *object.process();
    ChildLife *const life = object.life();
    const bool isEnding = life && life->isDoomed && !life->outcomes.empty() && life->outcomes.size() < 2
        && life->outcomes.begin()->first != SIGTERM;
    const int time = static_cast<int>(step.first % 5);
    switch (step.operation) {
    case ObjectStep::WaitForStarted:
        process.waitForStarted(step.second % 2 ? time : 30000);
        return;
    case ObjectStep::WaitForReadyRead:
        process.waitForReadyRead(time);
        return;
    case ObjectStep::WaitForBytesWritten:
        process.waitForBytesWritten(time);
        return;
    case ObjectStep::WaitForFinished:
        process.waitForFinished(isEnding && step.second % 2 ? 20000 : time);
        return;
    default:
        process.waitForTreeEnded(std::chrono::milliseconds(time));
    }
}

void ObjectWorld::signal(ObservedProcess &object, const ObjectStep &step)
{
    ChildProcess &process = *object.process();
    ChildLife *const life = object.life();
    const auto expect = [&](std::initializer_list<int> numbers) {
        for (const int number : numbers) {
            if (life && process.state() != ChildProcess::NotRunning)
                life->mayDieOf(number);
        }
    };
    switch (step.operation) {
    case ObjectStep::Kill:
        expect({SIGKILL});
        return process.kill();
    case ObjectStep::Terminate:
        expect({SIGTERM});
        return process.terminate();
    case ObjectStep::Stop:
        expect({SIGTERM, SIGINT, SIGKILL});
        return process.stop();
    case ObjectStep::SendSignal:
        if (step.first % 2 == 0) {
            process.sendSignal(SIGCONT);
        } else {
            expect({SIGUSR1});
            process.sendSignal(SIGUSR1);
        }
        return;
    default: {
        expect({SIGKILL});
        if (life)
            life->isCut = {true, true};
        const bool wasClosing = std::exchange(object.isClosing, true);
        process.close();
        object.isClosing = wasClosing;
    }
    }
}

void ObjectWorld::manage(const Shared &shared, const ObjectStep &step)
{
    ObservedProcess &object = *shared;
    ChildProcess &process = *object.process();
    switch (step.operation) {
    case ObjectStep::Settle:
        for (unsigned i = 0; i <= step.first % 4; ++i)
            QCoreApplication::processEvents();
        return;
    case ObjectStep::NestedLoop: {
        QEventLoop loop;
        QTimer::singleShot(static_cast<int>(step.first % 4), &loop, &QEventLoop::quit);
        loop.exec();
        return;
    }
    case ObjectStep::Move:
        if (!process.parent())
            process.moveToThread(step.first % 2 ? m_other.thread()
                                                : QCoreApplication::instance()->thread());
        return;
    case ObjectStep::Destroy:
        return object.destroy();
    case ObjectStep::DestroyLater:
        return object.destroyLater();
    case ObjectStep::SetParent:
        if (process.thread() == QCoreApplication::instance()->thread())
            process.setParent(process.parent() ? nullptr : QCoreApplication::instance());
        return;
    case ObjectStep::BlockSignals:
        process.blockSignals(step.first % 2);
        return object.noteBlocked();
    case ObjectStep::Connect: {
        const auto connection = QObject::connect(&process, &ChildProcess::treeEnded, &process, [] {});
        if (step.first % 2)
            QObject::disconnect(connection);
        return;
    }
    case ObjectStep::RunFuture:
        return addFuture(ForkFd::run(QStringLiteral(FORKFD_TEST_CHILD),
                                     {QStringLiteral("exit"), QString::number(step.first)}),
                         static_cast<int>(step.first));
    case ObjectStep::RunInQueue:
        return addFuture(m_queue.run(QStringLiteral(FORKFD_TEST_CHILD),
                                     {QStringLiteral("exit"), QString::number(step.first)}),
                         static_cast<int>(step.first));
    default:
        process.describe();
        process.resourceUsage();
        process.remainingProcessIds();
        process.endText();
    }
}

void ObjectWorld::addFuture(QFuture<ForkFd::RunResult> future, int code)
{
    const std::lock_guard lock(m_futureMutex);
    m_futures.emplace_back(std::move(future), code);
}

// Runs in the main thread; the other one has its own event loop.
void ObjectWorld::end(const Shared &object)
{
    const auto isOver = [&object] {
        return !object->exists() || object->process()->state() == ChildProcess::NotRunning;
    };
    inThreadOf(*object, [&] {
        ChildLife *const life = object->exists() ? object->life() : nullptr;
        object->actNoMore();
        if (!life || isOver())
            return;
        life->mayDieOf(SIGKILL);
        object->process()->kill();
    });
    bool isDone = false;
    for (const QDeadlineTimer deadline(patience);
         !isDone && !deadline.hasExpired() && m_faults.isEmpty();) {
        QCoreApplication::processEvents(QEventLoop::AllEvents, 5);
        inThreadOf(*object, [&] { isDone = isOver(); });
    }
    if (!isDone)
        m_faults.add("end: it is never told");
    inThreadOf(*object, [&] {
        for (int i = 0; i < 3; ++i)
            QCoreApplication::processEvents();
        if (object->exists())
            object->checkAllReported();
    });
}

void ObjectWorld::finish()
{
    for (const Shared &object : m_objects)
        end(object);
    for (const auto &[future, code] : m_futures) {
        const ForkFd::RunResult result = future.result();
        if (result.startError.step || result.exitInfo.reason != ForkFd::ExitInfo::Exited
            || result.exitInfo.code != code)
            m_faults.add("run: " + QByteArray::fromStdString(result.exitInfo.toString()));
    }
}

} // namespace Fuzz
