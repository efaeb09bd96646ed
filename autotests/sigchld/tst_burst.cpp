// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "processtest.h"

#include <QtCore/QElapsedTimer>

#include <deque>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

/// Thousands of children end at once, so that most of their signals are merged. All ends are reported.
/// Holds: S5, S8.
class tst_Burst : public ProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void everyEndIsReported();
};

void tst_Burst::everyEndIsReported()
{
    constexpr int count = isUnderThreadSanitizer ? 1000 : 4000;
    rlimit limit = {};
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur < 2 * count + 200)
        QSKIP("RLIMIT_NOFILE is too low for so many children.");

    int gate[2];
    QCOMPARE(pipe2(gate, O_CLOEXEC), 0);
    ForkFd::LaunchOptions options;
    options.fileDescriptors = {{3, gate[0]}};
    std::deque<ForkFd::Child> children;
    for (int i = 0; i < count; ++i) {
        auto process = ForkFd::spawn(child({"eof", "3", "exit", std::to_string(i % 256)}), options);
        QVERIFY2(process, "no more processes?");
        children.push_back(std::move(*process));
    }
    close(gate[0]);
    QElapsedTimer timer;
    timer.start();
    close(gate[1]);
    for (int i = 0; i < count; ++i) {
        const auto info = children[static_cast<std::size_t>(i)].wait(std::chrono::seconds(60));
        QVERIFY2(info, "an end is missing");
        QCOMPARE(info->code, i % 256);
    }
    qInfo("%d endings reported within %lld ms", count, timer.elapsed());
}

QTEST_GUILESS_MAIN(tst_Burst)
#include "tst_burst.moc"
