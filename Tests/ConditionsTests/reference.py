"""Evaluates expressions with CPython's own `eval`, for a comparison with ours.

Each line of stdin is one JSON object with `source` and `given`, each line of stdout one with `value` (its repr) or `error` (the kind
that we have for the exception). Every part of an expression is looked at as it is evaluated: whole numbers beyond 64 bits, NaN,
complex numbers and long sequences are errors here, too.
"""

import ast
import builtins
import json
import math
import sys
import warnings

VERSION = (3, 11)
MAX_SIZE = 65_536
FUNCTIONS = "abs all any bool float int len max min round sorted str".split()


class Overflow(Exception):
    pass


class NotANumber(Exception):
    pass


class TooLarge(Exception):
    pass


KINDS = [
    (Overflow, "overflow"), (NotANumber, "not_a_number"), (TooLarge, "too_large"), (KeyError, "key_missing"),
    (IndexError, "index_out_of_range"), ((TypeError, AttributeError), "type_mismatch"),
    (ZeroDivisionError, "division_by_zero"), (OverflowError, "overflow"), (ValueError, "bad_value"),
]


class Record(dict):
    """A dict whose members can be named behind a dot."""

    def __getattr__(self, name):
        return self[name]


def check(value):
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise Overflow
    if isinstance(value, complex) or value != value:
        raise NotANumber
    return value


def multiply(left, right):
    for sequence, count in ((left, right), (right, left)):
        if isinstance(sequence, (str, list, tuple)) and isinstance(count, int) and len(sequence) * count > MAX_SIZE:
            raise TooLarge
    return check(left * right)


def power(left, right):
    if isinstance(left, int) and isinstance(right, int) and abs(left) > 1 and right > 64:
        raise Overflow
    if isinstance(left, (int, float)) and isinstance(right, float) and left < 0 and math.isfinite(right) and right % 1:
        raise NotANumber
    return check(left**right)


def modulo(left, right):
    if isinstance(left, str):
        raise TypeError("formatting")
    return check(left % right)


def method(value, name):
    if isinstance(value, Record) and not hasattr(dict, name):
        raise AttributeError(name)
    return getattr(value, name)


def total(elements, start=0):
    if isinstance(start, str):
        raise TypeError("strings")
    seen, result = [], start
    for element in elements:
        seen.append(element)
        result = check(result + element)
    assert repr(result) == repr(builtins.sum(seen, start)), "sum"
    return result


class Watch(ast.NodeTransformer):
    OPERATORS = {ast.Mult: "multiply", ast.Pow: "power", ast.Mod: "modulo"}

    def visit(self, node):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute):
                node.func = self.call("method", self.visit(node.func.value), ast.Constant(node.func.attr))
            node.args = [self.visit(argument) for argument in node.args]
            return self.call("check", node)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
            return self.call("check", node)
        self.generic_visit(node)
        if isinstance(node, ast.BinOp) and type(node.op) in self.OPERATORS:
            return self.call(self.OPERATORS[type(node.op)], node.left, node.right)
        if isinstance(node, ast.Dict):
            return self.call("Record", node)
        is_stored = isinstance(getattr(node, "ctx", None), ast.Store)
        if isinstance(node, ast.expr) and not is_stored and not isinstance(node, (ast.Slice, ast.GeneratorExp)):
            return self.call("check", node)
        return node

    @staticmethod
    def call(name, *arguments):
        return ast.Call(ast.Name("_" + name, ast.Load()), list(arguments), [])


def evaluate(source, given):
    tree = ast.parse(source, mode="eval")
    code = compile(ast.fix_missing_locations(Watch().visit(tree)), "condition", "eval")
    names = {name: getattr(builtins, name) for name in FUNCTIONS} | given
    names |= {"_" + function.__name__: function for function in (Record, check, method, modulo, multiply, power)}
    names |= {"sum": total, "__builtins__": {}}
    return eval(code, names)


def answer(request):
    try:
        return {"value": repr(evaluate(request["source"].lstrip(" \t"), request["given"]))}
    except SyntaxError as error:
        return {"error": f"no Python: {error}"}
    except Exception as error:
        for classes, kind in KINDS:
            if isinstance(error, classes):
                return {"error": kind}
        return {"error": f"{type(error).__name__}: {error}"}


def main():
    if sys.version_info[:2] != VERSION:
        sys.exit(f"this is Python {sys.version}, and the language is that of {VERSION}")
    warnings.simplefilter("ignore")
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line, object_hook=lambda members: Record(sorted(members.items()))))))


main()
