// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "forkedcopy.h"
#include "processtest.h"
#include "testpipe.h"

#include <cerrno>

#include <unistd.h>

/// A process that lacks standard streams can start children, give them streams, and learn how they
/// ended or failed. The library's own descriptors then have the numbers of the missing streams.
/// Holds: L8.
class tst_MissingStreams : public ProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void start_data();
    void start();
};

void tst_MissingStreams::start_data()
{
    QTest::addColumn<unsigned>("closed");
    const char *const names[] = {"none",  "input",           "output",           "input and output",
                                 "error", "input and error", "output and error", "all three"};
    for (unsigned set = 0; set < 8; ++set)
        QTest::newRow(names[set]) << set;
}

void tst_MissingStreams::start()
{
    QFETCH(unsigned, closed);
    const QByteArray result = inForkedCopy([closed] {
        for (int fd = 0; fd < 3; ++fd) {
            if (closed >> fd & 1)
                close(fd);
        }
        QByteArray all = outcomeOf(child({"exit", "42"})) + '\n';
        all += outcomeOf({{"/no/such/program"}}) + '\n';
        all += outputOf(child({"args", "hello"}));

        TestPipe input;
        input.write("input\n");
        input.closeWriteEnd();
        all += outputOf(child({"echo"}), {.fileDescriptors = {{STDIN_FILENO, input.readEnd()}}});

        // Either end of the pipe may have any number from 0 to 2: the read end may be 1.
        TestPipe output;
        auto process = ForkFd::spawn(child({"write", "1", "1", "write", "1", "2", "exit", "7"}),
                                     {.fileDescriptors = {{STDERR_FILENO, output.writeEnd()},
                                                          {STDIN_FILENO, output.readEnd()},
                                                          {STDOUT_FILENO, output.writeEnd()}}});
        output.closeWriteEnd();
        all += output.readAll() + '\n';
        all += process ? text(process->wait().value()) : "not started";
        all += hasChildren() ? "\na child was left" : "";
        return all;
    });
    QCOMPARE(result,
             "exited with code 42\n" + text(ForkFd::StartError{"exec", ENOENT})
                 + "\nhello\ninput\nxx\nexited with code 7");
}

QTEST_GUILESS_MAIN(tst_MissingStreams)
#include "tst_missingstreams.moc"
