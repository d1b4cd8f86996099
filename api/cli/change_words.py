"""Changes and the past as lines of text."""

from collections.abc import Iterator
from typing import Any

from api.messages import joined, sentence

Document = dict[str, Any]


def list_lines(document: Document, lang: str) -> Iterator[str]:
    """Give one line for each change."""
    if not document["changes"]:
        yield sentence("cli.changes.none", lang)
    for line in document["changes"]:
        first = line["effective_from"] or "—"
        yield f"{line['id']}\t{line['number']}\t{state(line['state'], lang)}\t{first}\t{line['root']}\t{line['title']}"


def state(name: str, lang: str) -> str:
    """Return the name of a state."""
    return sentence(f"change.state.{name}", lang)


def show_lines(document: Document, lang: str) -> Iterator[str]:
    """Give a change in short: its state, what moves, what the rules say, what was done to it."""
    first = document["dates"]["effective_from"] or "—"
    yield f"{document['number']} {document['title']}（{state(document['state'], lang)}，{first}）"
    if document["reason"]:
        yield document["reason"]
    yield from ("  " + _member(member, lang) for member in document["members"] if member["principal"])
    for line in document["numbers"]["levels"]:
        yield "  " + sentence("cli.change.sums", lang, {**line, "gained": line["principal_m2"] + line["incidental_m2"]})
    refused = [operation["refused"] for operation in document["operations"] if operation["refused"]]
    yield from ("✗ " + one["sentence"][lang] for one in refused)
    for finding in document["findings"]:
        yield f"[{finding['level']}] {finding['sentence'][lang]}"
    if document["ledger"]:
        yield sentence("cli.change.ledger", lang, document["ledger"])


def _member(member: Document, lang: str) -> str:
    after, before = member["after"], member["before"]
    unit = after or before
    roles = joined((sentence(f"change.role.{role}", lang) for role in member["roles"]), lang)
    codes = (
        f"{before['code']} → {after['code']}" if before and after and before["code"] != after["code"] else unit["code"]
    )
    area = member["area_m2"]
    homes = member["households"]
    people = f"，{homes['before']} → {homes['after']} 户" if homes and lang == "zh" else ""
    return f"{codes or ''} {unit['name']}（{roles}）：{area['before']:.2f} → {area['after']:.2f} m²{people}"


def replay_lines(document: Document, lang: str) -> Iterator[str]:
    """Give whether it came out the same, and where not."""
    for line in document.get("entries", ()):
        mark = "✓" if line["same"] else "✗"
        yield f"{mark} {line['root']} {line['seq']} {line['kind']}"
    for code in document.get("differs", ()):
        yield f"✗ {code}"
    if document.get("refused"):
        yield "✗ " + document["refused"]["sentence"][lang]
    yield sentence("cli.replay.same" if document["ok"] else "cli.replay.differs", lang)


def export_lines(document: Document, lang: str) -> Iterator[str]:
    """Give the files that were written."""
    yield sentence("cli.change.exported", lang, {"folder": document["folder"], "count": len(document["files"])})
    for name in document["files"]:
        yield f"  {name}"


def history_lines(document: Document, lang: str) -> Iterator[str]:
    """Give every version, then what became of the code."""
    for row in document["versions"]:
        days = f"{row['valid_from'] or '…'} – {row['valid_to'] or '…'}"
        known = sentence("cli.history.known", lang, {"seq": row["seq_from"], "at": row["recorded_at"][:10]})
        gone = (
            ""
            if row["believed_until"] is None
            else sentence("cli.history.gone", lang, {"at": row["believed_until"][:10]})
        )
        yield f"{row['version']}\t{days}\t{row['code'] or ''}\t{row['name']}\t{row['area_m2']:.2f} m²\t{known}{gone}"
    for heir in document["successors"]:
        homes = heir["household_share"]
        share = f"{heir['area_share']:.2%}" + (f" / {homes:.2%}" if homes is not None else "")
        yield sentence("cli.history.heir", lang, {"code": heir["code"] or "", "name": heir["name"], "share": share})
