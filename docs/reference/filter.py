#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The ForkFd authors
# SPDX-License-Identifier: MIT
"""filter.py FILE: prints FILE as Doxygen is to read it, line by line, so that its warnings name the right lines.

In a page, the license comments would hide the title from Doxygen, and its headings have no anchors. This gives each
page and each heading an anchor, and changes links between pages into references. A link to a file of the repository
that is no page becomes plain text. An index page makes the pages that it links its subpages. In a .dox file, the members
of some classes become links. In a header, QPrivateSignal disappears: it only keeps users from emitting the signal."""

import os
import re
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent.parent
GUIDES = TOP / 'docs/README.md'
DESIGN = TOP / 'docs/design/README.md'


def index_of(path):
    """The page that a page is a subpage of."""
    return DESIGN if path.parent == DESIGN.parent and path != DESIGN else GUIDES


def page_name(path):
    """The anchor of a page: 'page_stopping' for docs/stopping.md, 'page_design_watch' for docs/design/watch.md."""
    if path == TOP / 'README.md':
        return 'index'
    parts = list(path.relative_to(TOP).with_suffix('').parts)
    if parts[0] == 'docs':
        parts = parts[1:] if parts != ['docs', 'README'] else ['guides']
    if parts[-1] == 'README' and len(parts) > 1:
        parts.pop()
    return 'page_' + '_'.join(parts).lower().replace('-', '_')


def heading_name(page, heading):
    """The anchor of a heading, from the one that GitHub makes of it."""
    plain = re.sub(r'[`*]|\[([^]]*)\]\([^)]*\)', lambda match: match[1] or '', heading)
    return page + '_' + re.sub(r'[^\w -]', '', plain.lower()).strip().replace(' ', '-')


class Page:
    def __init__(self, path):
        self.path = path
        self.name = page_name(path)
        self.subpages = {self.name}
        self.headings = []

    def link(self, match):
        text, target, anchor = match[1], match[2], match[3]
        if re.match(r'[a-z]+:', target):
            return match[0]
        path = Path(os.path.normpath(self.path.parent / target)) if target else self.path
        if path.suffix != '.md' or not path.is_relative_to(TOP):
            return text
        name = page_name(path)
        if anchor and name != 'index':
            return f'[{text}](@ref {heading_name(name, anchor)})'
        if name not in self.subpages and name != 'index' and index_of(path) == self.path:
            self.subpages.add(name)
            return f'@subpage {name} "{text}"'
        return f'[{text}](@ref {name})'

    def heading(self, match):
        name = self.name if len(match[1]) == 1 else heading_name(self.name, match[2])
        self.headings.append(name)
        if self.headings.count(name) > 1:
            name += f'-{self.headings.count(name) - 1}'
        return f'{match[0]} {{#{name}}}'

    def prose(self, text):
        text = re.sub(r'^<!--.*-->$', '', text, flags=re.M)
        text = re.sub(r'(?<!!)\[([^]]*)\]\(([^)#\s]*)(?:#([^)\s]*))?\)', self.link, text)
        return re.sub(r'^(#+) +(.*)$', self.heading, text, flags=re.M)

    def converted(self):
        parts = re.split(r'(^ *```.*?^ *```$)', self.path.read_text(), flags=re.M | re.S)
        return ''.join(part if part.lstrip().startswith('```') else self.prose(part) for part in parts)


def link(match):
    name = match[2] if match[1] == 'ChildProcess::' else match[0]
    return f'\\ref ForkFd::{match[0]} "{name}"'


def main():
    path = Path(sys.argv[1]).resolve()
    if path.suffix == '.md':
        text = Page(path).converted()
    elif path.suffix == '.dox':
        text = re.sub(r'(?<![:\w])((?:ChildProcess|Child|Command|ExitInfo|LaunchOptions|RunOptions)::)(\w+(?:\(\))?)', link, path.read_text())
    else:
        text = re.sub(r'(, )?QPrivateSignal(?=\))', '', path.read_text())
    sys.stdout.write(text)


main()
