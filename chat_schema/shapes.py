"""What of a subscription's document decides who can share it. Where somebody starts makes no difference."""

from functools import lru_cache
from typing import Any, NamedTuple

from django.conf import settings
from graphql import (
    REMOVE,
    ArgumentNode,
    DocumentNode,
    FieldNode,
    Node,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    parse,
    print_ast,
    visit,
)

from chat_schema import documents

START_ARGUMENT = "after"
# What is there for some members and not for others. A document that selects one is private to its person.
PERSONAL_FIELDS = frozenset({"viewer", "bans", "invitations"})
# What is told in somebody's language.
LOCALIZED_FIELDS = frozenset({"detail"})


class Shape(NamedTuple):
    text: str
    # The variable that says where to start, if it says nothing else.
    start_variable: str | None
    is_private: bool
    is_localized: bool
    # Variables say what is shown of an event.
    varies: bool


def shape(document: DocumentNode, operation_name: str | None) -> Shape:
    """Of a document that was checked. Remembered by its text, as that is."""
    assert document.loc is not None, "it was parsed"
    text = document.loc.source.body
    is_remembered = len(text) <= settings.DOCUMENT_CACHED_LENGTH
    return (_remembered if is_remembered else _shape)(text, operation_name)


def _shape(text: str, operation_name: str | None) -> Shape:
    """Where to start is taken out, so that it makes no difference: a literal, or a variable used for it alone."""
    document = parse(text)
    operation = documents.operation(document, operation_name)
    starts = [
        argument
        for field in operation.selection_set.selections
        if isinstance(field, FieldNode)
        for argument in field.arguments or ()
        if argument.name.value == START_ARGUMENT
    ]
    lifter = _Lifter(starts)
    rest = print_ast(visit(document, lifter))
    start_variables = {each.value.name.value for each in starts if isinstance(each.value, VariableNode)}
    lifted = start_variables - lifter.variables_elsewhere
    return Shape(
        text=rest,
        start_variable=next(iter(lifted), None) if len(lifted) == 1 else None,
        is_private=lifter.is_personal,
        is_localized=lifter.is_localized,
        varies=documents.varies_below_roots(document, operation_name),
    )


# A text remembers its hash: each who subscribes would walk through a whole document to find its own.
_remembered = lru_cache(maxsize=settings.DOCUMENT_CACHE_SIZE)(_shape)


class _Lifter(Visitor):
    """Removes the root's start arguments, and notes what else the document uses."""

    def __init__(self, starts: list[ArgumentNode]) -> None:
        super().__init__()
        self._starts = {id(each) for each in starts}
        self.variables_elsewhere: set[str] = set()
        self.is_personal = False
        self.is_localized = False

    def enter_argument(self, node: ArgumentNode, *_: Any) -> Any:
        return REMOVE if id(node) in self._starts else None

    def enter_variable(self, node: VariableNode, _key: Any, parent: Node, *_: Any) -> None:
        if not isinstance(parent, VariableDefinitionNode):
            self.variables_elsewhere.add(node.name.value)

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        self.is_personal |= node.name.value in PERSONAL_FIELDS
        self.is_localized |= node.name.value in LOCALIZED_FIELDS
