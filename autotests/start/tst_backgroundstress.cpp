// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "backgroundtest.h"

#include <QtCore/QAbstractEventDispatcher>
#include <QtCore/QEventLoop>
#include <QtCore/QRandomGenerator>

#include <algorithm>
#include <array>
#include <thread>
#include <vector>

namespace {

/// An object, and what it has reported.
struct Subject
{
    std::unique_ptr<Process> process;
    int starts = 0;
    int ends = 0;
};

/// Starts, kills, destroys and restarts children at random, in one thread.
class Mixer
{
public:
    explicit Mixer(quint32 seed)
        : m_random(seed)
    {
    }

    /// Returns a description of the first failure; empty on success.
    QByteArray mix(int steps)
    {
        for (int i = 0; i < steps && m_problem.isEmpty(); ++i)
            step(m_subjects[below(m_subjects.size())]);
        for (Subject &subject : m_subjects)
            end(subject);
        return m_problem;
    }

private:
    quint32 below(std::size_t bound) { return m_random.bounded(static_cast<quint32>(bound)); }

    void step(Subject &subject)
    {
        if (!subject.process)
            make(subject);
        Process &process = *subject.process;
        switch (below(8)) {
        case 0:
        case 1:
        case 2:
            if (process.state() == Process::NotRunning)
                start(subject);
            break;
        case 3:
            process.kill();
            break;
        case 4:
            process.stop();
            break;
        case 5:
            process.waitForFinished(static_cast<int>(below(3)));
            break;
        case 6:
            destroy(subject);
            break;
        default:
            QCoreApplication::sendPostedEvents(&process);
            QAbstractEventDispatcher::instance()->processEvents(QEventLoop::AllEvents);
        }
        if (subject.ends > subject.starts)
            m_problem = "an end was reported twice";
    }

    void make(Subject &subject)
    {
        subject = {std::make_unique<Process>(), 0, 0};
        Process *const process = subject.process.get();
        process->setStopGrace(std::chrono::milliseconds(below(3)));
        const auto restart = [this, &subject] {
            if (subject.process->state() == Process::NotRunning && below(3) == 0)
                start(subject);
        };
        QObject::connect(process, &Process::finished, process, restart);
        QObject::connect(process, &Process::errorOccurred, process, restart);
        QObject::connect(process, &Process::ended, process, [&subject, restart] {
            ++subject.ends;
            restart();
        });
    }

    void start(Subject &subject)
    {
        Process &process = *subject.process;
        ++subject.starts;
        process.setStartMode(below(4) == 0 ? Process::StartMode::Direct
                                           : Process::StartMode::Background);
        process.setSignalScope(below(3) == 0 ? Process::SignalScope::Group
                                             : Process::SignalScope::Process);
        process.setStandardInputFile(below(4) == 0       ? u"/dev/null"_s
                                         : below(8) == 0 ? u"/no/such/file"_s
                                                         : QString());
        process.setTimeLimit(std::chrono::milliseconds(below(6) == 0 ? 1 + below(4) : 0));
        const QString program = ChildProcessTest::childProgram();
        if (below(8) == 0)
            process.start(u"/no/such/program"_s);
        else if (below(4) == 0)
            process.start(u"child"_s, ChildProcessTest::words("write 10 1 exit 3"));
        else
            process.start(program, ChildProcessTest::words(below(2) == 0 ? "echo exit 1" : "exit 0"));
        if (process.isWritable())
            process.write("abc");
        if (below(2) == 0)
            process.closeWriteChannel(); // Otherwise "echo" waits for a signal.
    }

    // With any policy; the child of LeaveRunning ends by itself, because its pipes are closed.
    void destroy(Subject &subject)
    {
        using Policy = Process::DestructionPolicy;
        constexpr std::array policies = {Policy::Kill, Policy::Stop, Policy::LeaveRunning};
        subject.process->setDestructionPolicy(policies[below(policies.size())]);
        subject = {};
    }

    // Every start of an object that was not destroyed has its one end.
    void end(Subject &subject)
    {
        while (subject.process && subject.process->state() != Process::NotRunning) {
            subject.process->kill();
            subject.process->waitForFinished(); // A slot may start the next child.
        }
        if (subject.ends != subject.starts && m_problem.isEmpty())
            m_problem = QByteArray::number(subject.starts) + " starts had "
                + QByteArray::number(subject.ends) + " ends";
        subject = {};
    }

    QRandomGenerator m_random;
    std::array<Subject, 8> m_subjects;
    QByteArray m_problem;
};

} // namespace

/// Background and direct starts, signals, destruction and restart in any order.
/// Holds: L15, H15.
class tst_BackgroundStress : public BackgroundTest
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { setPath(); }
    void atRandom();
};

// FORKFD_TEST_SEED repeats a run, as far as the machine does the same.
void tst_BackgroundStress::atRandom()
{
    const quint32 seed = qEnvironmentVariableIsSet("FORKFD_TEST_SEED")
        ? qgetenv("FORKFD_TEST_SEED").toUInt()
        : QRandomGenerator::global()->generate();
    const int steps = qEnvironmentVariableIsSet("FORKFD_TEST_STEPS")
        ? qEnvironmentVariableIntValue("FORKFD_TEST_STEPS")
        : 1000;
    qInfo("The seed is %u.", seed);
    std::array<QByteArray, 3> problems;
    std::vector<std::thread> threads; // ThreadSanitizer does not know QThread::wait().
    for (std::size_t i = 0; i < problems.size(); ++i)
        threads.emplace_back([seed, steps, i, &problem = problems[i]] {
            QEventLoop loop; // Makes the thread's event dispatcher.
            problem = Mixer(seed + static_cast<quint32>(i)).mix(steps);
        });
    for (std::thread &thread : threads)
        thread.join();
    for (const QByteArray &problem : problems)
        QVERIFY2(problem.isEmpty(), problem.constData());
    QVERIFY(startsComeToRest());
}

QTEST_GUILESS_MAIN(tst_BackgroundStress)
#include "tst_backgroundstress.moc"
