"""What lets officers in besides the password: mailed links, second factors, recovery codes."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import col, delete, func, select, update

from store.db import Tx
from store.tables import OfficerLink, RecoveryCode, SecondFactor, Session


def add_link(tx: Tx, link: OfficerLink) -> None:
    """A new link."""
    tx.session.add(link)
    tx.flush()


def link(tx: Tx, uuid: UUID) -> OfficerLink | None:
    """A link, as it stands now."""
    return tx.session.get(OfficerLink, uuid, populate_existing=True)


def spend_link(tx: Tx, uuid: UUID, now: datetime) -> bool:
    """Use a link up; False when somebody just did."""
    unused = (col(OfficerLink.uuid) == uuid, col(OfficerLink.used_at).is_(None))
    done = tx.session.exec(update(OfficerLink).where(*unused).values(used_at=now))
    return bool(done.rowcount)


def revoke_links(tx: Tx, officer_id: int, now: datetime) -> None:
    """Links of an officer that were not used open nothing any more."""
    open_ones = (
        col(OfficerLink.officer_id) == officer_id,
        col(OfficerLink.used_at).is_(None),
        col(OfficerLink.revoked_at).is_(None),
    )
    tx.session.exec(update(OfficerLink).where(*open_ones).values(revoked_at=now))


def factor(tx: Tx, officer_id: int) -> SecondFactor | None:
    """An officer's second factor, confirmed or not."""
    return tx.session.get(SecondFactor, officer_id, populate_existing=True)


def set_factor(tx: Tx, factor: SecondFactor) -> None:
    """A new secret; what was there before is forgotten, with its recovery codes."""
    assert factor.officer_id is not None
    forget_factor(tx, factor.officer_id)
    tx.session.add(factor)
    tx.flush()


def forget_factor(tx: Tx, officer_id: int) -> None:
    """No second factor any more, and no recovery codes."""
    tx.session.exec(delete(RecoveryCode).where(col(RecoveryCode.officer_id) == officer_id))
    tx.session.exec(delete(SecondFactor).where(col(SecondFactor.officer_id) == officer_id))
    tx.flush()


def spend_step(tx: Tx, officer_id: int, step: int) -> bool:
    """Take a step of the codes; False when it, or a later one, was used."""
    unused = (col(SecondFactor.officer_id) == officer_id, col(SecondFactor.last_step) < step)
    done = tx.session.exec(update(SecondFactor).where(*unused).values(last_step=step))
    return bool(done.rowcount)


def add_recovery_codes(tx: Tx, officer_id: int, digests: Sequence[str]) -> None:
    """New recovery codes instead of the old ones."""
    tx.session.exec(delete(RecoveryCode).where(col(RecoveryCode.officer_id) == officer_id))
    tx.session.add_all([RecoveryCode(digest=digest, officer_id=officer_id) for digest in digests])
    tx.flush()


def spend_recovery_code(tx: Tx, officer_id: int, digest: str, now: datetime) -> bool:
    """Use a recovery code; False when there is none, or it was used."""
    unused = (
        col(RecoveryCode.digest) == digest,
        col(RecoveryCode.officer_id) == officer_id,
        col(RecoveryCode.used_at).is_(None),
    )
    done = tx.session.exec(update(RecoveryCode).where(*unused).values(used_at=now))
    return bool(done.rowcount)


def recovery_codes_left(tx: Tx, officer_id: int) -> int:
    """How many recovery codes were not used yet."""
    unused = (col(RecoveryCode.officer_id) == officer_id, col(RecoveryCode.used_at).is_(None))
    return tx.session.exec(select(func.count()).select_from(RecoveryCode).where(*unused)).one()


def code_given(tx: Tx, session_id: str) -> None:
    """The second factor of this login was given."""
    tx.session.exec(update(Session).where(col(Session.id) == session_id).values(code_due=False))
