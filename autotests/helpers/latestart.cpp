// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// A program that starts children in the destructor of a static object, after the main thread's
// thread-local objects were destroyed. Prints how they ended, on one line.

#include <ForkFd/childprocess.h>

#include <QtCore/QCoreApplication>

#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

using ForkFd::ChildProcess;

namespace {

// Destroyed after the object below.
const QString childProgram = QStringLiteral(FORKFD_TEST_CHILD); // clazy:exclude=non-pod-global-static

struct AtExit
{
    AtExit() = default;
    AtExit(const AtExit &) = delete;
    AtExit &operator=(const AtExit &) = delete;
    ~AtExit()
    {
        // Overwrite the freed memory.
        std::vector<std::unique_ptr<char[]>> dirt;
        for (std::size_t i = 0; i < 2000; ++i) {
            dirt.emplace_back(new char[16 + i % 400]);
            std::memset(dirt.back().get(), 1, 16 + i % 400);
        }
        const int code =
            ChildProcess::execute(childProgram, {QStringLiteral("exit"), QStringLiteral("3")});
        ChildProcess process;
        process.start(childProgram, {QStringLiteral("args"), QStringLiteral("late")});
        process.waitForFinished();
        std::printf("%d %s", code, process.readAll().constData());
    }
};

} // namespace

int main(int argc, char **argv)
{
    static const AtExit atExit;
    QCoreApplication application(argc, argv);
    ChildProcess process;
    QObject::connect(&process, &ChildProcess::finished, &application, &QCoreApplication::quit);
    process.start(childProgram, {QStringLiteral("exit"), QStringLiteral("0")});
    return QCoreApplication::exec();
}
