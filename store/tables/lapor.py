"""SP4N-LAPOR!: which exports were imported, what was wrong in them, and what LAPOR! says of a report."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import Text
from sqlmodel import Field, SQLModel

from store.tables._columns import fk, json_object, maybe_fk, new_id, one_of, partial


class LaporImport(SQLModel, table=True):
    """One export, kept as the file `blob`; `done` rows of `total` are through.

    preview: somebody looks at it; running: a process works on it while it holds the lease. `came` is
    console (by `officer_id`), folder or terminal. `columns` are what was recognised, field → heading.
    """

    __tablename__ = "lapor_import"
    __table_args__: ClassVar[Any] = (
        one_of("state", "preview running done failed dropped"),
        partial("ix_lapor_import_running", "id", where="state = 'running'"),
    )
    id: int | None = new_id()
    name: str
    blob: str = Field(foreign_key="blob.digest")
    kind: str
    came: str
    officer_id: int | None = maybe_fk("officer.id", index=False)
    state: str = "preview"
    columns: dict[str, Any] = json_object()
    total: int = 0
    done: int = 0
    new: int = 0
    changed: int = 0
    known: int = 0
    wrong: int = 0
    reason: str = Field(default="", sa_type=Text)
    created_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None
    lease_until: datetime | None = None


class LaporFault(SQLModel, table=True):
    """A row of an import that could not be taken in, or not whole; `line` is its line in the file."""

    __tablename__ = "lapor_fault"
    id: int | None = new_id()
    import_id: int = fk("lapor_import.id")
    line: int
    reason: str = Field(sa_type=Text)


class LaporCase(SQLModel, table=True):
    """What LAPOR! says of one report, as its newest row has it; `digest` is that row's."""

    __tablename__ = "lapor_case"
    tracking_id: str = Field(primary_key=True)
    digest: str
    status: str = ""
    category: str = ""
    kind: str = ""
    source: str = ""
    opd: str = ""
    written_at: datetime | None = None
    due_at: datetime | None = None
    updated_at: datetime
