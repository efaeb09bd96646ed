// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "glyphicon.h"
#include "helperdialog.h"
#include "helpersupervisor.h"
#include "helpertext.h"
#include "interruption.h"
#include "outputdocument.h"
#include "processtest.h"
#include "readablecolors.h"
#include "restartdelay.h"

#include <QtGui/QPainter>
#include <QtGui/QTextBlock>
#include <QtTest/QSignalSpy>
#include <QtWidgets/QApplication>

#include <csignal>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

/// The parts of the example `launchpad` that need no window.
/// Holds: none (it tests an example).
class tst_LaunchpadParts : public ProcessTest
{
    Q_OBJECT

protected:
    /// What the first start of a helper opens stays open.
    void warmUp() override
    {
        ProcessTest::warmUp();
        HelperSupervisor supervisor(missingHelper());
        supervisor.start();
        QTRY_COMPARE(supervisor.state(), HelperSupervisor::State::Waiting);
        supervisor.stop();
        awaitLibrary();
    }

private Q_SLOTS:
    void argumentsReadBack_data();
    void argumentsReadBack();
    void environmentReadsBack();
    void environmentWithoutName();
    void delayGrows();
    void outputAsShown_data();
    void outputAsShown();
    void styles_data();
    void styles();
    void incompleteSequences_data();
    void incompleteSequences();
    void outputCutAnywhere();
    void outputIsBounded();
    void colorsAreReadable();
    void colorsFollowPalette();
    void statesHaveTheirShapes();
    void iconsAreCrisp();
    void signalsAreGivenBack();
    void dialogKeepsWhatItCannotShow();
    void countsDownAfterAFailedStart();

private:
    static Helper missingHelper()
    {
        Helper helper;
        helper.program = u"/no/such/program"_s;
        helper.restartDelay = 1h;
        return helper;
    }
    static QPalette palette(const QColor &base, const QColor &text)
    {
        QPalette palette;
        palette.setColor(QPalette::Base, base);
        palette.setColor(QPalette::Text, text);
        return palette;
    }
    static QPalette lightPalette() { return palette(Qt::white, Qt::black); }
    static QPalette darkPalette() { return palette(QColor(0x1e, 0x1e, 0x1e), Qt::white); }
};

void tst_LaunchpadParts::argumentsReadBack_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::newRow("none") << QStringList();
    QTest::newRow("words") << QStringList{u"-m"_s, u"http.server"_s};
    QTest::newRow("spaces") << QStringList{u"-c"_s, u"echo a  b"_s, u" "_s};
    QTest::newRow("empty") << QStringList{u""_s, u"a"_s, u""_s};
    QTest::newRow("quotes") << QStringList{u"\""_s, u"say \"x\""_s, u"\"\"\""_s, u"'"_s};
    QTest::newRow("lines") << QStringList{u"-c"_s, u"one\ntwo"_s};
}

void tst_LaunchpadParts::argumentsReadBack()
{
    QFETCH(const QStringList, arguments);
    QCOMPARE(splitArguments(joinedArguments(arguments)), arguments);
}

void tst_LaunchpadParts::environmentReadsBack()
{
    const QVariantMap changes = {{u"A"_s, u"1=2"_s}, {u"B"_s, QVariant()}, {u"C"_s, u""_s}};
    QString badLine;
    QCOMPARE(environmentText(changes), u"A=1=2\nB\nC="_s);
    const auto read = parsedEnvironment(environmentText(changes), &badLine);
    QVERIFY(read);
    QCOMPARE(read->keys(), changes.keys());
    QVERIFY(read->value(u"B"_s).isNull());
    QCOMPARE(read->value(u"A"_s).toString(), u"1=2"_s);
}

void tst_LaunchpadParts::environmentWithoutName()
{
    QString badLine;
    QVERIFY(!parsedEnvironment(u"A=1\n\n=2"_s, &badLine));
    QCOMPARE(badLine, u"=2"_s);
}

void tst_LaunchpadParts::delayGrows()
{
    RestartDelay delay;
    QCOMPARE(delay.next(1s, 0s), 1s);
    QCOMPARE(delay.next(1s, 0s), 2s);
    QCOMPARE(delay.next(1s, 0s), 4s);
    for (int i = 0; i < 10; ++i)
        delay.next(1s, 0s);
    QCOMPARE(delay.next(1s, 59s), 60s);
    QCOMPARE(delay.next(1s, 60s), 1s);
    delay.reset();
    QCOMPARE(delay.next(90s, 0s), 90s);
    QCOMPARE(delay.next(90s, 0s), 90s);
    QCOMPARE(delay.next(0s, 60s), 0s);
    QCOMPARE(delay.next(0s, 0s), 100ms); // A helper that cannot start does not keep a processor busy.
    QCOMPARE(delay.next(0s, 0s), 200ms);
}

void tst_LaunchpadParts::outputAsShown_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("shown");
    QTest::newRow("lines") << QByteArray("one\ntwo\n") << u"one\ntwo"_s;
    QTest::newRow("lines of a terminal") << QByteArray("one\r\ntwo\r\n") << u"one\ntwo"_s;
    QTest::newRow("progress") << QByteArray("10 %\r100 %\n") << u"100 %"_s;
    QTest::newRow("erased line") << QByteArray("wrong\33[2Kright") << u"right"_s;
    QTest::newRow("colors") << QByteArray("\33[1;31mred\33[0m plain") << u"red plain"_s;
    QTest::newRow("title") << QByteArray("\33]0;a title\7text") << u"text"_s;
    QTest::newRow("link") << QByteArray("\33]8;;http://x\33\\link\33]8;;\33\\") << u"link"_s;
    QTest::newRow("cursor") << QByteArray("\33[?25l\33[3Ax\33(B") << u"x"_s;
    QTest::newRow("controls") << QByteArray("a\7\1b\bc") << u"ac"_s;
    QTest::newRow("not UTF-8") << QByteArray("a\xff") << u"a\uFFFD"_s;
    QTest::newRow("title without an end") << QByteArray("\33]0;a\33[1mb \33]0;c\30d") << u"b d"_s;
    QTest::newRow("erased pair") << QByteArray("a\360\237\230\200\bb") << u"ab"_s;
    QTest::newRow("broken sequence") << QByteArray("\33[1\nx") << u"\nx"_s;
}

void tst_LaunchpadParts::outputAsShown()
{
    QFETCH(const QByteArray, bytes);
    OutputDocument document;
    document.append(bytes);
    QTEST(document.toPlainText(), "shown");
}

void tst_LaunchpadParts::styles_data()
{
    QTest::addColumn<QByteArray>("parameters");
    QTest::addColumn<TextStyle>("style");
    const TextStyle plain;
    TextStyle underlined;
    underlined.isUnderlined = true;
    TextStyle blue;
    blue.foreground = TextStyle::rgb + 0x0102ff;
    TextStyle table = underlined;
    table.background = 17;
    QTest::newRow("wavy underline") << QByteArray("4:3") << underlined;
    QTest::newRow("no underline") << QByteArray("4;4:0") << plain;
    QTest::newRow("only the underline goes") << QByteArray("4;48:5:17;4:0;4") << table;
    QTest::newRow("24 bits") << QByteArray("38;2;1;2;255") << blue;
    QTest::newRow("24 bits, with colons") << QByteArray("38:2:1:2:255") << blue;
    QTest::newRow("24 bits, with a colour space") << QByteArray("38:2::1:2:255") << blue;
    QTest::newRow("colour of the underline") << QByteArray("58;5;1") << plain;
    QTest::newRow("and with colons") << QByteArray("58:2::1:2:3;4") << underlined;
    QTest::newRow("unknown") << QByteArray("7:1:2") << plain;
}

void tst_LaunchpadParts::styles()
{
    QFETCH(const QByteArray, parameters);
    QFETCH(const TextStyle, style);
    const QList<AnsiPiece> pieces = AnsiParser().parse("\33[" + parameters + "mx");
    QCOMPARE(pieces.size(), 1);
    QVERIFY(pieces.at(0).style == style);
}

void tst_LaunchpadParts::incompleteSequences_data()
{
    QTest::addColumn<QByteArray>("output");
    QTest::addColumn<QString>("text");
    QTest::newRow("title") << QByteArray("\33]0;t\nb\nc") << u"\nb\nc"_s;
    QTest::newRow("device string") << QByteArray("\33Pq\nb") << u"\nb"_s;
    QTest::newRow("escape") << QByteArray("a\33\nb") << u"a\nb"_s;
    QTest::newRow("two escapes") << QByteArray("\33\33[31mx") << u"x"_s;
    QTest::newRow("character set") << QByteArray("a\33(\nb") << u"a\nb"_s;
}

// What follows them is not lost.
void tst_LaunchpadParts::incompleteSequences()
{
    QFETCH(const QByteArray, output);
    OutputDocument document;
    document.append(output);
    QTEST(document.toPlainText(), "text");
}

void tst_LaunchpadParts::outputCutAnywhere()
{
    const QByteArray bytes = "\33[38;2;200;10;10mä€\33[0m \33]0;t\33\\\33[4mü\33[24m\r\nend";
    OutputDocument whole;
    whole.append(bytes);
    for (qsizetype i = 0; i <= bytes.size(); ++i) {
        OutputDocument parts;
        parts.append(bytes.left(i));
        parts.append(bytes.mid(i));
        QCOMPARE(parts.toHtml(), whole.toHtml());
    }
}

void tst_LaunchpadParts::outputIsBounded()
{
    OutputDocument document;
    document.append(QByteArray("x\n").repeated(2 * OutputDocument::maximumLines));
    QCOMPARE(document.blockCount(), OutputDocument::maximumLines);
    document.append(QByteArray("x").repeated(3 * OutputDocument::maximumLineLength));
    QCOMPARE(document.blockCount(), OutputDocument::maximumLines);
    QVERIFY(document.lastBlock().length() <= OutputDocument::maximumLineLength + 1);
}

void tst_LaunchpadParts::colorsAreReadable()
{
    for (const QPalette &palette : {lightPalette(), darkPalette()}) {
        for (int color = -1; color < 256; ++color) {
            for (const int background : {-1, 0, 4, 7, 11, 244}) {
                TextStyle style;
                style.foreground = color;
                style.background = background;
                const QTextCharFormat format = formatOf(style, palette);
                const QColor behind = format.background().style() == Qt::NoBrush
                    ? palette.color(QPalette::Base)
                    : format.background().color();
                QVERIFY2(contrastOf(format.foreground().color(), behind) >= 4.5,
                         qPrintable(u"%1 on %2"_s.arg(color).arg(background)));
            }
        }
    }
}

void tst_LaunchpadParts::colorsFollowPalette()
{
    OutputDocument document;
    document.setPalette(lightPalette());
    document.append("\33[31mred\33[0m plain");
    OutputDocument dark;
    dark.setPalette(darkPalette());
    dark.append("\33[31mred\33[0m plain");
    QVERIFY(document.toHtml() != dark.toHtml());
    document.setPalette(darkPalette());
    QCOMPARE(document.toHtml(), dark.toHtml());
}

// Without their colours, too.
void tst_LaunchpadParts::statesHaveTheirShapes()
{
    using State = HelperSupervisor::State;
    QList<QImage> shapes;
    for (const State state : {State::Stopped, State::Starting, State::Running, State::Waiting,
                              State::Exited, State::Failed}) {
        QImage image(32, 32, QImage::Format_ARGB32_Premultiplied);
        image.fill(Qt::transparent);
        QPainter painter(&image);
        drawState(&painter, QRectF(0, 0, 32, 32), state, Qt::black);
        painter.end();
        const QImage shape = image.convertToFormat(QImage::Format_Alpha8);
        QVERIFY(!shapes.contains(shape));
        shapes += shape;
    }
}

void tst_LaunchpadParts::iconsAreCrisp()
{
    const QIcon icon = glyphIcon(Glyph::Restart);
    const QPixmap small = icon.pixmap(QSize(16, 16), 1);
    const QPixmap large = icon.pixmap(QSize(16, 16), 3);
    QCOMPARE(small.size(), QSize(16, 16));
    QCOMPARE(large.size(), QSize(48, 48));
    QVERIFY(large.toImage() != small.toImage().scaled(48, 48));
    QVERIFY(icon.pixmap(QSize(16, 16), 1, QIcon::Disabled).toImage() != small.toImage());
}

// After the window, a signal ends the program, which may still wait for a helper.
void tst_LaunchpadParts::signalsAreGivenBack()
{
    const auto handlerOf = [](int signal) {
        struct sigaction action = {};
        sigaction(signal, nullptr, &action);
        return action.sa_handler;
    };
    const auto before = handlerOf(SIGTERM);
    struct sigaction ignoring = {};
    ignoring.sa_handler = SIG_IGN;
    struct sigaction hangup = {};
    sigaction(SIGHUP, &ignoring, &hangup);
    {
        const Interruption interruption([] {});
        QVERIFY(handlerOf(SIGTERM) != before);
        QVERIFY(handlerOf(SIGHUP) == SIG_IGN);
    }
    QVERIFY(handlerOf(SIGTERM) == before);
    QVERIFY(handlerOf(SIGHUP) == SIG_IGN);
    sigaction(SIGHUP, &hangup, nullptr);
}

// OK without a change once removed PATH, and turned a grace of 49 ms into none.
void tst_LaunchpadParts::dialogKeepsWhatItCannotShow()
{
    Helper helper;
    helper.name = u" spaces "_s;
    helper.program = u"program "_s;
    helper.arguments = {u"a\u00a0b"_s, u"c\r\nd"_s, QString()};
    helper.directory = u"/a\nb"_s;
    helper.environmentChanges = {{u"CERTIFICATE"_s, u"line\nPATH\nX=1"_s}, {u"REMOVED"_s, QVariant()}};
    helper.restartDelay = 40ms;
    helper.stopGrace = 49ms;
    helper.stopSignal = SIGWINCH;
    QVERIFY(HelperDialog(helper).helper() == helper);
}

void tst_LaunchpadParts::countsDownAfterAFailedStart()
{
    HelperSupervisor::sampleInterval = 1ms;
    HelperSupervisor supervisor(missingHelper());
    QSignalSpy sampled(&supervisor, &HelperSupervisor::sampled);
    supervisor.start();
    QTRY_COMPARE(supervisor.state(), HelperSupervisor::State::Waiting);
    sampled.clear();
    QTRY_VERIFY(sampled.size() > 2);
    supervisor.stop();
}

QTEST_MAIN(tst_LaunchpadParts)
#include "tst_launchpadparts.moc"
