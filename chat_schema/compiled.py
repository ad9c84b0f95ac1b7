"""Selections of plain values, compiled: functions that make a result without an execution of graphql-core's.

Plain is what the objects of an event, or of an answer, say themselves, whoever asks: attributes, and resolvers that
have no use for a context and for which nobody waits. And a value is taken only if it is of the very class that its type
is known by. All else is refused, and executed: what is compiled is what graphql-core makes of it, or nothing.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from operator import attrgetter
from typing import Any, NoReturn

from graphql import (
    ExecutionResult,
    GraphQLEnumType,
    GraphQLError,
    GraphQLLeafType,
    GraphQLObjectType,
    GraphQLOutputType,
    is_abstract_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
)
from graphql.execution import Executor
from graphql.execution.collect_fields import FieldDetailsList, collect_fields, collect_subfields
from graphql.execution.values import VariableValues, get_argument_values
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.enum import StrawberryEnumDefinition
from strawberry.types.field import StrawberryField

from chat_schema.context import Context

# What the values of a scalar are. Of another class they may be serialized too, but by graphql-core.
SCALARS: Mapping[str, type] = {
    "Boolean": bool,
    "Cursor": str,
    "DateTime": datetime,
    "ID": str,
    "Int": int,
    "String": str,
}

# From a value to what is shown of it, or from an object to the value of its field.
Complete = Callable[[Any], Any]
Get = Callable[[Any], Any]


class NotPlain(Exception):
    """It takes an execution to show this."""


def refuse(_: object) -> NoReturn:
    raise NotPlain


def _text(value: object) -> str:
    """A scalar that is text is serialized as it is."""
    if type(value) is not str:
        raise NotPlain
    return value


class Compiled:
    """The operation of a subscription, compiled bit by bit as events of different kinds come.

    For one subscription, or for all whose events are shown alike: of the executor that comes first, no more is kept
    than what is selected.
    """

    _data: Complete | None = None

    def __call__(self, executor: Executor[Context], root: object) -> ExecutionResult | None:
        """What an execution of the event would come to. None if that has to be found out by one."""
        try:
            if self._data is None:
                self._data = self._compiled(executor)
            return ExecutionResult(self._data(root), None)
        except Exception:  # whatever it is, in an execution it is met again, and told as it should be
            return None

    def _compiled(self, executor: Executor[Context]) -> Complete:
        try:
            return _Compiler(executor, executor.variable_values).operation()
        except (NotPlain, GraphQLError):
            return refuse


class CompiledRoots:
    """What is shown of the values of an operation's root fields, compiled when the first of each comes.

    For one operation, as often as it is executed: nothing below its root fields may vary from one time to the next.
    """

    def __init__(self) -> None:
        self._completes: dict[str | int, Complete] = {}

    def complete(
        self,
        executor: Executor[Context],
        name: str | int,
        type_: GraphQLOutputType,
        details: FieldDetailsList,
        value: Any,
    ) -> Any:
        """The value of the root field that answers under this name. Raises whatever it is that takes an execution."""
        complete = self._completes.get(name)
        if complete is None:
            try:
                # Without variables: it is remembered for others.
                complete = _Compiler(executor, _NOTHING_VARIES).value(type_, details)
            except (NotPlain, GraphQLError):
                complete = refuse
            self._completes[name] = complete
        return complete(value)


_NOTHING_VARIES = VariableValues({}, {})


class _ByClass(dict[type, Complete]):
    """How objects are completed, by their class: compiled when the first of a class comes."""

    def __init__(self, compile: Callable[[type], Complete]) -> None:
        super().__init__()
        self._compile = compile

    def __missing__(self, class_: type) -> Complete:
        try:
            self[class_] = self._compile(class_)
        except (NotPlain, GraphQLError):
            self[class_] = refuse
        return self[class_]


class _Compiler:
    """Follows graphql-core's `Executor` method by method. Which fields are selected, it lets graphql-core say."""

    def __init__(self, executor: Executor[Context], variables: VariableValues) -> None:
        self._schema = executor.schema
        self._fragments = executor.fragments
        self._variables = variables
        self._operation = executor.operation

    def operation(self) -> Complete:
        type_ = self._schema.subscription_type
        assert type_ is not None, "there was something to subscribe to"
        collected = collect_fields(self._schema, self._fragments, self._variables, type_, self._operation)
        [(name, details)] = collected.grouped_field_set.items()  # a subscription has one root field
        complete = self.value(type_.fields[details[0].node.name.value].type, details)
        # Strawberry resolves that field to the event itself.
        return lambda root: {name: complete(root)}

    def value(self, type_: GraphQLOutputType, details: FieldDetailsList) -> Complete:
        if is_non_null_type(type_):
            return self._present(type_.of_type, details)
        present = self._present(type_, details)
        return lambda value: None if value is None else present(value)

    def _present(self, type_: GraphQLOutputType, details: FieldDetailsList) -> Complete:
        """Of a value that is not null: None is of no class that is known."""
        if is_list_type(type_):
            return self._list(self.value(type_.of_type, details))
        if is_leaf_type(type_):
            return self._leaf(type_)
        if is_abstract_type(type_):
            known = {_class(each): each for each in self._schema.get_possible_types(type_)}
        else:
            assert is_object_type(type_)
            known = {_class(type_): type_}

        def of_class(class_: type) -> Complete:
            if class_ not in known:
                raise NotPlain
            return self._object(known[class_], details)

        by_class = _ByClass(of_class)
        return lambda value: by_class[type(value)](value)

    def _list(self, item: Complete) -> Complete:
        def complete(value: object) -> list[Any]:
            if type(value) is not list:
                raise NotPlain
            return [item(each) for each in value]

        return complete

    def _leaf(self, type_: GraphQLLeafType) -> Complete:
        class_ = _class(type_) if isinstance(type_, GraphQLEnumType) else SCALARS.get(type_.name)
        if class_ is str:
            return _text
        serialize = type_.coerce_output_value

        def complete(value: object) -> Any:
            if type(value) is not class_:
                raise NotPlain
            return serialize(value)

        return complete

    def _object(self, type_: GraphQLObjectType, details: FieldDetailsList) -> Complete:
        collected = collect_subfields(
            self._schema, self._fragments, self._variables, self._operation, type_, details
        ).grouped_field_set
        fields = [(name, *self._field(type_, each)) for name, each in collected.items()]
        return lambda source: {name: complete(get(source)) for name, get, complete in fields}

    def _field(self, parent: GraphQLObjectType, details: FieldDetailsList) -> tuple[Get, Complete]:
        name = details[0].node.name.value
        field = self._schema.get_field(parent, name)
        if field is None:
            raise NotPlain
        complete = self.value(field.type, details)
        if name == "__typename":
            return (lambda _: parent.name), complete
        definition = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
        if not isinstance(definition, StrawberryField):
            raise NotPlain
        if definition.is_basic_field:
            return attrgetter(definition.python_name), complete
        if not _is_plain(definition):
            raise NotPlain
        node, _, fragment_variables = details[0]
        arguments = get_argument_values(field, node, self._variables, fragment_variables)
        resolve = field.resolve
        assert resolve is not None, "Strawberry gives every field a resolver"
        # It is not given what it must not know.
        return (lambda source: resolve(source, None, **arguments)), complete


def _is_plain(field: StrawberryField) -> bool:
    resolver = field.base_resolver
    return resolver is not None and not resolver.info_parameter and not field.is_async and not field.extensions


def _class(type_: GraphQLObjectType | GraphQLEnumType) -> type:
    """The class that Strawberry made the type of. Raises `NotPlain` if that is of several types."""
    match type_.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF):
        case StrawberryObjectDefinition(origin=origin, concrete_of=None):
            return origin
        case StrawberryEnumDefinition(wrapped_cls=enum):
            return enum
    raise NotPlain
