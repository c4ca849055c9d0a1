"""What a client asks for, so that nothing else is read."""

from collections.abc import Iterator

from graphql import FieldNode, FragmentSpreadNode, InlineFragmentNode, SelectionSetNode

from schema.context import Info


def asked_names(info: Info) -> frozenset[str]:
    """Return the names of all fields anywhere below the field that is being resolved, whatever directives say."""
    raw = info._raw_info  # noqa: SLF001  # Strawberry's own selected_fields converts all arguments on the way
    return frozenset(
        name for node in raw.field_nodes if node.selection_set for name in _names(info, node.selection_set)
    )


def _names(info: Info, selections: SelectionSetNode) -> Iterator[str]:
    for selection in selections.selections:
        if isinstance(selection, FieldNode):
            yield selection.name.value
            if selection.selection_set:
                yield from _names(info, selection.selection_set)
        elif isinstance(selection, InlineFragmentNode):
            yield from _names(info, selection.selection_set)
        elif isinstance(selection, FragmentSpreadNode):
            fragment = info._raw_info.fragments.get(selection.name.value)  # noqa: SLF001  # as above
            if fragment is not None:
                yield from _names(info, fragment.selection_set)
