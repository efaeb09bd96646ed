// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// forkfd-futures [COUNT]
//
// Runs a program for each number up to COUNT (default: 1000), at most eight at the same time, and adds
// up the numbers that they print. Fails if the sum is not COUNT * (COUNT + 1).

#include <ForkFd/run.h>

#include <QtCore/QCoreApplication>

#include <cstdio>
#include <stdexcept>

using ForkFd::RunResult;

constexpr int inFlightLimit = 8;

class Batch : public QObject
{
public:
    explicit Batch(int count)
        : m_count(count)
    {
        goOn();
    }

private:
    void goOn()
    {
        while (m_started < m_count && m_started - m_finished < inFlightLimit)
            start(++m_started);
        if (m_finished < m_count)
            return;
        std::printf("%d programs, sum %lld\n", m_count, m_sum);
        const int exitCode = m_sum == qlonglong{m_count} * (m_count + 1) ? 0 : 1;
        QMetaObject::invokeMethod(
            qApp, [exitCode] { QCoreApplication::exit(exitCode); }, Qt::QueuedConnection);
    }

    // The last continuation runs in the thread of this object, the others in a thread of the library.
    void start(int number)
    {
        const QString script = QStringLiteral("echo $((%1 * 2))").arg(number);
        ForkFd::run(QStringLiteral("sh"), {QStringLiteral("-c"), script})
            .then([](const RunResult &result) {
                if (result.startError.step)
                    throw std::runtime_error(result.startError.toString());
                return result.standardOutput.trimmed().toLongLong();
            })
            .onFailed([](const std::exception &error) {
                std::fprintf(stderr, "forkfd-futures: %s\n", error.what());
                return 0LL;
            })
            .then(this, [this](qlonglong doubled) {
                m_sum += doubled;
                ++m_finished;
                goOn();
            });
    }

    const int m_count;
    int m_started = 0;
    int m_finished = 0;
    qlonglong m_sum = 0;
};

int main(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    const Batch batch(argc > 1 ? QString::fromLocal8Bit(argv[1]).toInt() : 1000);
    return QCoreApplication::exec();
}
