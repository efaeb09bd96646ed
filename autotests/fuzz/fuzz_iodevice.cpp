// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// ChildProcess as a QIODevice, against QProcess: both get the same operations, and have to return the
// same results and emit the same signals. The child writes and ends when it is told to, and the event
// loop has handled all of that before the next operation, so that nothing depends on time.

#include "childcontroller.h"
#include "fuzzer.h"
#include "inputreader.h"
#include "iodevicestep.h"
#include "quietapplication.h"

#include <ForkFd/childprocess.h>

#include <QtCore/QCoreApplication>
#include <QtCore/QEventLoop>
#include <QtCore/QMetaEnum>
#include <QtCore/QProcess>
#include <QtCore/QTextStream>

#include <memory>

using namespace Fuzz::Device;

namespace {

QByteArray quoted(const QByteArray &bytes)
{
    if (bytes.isNull())
        return "null";
    return "\"" + bytes.left(40).toPercentEncoding("\n").replace('\n', "%0A") + "\" ("
        + QByteArray::number(bytes.size()) + ", " + QByteArray::number(qChecksum(bytes)) + ")";
}

/// Plays the operations with one of the two classes, and records what it observes.
template<typename P>
class Session
{
public:
    explicit Session(const Head &head)
        : m_head(head)
    {
        connectSignals();
        start();
    }

    ~Session()
    {
        if (m_process.state() != P::NotRunning) {
            m_process.kill();
            m_process.waitForFinished(-1);
        }
    }

    void apply(const Step &step)
    {
        m_line = names[step.operation];
        m_line += ' ';
        carryOut(step);
        settle();
        m_record.append(m_line);
    }

    QByteArrayList record() const { return m_record; }

private:
    template<typename E>
    static QByteArray nameOf(E value)
    {
        return QMetaEnum::fromType<E>().valueToKey(static_cast<int>(value));
    }

    void note(const QByteArray &text) { m_line += " !" + text; }

    void connectSignals()
    {
        const auto connect = [this](auto signal, auto slot) {
            QObject::connect(&m_process, signal, &m_process, slot);
        };
        connect(&P::stateChanged, [this](auto state) { note(nameOf(state)); });
        connect(&P::started, [this] { note("started"); });
        connect(&P::errorOccurred, [this](auto error) {
            m_hasWriteError |= error == P::WriteError;
            note(nameOf(error));
        });
        connect(&P::readyRead, [this] { note("readyRead"); });
        connect(&P::channelReadyRead,
                [this](int channel) { note("channelReadyRead" + QByteArray::number(channel)); });
        connect(&P::readyReadStandardOutput, [this] { note("readyReadOutput"); });
        connect(&P::readyReadStandardError, [this] { note("readyReadError"); });
        // The sum, because the parts differ: see the porting guide.
        connect(&P::bytesWritten, [this](qint64 count) { m_written += count; });
        connect(&P::readChannelFinished, [this] { note("readChannelFinished"); });
        connect(&P::finished, [this](int code, auto status) {
            note("finished " + QByteArray::number(code) + nameOf(status));
        });
    }

    void start()
    {
        m_line = "start";
        m_controller = std::make_unique<Fuzz::ChildController>();
        m_hasWriteError = false;
        m_fed = 0;
        m_sent = 0;
        m_process.setProcessChannelMode(m_head.merges ? P::MergedChannels : P::SeparateChannels);
        m_process.start(Fuzz::ChildController::program(), m_controller->arguments(), m_head.mode);
        if (!m_controller->connect())
            throw Fuzz::Fault("start: the child does not come");
        note(m_process.waitForStarted() ? "true" : "false");
        settle();
        m_record.append(m_line);
    }

    /// Lets the event loop handle all that is there.
    void settle()
    {
        for (int i = 0; i < 4; ++i)
            QCoreApplication::processEvents();
        if (m_written > 0)
            note("bytesWritten " + QByteArray::number(std::exchange(m_written, 0)));
    }

    void awaitEnd(bool withLoop)
    {
        if (!withLoop) {
            note(m_process.waitForFinished(30000) ? "true" : "false");
            return;
        }
        while (m_process.state() != P::NotRunning)
            QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
    }

    void feed(int descriptor, const Step &step)
    {
        if (m_fed > 30000 || m_process.state() == P::NotRunning) // The pipe must have room for all.
            return;
        const QByteArray bytes = step.bytes();
        m_fed += bytes.size();
        note(m_controller->write(descriptor, bytes) ? "done" : "gone");
    }

    void write(const QByteArray &bytes)
    {
        if (m_sent > 30000)
            return;
        m_sent += bytes.size();
        result(m_process.write(bytes));
    }

    void result(qint64 number) { m_line += QByteArray::number(number); }
    void result(bool value) { m_line += value ? "true" : "false"; }
    void result(const QByteArray &bytes) { m_line += quoted(bytes); }

    void carryOut(const Step &step);
    void carryOutRead(const Step &step);
    void carryOutOther(const Step &step);
    void look();

    const Head m_head;
    QByteArrayList m_record;
    QByteArray m_line;
    qint64 m_written = 0;
    bool m_hasWriteError = false;
    qint64 m_fed = 0;
    qint64 m_sent = 0;
    std::unique_ptr<Fuzz::ChildController> m_controller;
    P m_process;
};

template<typename P>
void Session<P>::look()
{
    result(m_process.bytesAvailable());
    m_line += ' ';
    // QProcess counts what it can no longer write: see the porting guide.
    result(m_process.state() == P::NotRunning || m_hasWriteError ? 0 : m_process.bytesToWrite());
    for (const bool value : {m_process.canReadLine(), m_process.atEnd(), m_process.isOpen(),
                             m_process.isReadable(), m_process.isWritable(), m_process.isSequential(),
                             m_process.isTransactionStarted(), m_process.isTextModeEnabled()})
        m_line += value ? " true" : " false";
    for (const qint64 number :
         {m_process.pos(), m_process.size(), qint64(m_process.openMode()),
          qint64(m_process.readChannelCount()), qint64(m_process.writeChannelCount()),
          qint64(m_process.currentReadChannel()), qint64(m_process.currentWriteChannel()),
          qint64(m_process.exitCode())})
        m_line += ' ' + QByteArray::number(number);
    m_line += ' ' + nameOf(m_process.state()) + ' ' + nameOf(m_process.error()) + ' '
        + nameOf(m_process.exitStatus()) + ' ' + nameOf(m_process.readChannel()) + ' '
        + m_process.errorString().toUtf8();
}

template<typename P>
void Session<P>::carryOut(const Step &step)
{
    switch (step.operation) {
    case FeedOutput:
        return feed(1, step);
    case FeedError:
        return feed(2, step);
    case FeedAndWait:
        feed(1, step);
        return result(m_process.waitForReadyRead(0));
    case Write:
        return write(step.bytes());
    case PutChar:
        return result(m_process.putChar(static_cast<char>(step.first)));
    case ChildReads:
        settle();
        if (m_process.state() != P::NotRunning)
            result(m_controller->input().value_or("gone"));
        return;
    case ChildCloses:
        if (m_process.state() != P::NotRunning)
            result(m_controller->close(static_cast<int>(step.first % 3)));
        return;
    case Exit:
    case Die:
        if (m_process.state() == P::NotRunning)
            return;
        if (step.operation == Exit)
            m_controller->exit(static_cast<int>(step.first));
        else
            m_controller->die(step.first % 2 ? SIGKILL : SIGUSR1);
        return awaitEnd(step.second % 2);
    case Restart:
        if (m_process.state() == P::NotRunning && !m_process.isTransactionStarted())
            start();
        return;
    default:
        return carryOutRead(step);
    }
}

template<typename P>
void Session<P>::carryOutRead(const Step &step)
{
    // In a transaction ChildProcess removes all carriage returns from a line: see the porting guide.
    if (m_process.isTransactionStarted() && m_process.isTextModeEnabled()
        && (step.operation == ReadLine || step.operation == ReadLineBuffer
            || step.operation == StreamLine))
        return;
    switch (step.operation) {
    case Read:
        return result(m_process.read(step.size()));
    case ReadAll:
        return result(m_process.readAll());
    case ReadLine:
        return result(m_process.readLine(step.second % 2 ? 0 : step.size()));
    case ReadLineBuffer: {
        QByteArray buffer(step.size() + 2, '#');
        const qint64 count = m_process.readLine(buffer.data(), buffer.size());
        result(count);
        return result(buffer.left(std::max(count, qint64(0)) + 1));
    }
    case Peek:
        return result(m_process.peek(step.size()));
    case Skip:
        return result(m_process.skip(step.size()));
    case GetChar: {
        char character = '#';
        result(m_process.getChar(step.second % 2 ? &character : nullptr));
        return result(QByteArray(1, character));
    }
    case UngetChar:
        return m_process.ungetChar("x\ny\r"[step.first % 4]);
    case ReadOutput:
        return result(m_process.readAllStandardOutput());
    case ReadError:
        return result(m_process.readAllStandardError());
    case StreamLine:
        return result(QTextStream(&m_process).readLine().toUtf8());
    default:
        return carryOutOther(step);
    }
}

template<typename P>
void Session<P>::carryOutOther(const Step &step)
{
    // With merged channels QProcess has no second one, and crashes if it is read.
    const auto channel = static_cast<typename P::ProcessChannel>(m_head.merges ? 0 : step.first % 2);
    switch (step.operation) {
    case StartTransaction:
        return m_process.startTransaction();
    case CommitTransaction:
        return m_process.commitTransaction();
    case RollbackTransaction:
        return m_process.rollbackTransaction();
    case Seek:
        return result(m_process.seek(step.size()));
    case SetTextMode:
        return m_process.setTextModeEnabled(step.first % 2);
    case SetReadChannel:
        return step.second % 2 ? m_process.setReadChannel(channel)
                               : m_process.setCurrentReadChannel(channel);
    case CloseReadChannel:
        return m_process.closeReadChannel(channel);
    case CloseWriteChannel:
        return m_process.closeWriteChannel();
    case WaitForReadyRead:
        return result(m_process.waitForReadyRead(0));
    case WaitForBytesWritten:
        // QProcess then waits for the bytes that it keeps, and reports Timedout.
        return result(!m_hasWriteError && m_process.waitForBytesWritten(0));
    case WaitForFinished:
        // After a timeout, ChildProcess reports the end once more: see the porting guide.
        return result(m_process.state() == P::NotRunning && m_process.waitForFinished(0));
    case Close: // It waits until all is written.
        if (m_process.state() != P::NotRunning && m_process.bytesToWrite() > 0)
            return note("unwritten");
        return m_process.close();
    default:
        return look();
    }
}

template<typename P>
QByteArrayList recordOf(std::span<const std::uint8_t> input)
{
    Fuzz::InputReader reader(input);
    Session<P> session{Head(reader)};
    while (!reader.isAtEnd())
        session.apply(Step(reader));
    return session.record();
}

} // namespace

namespace Fuzz {

const char *const name = "iodevice";
const Shape shape = {.headSize = 3, .stepSize = 3, .maxSteps = 40};

void setUp()
{
    makeQuietApplication();
}

std::size_t play(std::span<const std::uint8_t> input)
{
    const QByteArrayList ours = recordOf<ForkFd::ChildProcess>(input);
    const QByteArrayList theirs = recordOf<QProcess>(input);
    for (qsizetype i = 0; i < std::min(ours.size(), theirs.size()); ++i) {
        if (ours[i] != theirs[i])
            throw Fault(("differs in " + ours[i].left(ours[i].indexOf(' '))
                         + ":\n  ChildProcess: " + ours[i] + "\n  QProcess:     " + theirs[i])
                            .toStdString());
    }
    return static_cast<std::size_t>(ours.size() + theirs.size());
}

std::string describe(std::span<const std::uint8_t> input)
{
    InputReader reader(input);
    const Head head(reader);
    std::string text =
        "  start mode " + std::to_string(head.mode.toInt()) + (head.merges ? " merged\n" : "\n");
    while (!reader.isAtEnd()) {
        const Step step(reader);
        text += std::string("  ") + names[step.operation] + " " + std::to_string(step.first) + " "
            + std::to_string(step.second) + "\n";
    }
    return text;
}

} // namespace Fuzz
