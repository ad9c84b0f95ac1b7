"""What the web client asks, word for word: an operation of its `.graphql` files, with the fragments that it uses."""

from functools import cache
from pathlib import Path

from graphql import DocumentNode, FragmentDefinitionNode, OperationDefinitionNode, Visitor, parse, print_ast, visit
from graphql.language import DefinitionNode, FragmentSpreadNode

SOURCES = Path(__file__).parents[2] / "frontend" / "src"


def operation(name: str) -> str:
    """By the name that it has there."""
    definitions = _definitions()
    used: dict[str, DefinitionNode] = {}
    waiting = [name]
    while waiting:
        each = waiting.pop()
        if each not in used:
            used[each] = definitions[each]
            waiting += _spreads(definitions[each])
    return print_ast(DocumentNode(definitions=tuple(used.values())))


@cache
def _definitions() -> dict[str, DefinitionNode]:
    files = [path for path in sorted(SOURCES.rglob("*.graphql")) if "explorer" not in path.parts]
    return {
        definition.name.value: definition
        for path in files
        for definition in parse(path.read_text(), no_location=True).definitions
        if isinstance(definition, OperationDefinitionNode | FragmentDefinitionNode) and definition.name
    }


def _spreads(definition: DefinitionNode) -> list[str]:
    found: list[str] = []

    class Spreads(Visitor):
        def enter_fragment_spread(self, node: FragmentSpreadNode, *_: object) -> None:
            found.append(node.name.value)

    visit(definition, Spreads())
    return found
