"""What the drawing of a step asks of the history: what to use, to write to, to go backward from."""

from __future__ import annotations

from conformance.generate.planning.history import HOOKED, MADE, RETAINED, SAVED, VIEWED, History


class Planner(History):
    """The history, with the questions that the drawing of the next step asks.

    Attributes:
        made_as_views: the inputs whose layout makes them views of the memory that they are given.
    """

    def __init__(self) -> None:
        super().__init__()
        self.made_as_views: set[str] = set()

    def is_spent(self, name: str) -> bool:
        """Whether backward from this tensor would walk through a freed graph, as far as the
        names tell."""
        return not self._spent.isdisjoint(self._parents[name])

    def was_walked(self, name: str) -> bool:
        """Whether a backward pass has freed the graph of the tensor, and a custom function's in it;
        and none has failed to do so again."""
        spent = self._spent & self._parents[name]
        return name not in self._failed and any(MADE in self.marks(of) for of in spent)

    def leads_to_function(self, name: str) -> bool:
        """Whether a custom function made the tensor, or one that it was made from."""
        return any(MADE in self.marks(of) for of in self._parents[name])

    def leads_to_stale(self, name: str) -> bool:
        """Whether the tensor was made from one that is stale, or is one."""
        return any(self._stale.get(self._memory.get(of, of)) for of in self._parents[name])

    def is_stale_view(self, name: str) -> bool:
        """Whether the tensor is a view whose memory was written to; an input may be one, too."""
        memory = self._memory.get(name, name)
        if name in self.made_as_views:
            return memory in self._stale
        return memory != name and VIEWED in self._stale.get(memory, ())

    def is_hooked(self, name: str) -> bool:
        """Whether a hook was set on the tensor."""
        return HOOKED in self.marks(name)

    def is_retained(self, name: str) -> bool:
        """Whether the tensor is to retain its gradient."""
        return RETAINED in self.marks(name)

    def is_telling(self, name: str) -> bool:
        """Whether a use of the tensor tells more than another's: it is a gradient, or its memory
        was written to after something else was done to it, or no graph may hold it."""
        return (
            name in self._gradients
            or bool(self._stale.get(self._memory.get(name, name)))
            or (name in self._inference and not self.modes.inference)
        )

    def awaits_use(self, name: str) -> bool:
        """Whether the tensor is a gradient, or one that no graph may hold, and unused as yet."""
        return name not in self._used and (
            name in self._gradients or (name in self._inference and not self.modes.inference)
        )

    def awaits_write(self, name: str) -> bool:
        """Whether something was done to the tensor's memory that no write has met."""
        memory = self._memory.get(name, name)
        return bool(self._marks.get(memory, set()) - {SAVED} - self._stale.get(memory, set()))

    def awaits_walk(self, name: str) -> bool:
        """Whether a backward pass from the tensor would come to what none has met."""
        return any(
            of in self._awaiting or self._memory.get(of, of) in self._awaiting
            for of in self._parents[name]
        )

    def unwalked(self, name: str) -> int:
        """How many results lie behind the tensor, itself one of them, to which no backward pass
        has come."""
        return len((self._parents[name] & self._graphs) - self._walked)

    def awaits_recording(self) -> bool:
        """Whether the blocks made something that tells more when they are left."""
        hidden = self._inference if self.modes.inference else self._unrecorded
        return not self.modes.records and bool(hidden - self._used)

    def weight(self, name: str) -> int:
        """How much a write into the tensor meets. Two names of one memory, or a hook, are rarer
        than a save, by which a backward pass is refused before it comes to them; a view that has
        no history is rarer still."""
        marks = self.marks(name)
        rare = 2 * len(marks - {SAVED}) + 3 * (name in self._unrecorded and self.modes.records)
        saved = SAVED in marks
        return rare - saved if rare else int(saved)
