# SPDX-FileCopyrightText: 2026 The ForkFd authors
# SPDX-License-Identifier: MIT

"""mutate.py BUILD-FOLDER LIST.json FILE…: writes all mutations of these sources into them.

Each mutation has a number, and mutation.cpp activates one at a time, so that a file is compiled once for all. The
sources are a copy that BUILD-FOLDER was configured for. LIST.json names each mutation by file, line and change."""

import json
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from clang import cindex
from clang.cindex import CursorKind as Kind

HERE = Path(__file__).resolve().parent
RUNTIME = Path("src/core/base/uniquefd.cpp")  # mutate.py runs in the top folder of the copy.
COMPARISONS = {"<": ("less", "<=", ">="), "<=": ("lessOrEqual", "<", ">"),
               ">": ("greater", ">=", "<="), ">=": ("greaterOrEqual", ">", "<")}
ARITHMETIC = {"+": ("plus", "-"), "-": ("minus", "+"), "*": ("times", "+"), "/": ("divided", "*"),
              "%": ("modulo", "*"), "&": ("bitAnd", "|"), "|": ("bitOr", "&")}
EQUALITY = {"==": "!=", "!=": "=="}
LOGIC = {"&&": "||", "||": "&&"}
CONDITIONAL = (Kind.IF_STMT, Kind.WHILE_STMT)
FUNCTIONS = (Kind.FUNCTION_DECL, Kind.CXX_METHOD, Kind.CONSTRUCTOR, Kind.DESTRUCTOR, Kind.FUNCTION_TEMPLATE,
             Kind.CONVERSION_FUNCTION, Kind.LAMBDA_EXPR)
IS = "ForkFdMutation::is"


@dataclass
class Mutation:
    """Changes of the text: `before` and `after` go around the range, and `middle` replaces a part of it."""

    begin: int
    end: int
    before: str
    after: str
    line: int
    change: str
    middle: tuple = None  # (begin, end, text)
    numbers: int = 1  # Their places in the texts are {0} and {1}.


class Finder:
    def __init__(self, path, arguments):
        self.path = path
        self.text = path.read_bytes()
        options = cindex.TranslationUnit.PARSE_DETAILED_PROCESSING_RECORD
        self.unit = cindex.Index.create().parse(str(path), args=arguments, options=options)
        errors = [each.spelling for each in self.unit.diagnostics if each.severity >= 4]
        if errors:
            raise RuntimeError(f"{path}: {errors[0]}")
        self.macros = [(each.extent.start.offset, each.extent.end.offset) for each in self.unit.cursor.get_children()
                       if each.kind == Kind.MACRO_INSTANTIATION and self.is_here(each)]
        self.found = []

    def is_here(self, cursor):
        return cursor.location.file is not None and cursor.location.file.name == str(self.path)

    def source(self, begin, end):
        return self.text[begin:end].decode()

    def is_in_macro(self, begin, end):
        return any(first <= begin and end <= last for first, last in self.macros)

    def add(self, cursor, before, after, change, **more):
        begin, end = cursor.extent.start.offset, cursor.extent.end.offset
        if begin < end and not self.is_in_macro(begin, end):
            self.found.append(Mutation(begin, end, before, after, cursor.extent.start.line, change, **more))

    def find(self):
        for cursor in self.unit.cursor.get_children():
            if self.is_here(cursor):
                self.visit(cursor, None, None)
        return self.found

    def visit(self, cursor, parent, function):
        if cursor.kind in FUNCTIONS:
            body = [child for child in cursor.get_children() if child.kind == Kind.COMPOUND_STMT]
            if not body or self.is_constant(cursor, body[0]):
                return
            self.visit(body[0], cursor, cursor if cursor.kind != Kind.LAMBDA_EXPR else None)
            return
        if cursor.kind in (Kind.CASE_STMT, Kind.STATIC_ASSERT, Kind.ENUM_DECL, Kind.TEMPLATE_TYPE_PARAMETER) or (
                cursor.kind in (Kind.DECL_STMT, Kind.VAR_DECL) and self.is_constant(cursor)):
            # Of a case only the statement.
            children = list(cursor.get_children())[1:] if cursor.kind == Kind.CASE_STMT else []
        else:
            self.mutate(cursor, parent, function)
            children = cursor.get_children()
        for child in children:
            self.visit(child, cursor, function)

    def is_constant(self, cursor, body=None):
        """Whether it is evaluated, or may be, when it is compiled."""
        end = body.extent.start.offset if body else cursor.extent.end.offset
        return re.search(r"\b(constexpr|consteval|constinit|static)\b", self.source(cursor.extent.start.offset, end))

    def mutate(self, cursor, parent, function):
        if cursor.kind == Kind.BINARY_OPERATOR:
            self.mutate_operator(cursor)
        elif cursor.kind in (Kind.INTEGER_LITERAL, Kind.CXX_BOOL_LITERAL_EXPR):
            self.mutate_literal(cursor)
        elif cursor.kind in CONDITIONAL:
            self.mutate_condition(cursor)
        elif cursor.kind == Kind.RETURN_STMT and function is not None:
            self.mutate_return(cursor, function)
        if parent is not None and self.is_statement(cursor, parent):
            self.remove_statement(cursor)

    @staticmethod
    def operator_range(cursor, left, right, text):
        begin, end = left.extent.end.offset, right.extent.start.offset
        match = re.fullmatch(r"(\s*)(\S+)(\s*)", text[begin:end].decode()) if begin < end else None
        return (begin + len(match[1]), begin + len(match[1]) + len(match[2]), match[2]) if match else None

    def mutate_operator(self, cursor):
        children = list(cursor.get_children())
        place = self.operator_range(cursor, *children, self.text) if len(children) == 2 else None
        if not place:
            return
        begin, end, operator = place
        if operator in COMPARISONS:
            name, first, second = COMPARISONS[operator]
            self.add(cursor, f"ForkFdMutation::{name}({{0}}, ", ")", [f"{operator} becomes {first}",
                     f"{operator} becomes {second}"], middle=(begin, end, ","), numbers=2)
        elif operator in ARITHMETIC:
            name, other = ARITHMETIC[operator]
            self.add(cursor, f"ForkFdMutation::{name}({{0}}, ", ")", [f"{operator} becomes {other}"],
                     middle=(begin, end, ","))
        elif operator in EQUALITY:
            self.add(cursor, "((", f") != {IS}({{0}}))", [f"{operator} becomes {EQUALITY[operator]}"])
        elif operator in LOGIC:
            # By De Morgan, with each operand written once.
            self.add(cursor, "(((bool(", f") != {IS}({{0}}))) != {IS}({{0}}))",
                     [f"{operator} becomes {LOGIC[operator]}"],
                     middle=(begin, end, f") != {IS}({{0}})) {operator} (bool("))

    def mutate_literal(self, cursor):
        text = self.source(cursor.extent.start.offset, cursor.extent.end.offset)
        if text in ("true", "false"):
            self.add(cursor, "(", f" != {IS}({{0}}))", [f"{text} becomes {'false' if text == 'true' else 'true'}"])
        elif re.fullmatch(r"[0-9][0-9']*[uUlL]*", text):
            self.add(cursor, f"({IS}({{0}}) ? {text} + 1 : ", ")", [f"{text} becomes {text} + 1"])

    def mutate_condition(self, cursor):
        children = list(cursor.get_children())
        condition = children[0]
        head = self.source(cursor.extent.start.offset, condition.extent.start.offset)
        if condition.kind in (Kind.DECL_STMT, Kind.VAR_DECL) or ";" in head or "constexpr" in head:
            return
        text = self.source(condition.extent.start.offset, condition.extent.end.offset)
        if not re.search(r"==|!=|[<>]=?", text):  # A negated comparison has its own mutation.
            self.add(condition, "(bool(", f") != {IS}({{0}}))", ["the condition is negated"])

    def mutate_return(self, cursor, function):
        values = list(cursor.get_children())
        if not values:
            return
        result = function.result_type.get_canonical()
        text = self.source(values[0].extent.start.offset, values[0].extent.end.offset)
        if re.fullmatch(r"[0-9]+|true|false|nullptr|\{.*", text, re.S):
            return
        if result.kind == cindex.TypeKind.BOOL:
            if not re.search(r"==|!=|[<>]=?", text):
                self.add(values[0], "(bool(", f") != {IS}({{0}}))", ["the result is negated"])
        elif result.kind in (cindex.TypeKind.INT, cindex.TypeKind.LONG, cindex.TypeKind.UINT, cindex.TypeKind.ULONG):
            self.add(values[0], f"({IS}({{0}}) ? 0 : ", ")", ["the result becomes 0"])
        elif result.kind == cindex.TypeKind.POINTER:
            self.add(values[0], f"({IS}({{0}}) ? nullptr : ", ")", ["the result becomes null"])

    def is_statement(self, cursor, parent):
        if parent.kind == Kind.COMPOUND_STMT:
            return True
        children = list(parent.get_children())
        return parent.kind in CONDITIONAL and len(children) > 1 and cursor in children[1:]

    def remove_statement(self, cursor):
        is_assignment = cursor.kind == Kind.COMPOUND_ASSIGNMENT_OPERATOR
        if cursor.kind == Kind.BINARY_OPERATOR:
            children = list(cursor.get_children())
            place = self.operator_range(cursor, *children, self.text)
            is_assignment = place is not None and place[2] == "="
        if is_assignment or cursor.kind in (Kind.CALL_EXPR, Kind.UNEXPOSED_EXPR, Kind.UNARY_OPERATOR):
            text = " ".join(self.source(cursor.extent.start.offset, cursor.extent.end.offset).split())
            self.add(cursor, f"({IS}({{0}}) ? void() : void(", "))", [f"{text} is removed"])


def arguments_of(entry):
    """The options that matter to the parser."""
    words = shlex.split(entry["command"])[1:]
    kept = []
    for position, word in enumerate(words):
        if word in ("-isystem", "-include"):
            kept += words[position:position + 2]
        elif re.match(r"-(D|I|std=)", word):
            kept.append(word)
    return kept


def compile_errors(entry, path):
    """The lines that the compiler does not accept."""
    words = [word for word in shlex.split(entry["command"]) if word not in ("-Werror", "-c")]
    words[words.index("-o") + 1] = "/dev/null"
    run = subprocess.run([*words, "-w", "-fsyntax-only", "-fmax-errors=0"], cwd=entry["directory"],
                         stderr=subprocess.PIPE, text=True, check=False)
    # An error in mutation.h names the line that asked for it.
    place = r"^\S*/" + re.escape(path.name) + r":(\d+):\d+:\s+(?:error|required from|in .constexpr. expansion)"
    lines = {int(line) for line in re.findall(place, run.stderr, re.M)}
    return run.returncode == 0, lines


def with_mutations(text, mutations, first):
    """The text with the mutations in it, numbered from `first`."""
    # (offset, order, end, text): at an offset first what closes the inner range, last what opens it. Of two mutations of
    # the same range the first is the outer one.
    edits = []
    number = first
    for position, each in enumerate(sorted(mutations, key=lambda each: (each.begin, -each.end))):
        numbers = range(number, number + each.numbers)
        number += each.numbers
        edits.append((each.begin, (1, -each.end, position), each.begin, each.before.format(*numbers)))
        edits.append((each.end, (0, -each.begin, -position), each.end, each.after.format(*numbers)))
        if each.middle:
            edits.append((each.middle[0], (2, 0, 0), each.middle[1], each.middle[2].format(*numbers)))
    result, position = b"", 0
    for begin, _, end, inserted in sorted(edits, key=lambda edit: edit[:2]):
        result += text[position:begin] + inserted.encode()
        position = max(position, end)
    return result + text[position:], number


def without_duplicates(mutations):
    """A range can be found twice, as an expression and as what is converted."""
    return list({(each.begin, each.end, tuple(each.change)): each for each in mutations}.values())


def mutate_file(entry, path, first):
    finder = Finder(path, arguments_of(entry))
    mutations = without_duplicates(finder.find())
    include = f'#include "{HERE}/mutation.h"\n#line 1\n'.encode()
    while True:
        text, number = with_mutations(finder.text, mutations, first)
        path.write_bytes(include + text)
        is_good, lines = compile_errors(entry, path)
        if is_good:
            break
        left = [each for each in mutations if each.line not in lines]
        if len(left) == len(mutations):
            print(f"{path}: cannot be mutated", file=sys.stderr)
            path.write_bytes(finder.text)
            return [], first
        mutations = left
    return sorted(mutations, key=lambda each: (each.begin, -each.end)), number


def add_runtime(build):
    """Puts mutation.cpp into a source that each program with the library links."""
    definition = f'\n#define FORKFD_MUTATION_FILE "{Path(build).resolve()}/mutation"\n'
    with open(RUNTIME, "a", encoding="utf-8") as file:
        file.write(definition + (HERE / "mutation.cpp").read_text(encoding="utf-8"))


def main():
    build, listing, *names = sys.argv[1:]
    entries = {entry["file"]: entry for entry in json.loads((Path(build) / "compile_commands.json").read_text())}
    listed, number = [], 1
    for name in names:
        path = Path(name).resolve()
        if str(path) not in entries:  # For another system.
            continue
        first = number
        mutations, number = mutate_file(entries[str(path)], path, first)
        for each in mutations:
            for change in each.change:
                listed.append({"number": first, "file": name, "line": each.line, "change": change})
                first += 1
        print(f"{name}: {sum(each.numbers for each in mutations)} mutants")
    add_runtime(build)
    Path(listing).write_text(json.dumps(listed, indent=0))


if __name__ == "__main__":
    main()
