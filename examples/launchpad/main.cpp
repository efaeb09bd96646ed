// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// forkfd-launchpad [--file FILE]
//
// A window with helpers: programs that run while it is open. See forkfd-launchpad(1).

#include "glyphicon.h"
#include "interruption.h"
#include "launchpadwindow.h"

#include <QtCore/QCommandLineParser>
#include <QtWidgets/QApplication>

#include <memory>

using namespace Qt::StringLiterals;

static bool asksForText(int argc, char **argv)
{
    for (int i = 1; i < argc; ++i) {
        const QLatin1StringView word(argv[i]);
        if (word == "--help"_L1 || word == "-h"_L1 || word == "--version"_L1 || word == "-v"_L1)
            return true;
    }
    return false;
}

static QString fileNameOf(const QCoreApplication &application)
{
    QCommandLineParser parser;
    parser.setApplicationDescription(
        QCoreApplication::translate("main", "Runs helpers while its window is open."));
    parser.addHelpOption();
    parser.addVersionOption();
    const QCommandLineOption file(
        {u"f"_s, u"file"_s},
        QCoreApplication::translate("main", "Keeps the helpers in FILE (default: %1).")
            .arg(HelperStore::defaultFileName()),
        u"FILE"_s, HelperStore::defaultFileName());
    parser.addOption(file);
    parser.process(application);
    return parser.value(file);
}

int main(int argc, char **argv)
{
    QCoreApplication::setApplicationName(u"forkfd-launchpad"_s);
    QCoreApplication::setApplicationVersion(QStringLiteral(LAUNCHPAD_VERSION));
    if (asksForText(argc, argv)) {
        const QCoreApplication application(argc, argv); // Needs no display.
        fileNameOf(application);
    }
    const QApplication application(argc, argv);
    QGuiApplication::setDesktopFileName(u"org.forkfd.launchpad"_s);
    QGuiApplication::setApplicationDisplayName(QCoreApplication::translate("main", "Launchpad"));
    QApplication::setWindowIcon(QIcon::fromTheme(u"org.forkfd.launchpad"_s, glyphIcon(Glyph::Pad)));
    int result = 0;
    {
        LaunchpadWindow window(fileNameOf(application));
        // Without a pipe the signals end the program, and the guardian kills the helpers.
        const Interruption interruption([&window] { window.closeOrKill(); });
        window.show();
        result = QApplication::exec();
    }
    // Helpers that were removed from the list may still use their grace.
    ForkFd::ChildProcess::waitForStopped(std::chrono::milliseconds(-1));
    return result;
}
