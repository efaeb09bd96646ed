// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// forkfd-recipe-port COMMAND [ARGUMENT…]
//
// Runs a server and prints its output. When it has written its first line, it is restarted; when the new
// one has, it is stopped. The new one starts when all processes of the old one have gone, so that it
// finds its port free.

#include <ForkFd/ChildProcess>

#include <QtCore/QCoreApplication>
#include <QtCore/QTimer>

#include <cstddef>
#include <cstdio>

using ForkFd::ChildProcess;
using namespace std::chrono_literals;

class Server : public QObject
{
public:
    explicit Server(const QStringList &command)
    {
        m_child.setProgram(command.value(0));
        m_child.setArguments(command.mid(1));
        m_child.setSignalScope(ChildProcess::SignalScope::Tree);
        m_child.setLaunchOptions({.treeDiesWithParentIfPossible = true}); // Ctrl-C does not reach them.
        m_child.setStopGrace(10s);
        connect(&m_child, &ChildProcess::treeEnded, this, &Server::treeEnded);
        connect(&m_child, &ChildProcess::errorOccurred, this, [](ChildProcess::ProcessError error) {
            if (error == ChildProcess::FailedToStart)
                QCoreApplication::exit(127);
        });
        connect(&m_child, &ChildProcess::readyRead, this, [this] {
            const QByteArray output = m_child.readAll();
            std::fwrite(output.constData(), 1, static_cast<std::size_t>(output.size()), stdout);
            std::fflush(stdout); // It may be a pipe.
            restart();
        });
        // exit() has no effect before exec(), and a start may fail at once.
        QTimer::singleShot(0, &m_child, &ChildProcess::startProcess);
    }

private:
    void restart()
    {
        m_child.stop(); // Asks all its processes to end, and kills them after the grace.
    }
    void treeEnded()
    {
        if (++m_ends == 1)
            m_child.startProcess(); // The last process has gone, and the port is free.
        else
            QCoreApplication::quit();
    }

    int m_ends = 0;
    ChildProcess m_child;
};

int main(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    const Server server(QCoreApplication::arguments().mid(1));
    return QCoreApplication::exec();
}
