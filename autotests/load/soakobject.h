// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_LOAD_SOAKOBJECT_H
#define FORKFD_LOAD_SOAKOBJECT_H

#include "disturbances.h"
#include "judge.h"

#include <ForkFd/childprocess.h>

#include <QtCore/QThread>
#include <QtCore/QTimer>

#include <atomic>
#include <memory>
#include <random>
#include <vector>

namespace Load {

/// What the objects of a soak share.
struct SoakWorld
{
    Judge &judge;
    RecentNumbers numbers = {};
    std::atomic<bool> isDone = false;
    std::atomic<int> objects = 0; ///< Objects that exist.
    std::vector<QThread *> homes = {}; ///< Threads with an event loop.
};

/// A random deed. Many deeds have an end, and some write output.
Deed randomDeed(std::mt19937 &random, bool mayWrite);

/// A ChildProcess to which random things happen, from timers and in nested event loops, in several
/// threads. It destroys itself when its child has ended.
class SoakObject : public QObject
{
public:
    SoakObject(SoakWorld &world, std::uint32_t seed);
    ~SoakObject() override;

private:
    using Process = ForkFd::ChildProcess;

    bool chance(unsigned of) { return m_random() % of == 0; }
    void chooseOptions();
    void chooseLimits();
    void connectAll();
    void act();
    void actOnce();
    void signalChild();
    void move();
    void nestLoop();
    void leave();
    void read(qint64 most);
    void end();
    void checkEnd();

    SoakWorld &m_world;
    std::mt19937 m_random;
    Account m_account;
    Process *const m_process;
    QTimer *const m_timer;
    bool m_isRead; ///< The output comes through pipes.
    bool m_isEager; ///< Reads at once.
    bool m_isBusy = false;
    bool m_isOver = false;
    int m_finished = 0;
    int m_ended = 0;
    qint64 m_output = 0;
};

} // namespace Load

#endif
